using Xenbus.Rings;
using Xenbus.Wire;
using Xunit;

namespace XenFbFront.Tests.Rings;

public class EventRingReaderTests
{
    [Fact]
    public void Look_RingEmpty_HasNothingAvailable()
    {
        RingFixture ring = new(EventRingLayout.KeyboardIn, 12);

        Assert.Equal(RingStatus.Valid, ring.Reader.Look(ring.Page));
        Assert.Equal(0, ring.Reader.Available);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Reader.Copy(ring.Page, 0, new byte[40]));
    }

    /// <summary>A full ring is valid: QEMU once took it for broken.</summary>
    [Theory]
    [InlineData("FramebufferIn", 25)]
    [InlineData("FramebufferOut", 51)]
    [InlineData("KeyboardIn", 51)]
    [InlineData("KeyboardOut", 25)]
    public void Look_RingFull_GivesEveryEventInOrder(string layout, int slotCount)
    {
        RingFixture ring = new(RingFixture.LayoutOf(layout), 40);
        ring.Send(slotCount);

        Assert.Equal(Enumerable.Range(0, slotCount).Select(number => (uint?)number), ring.Receive());
        Assert.Equal(40u + (uint)slotCount, ring.ConsumerIndex);
        Assert.Equal(0, ring.Reader.Available);
    }

    [Theory]
    [InlineData(52u)]
    [InlineData(0x80000000u)]
    [InlineData(0xffffffffu)] // the producer went back by one
    public void Look_ProducerBeyondTheRing_IsBrokenAndOffersNothing(uint outstanding)
    {
        RingFixture ring = new(EventRingLayout.KeyboardIn, 100);
        ring.Send(3);
        ring.Reader.Look(ring.Page);
        ring.ProducerIndex = 100 + outstanding;

        Assert.Equal(RingStatus.Broken, ring.Reader.Look(ring.Page));
        Assert.Equal(0, ring.Reader.Available);
        Assert.Equal(100u, ring.ConsumerIndex);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Reader.Copy(ring.Page, 0, new byte[40]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Reader.Consume(ring.Page, 1));
    }

    /// <summary>What was seen once may have been delivered in part.</summary>
    [Theory]
    [InlineData(2u)]
    [InlineData(0u)]
    public void Look_ProducerTakesBackWhatWasThere_IsBrokenForGood(uint left)
    {
        RingFixture ring = new(EventRingLayout.KeyboardIn, 100);
        ring.Send(3);
        Assert.Equal(RingStatus.Valid, ring.Reader.Look(ring.Page));
        ring.ProducerIndex = 100 + left;
        Assert.Equal(RingStatus.Broken, ring.Reader.Look(ring.Page));
        Assert.Equal(0, ring.Reader.Available);
        ring.ProducerIndex = 103;
        Assert.Equal(RingStatus.Broken, ring.Reader.Look(ring.Page));
        Assert.Equal(100u, ring.ConsumerIndex);
    }

    [Fact]
    public void Resynchronise_AfterBroken_GoesOnFromTheProducer()
    {
        RingFixture ring = new(EventRingLayout.KeyboardIn, 100) { ProducerIndex = 5000 };
        Assert.Equal(RingStatus.Broken, ring.Reader.Look(ring.Page));

        ring.Reader.Resynchronise(ring.Page);
        Assert.Equal((5000u, 5000u, 0), (ring.Reader.Consumed, ring.ConsumerIndex, ring.Reader.Available));
        RingFixture.FillSlot(ring.SlotInPage(5000), 42);
        ring.ProducerIndex = 5001;
        Assert.Equal([42u], ring.Receive());
    }

    [Fact]
    public void Consume_Part_KeepsTheRestAtPositionZero()
    {
        RingFixture ring = new(EventRingLayout.FramebufferIn);
        ring.Send(5);
        ring.Reader.Look(ring.Page);
        ring.Reader.Consume(ring.Page, 2);
        byte[] slot = new byte[40];
        ring.Reader.Copy(ring.Page, 0, slot);

        Assert.Equal((2u, 3, 2u), (ring.ConsumerIndex, ring.Reader.Available, RingFixture.NumberOf(slot)));
    }

    [Fact]
    public void CopyAndConsume_BeyondWhatIsThere_Throw()
    {
        RingFixture ring = new(EventRingLayout.FramebufferIn);
        ring.Send(5);
        ring.Reader.Look(ring.Page);

        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Reader.Copy(ring.Page, 5, new byte[40]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Reader.Copy(ring.Page, -1, new byte[40]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Reader.Consume(ring.Page, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Reader.Consume(ring.Page, -1));
        Assert.Equal(0u, ring.ConsumerIndex);
    }

    /// <summary>The index is read once: whatever the peer makes of it after the check has no effect on this pass.</summary>
    [Theory]
    [InlineData(0u)]
    [InlineData(60u)]
    [InlineData(0x7fffffffu)]
    [InlineData(0xffffffffu)]
    public void Copy_ProducerChangedAfterLook_StaysWithTheCheckedCount(uint hostile)
    {
        RingFixture ring = new(EventRingLayout.KeyboardIn);
        ring.Send(2);
        ring.Reader.Look(ring.Page);
        ring.ProducerIndex = hostile;
        ring.ConsumerIndex = hostile;
        byte[] slot = new byte[40];

        ring.Reader.Copy(ring.Page, 1, slot);
        Assert.Equal(1u, RingFixture.NumberOf(slot));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Reader.Copy(ring.Page, 2, slot));
        ring.Reader.Consume(ring.Page, 2);
        Assert.Equal(2u, ring.ConsumerIndex);
    }

    /// <summary>A producer that, as QEMU's, does not wait at 2^32 is read in its order; that two indices share a slot is its own mistake.</summary>
    [Fact]
    public void Copy_AcrossTwoToThe32_TakesTheSlotOfEachIndex()
    {
        RingFixture ring = new(EventRingLayout.KeyboardIn, 0xfffffffd);
        for (uint i = 0; i < 6; i++)
        {
            // 0xffffffff % 51 = 0 and 0 % 51 = 0: the later event is the one that is there.
            RingFixture.FillSlot(ring.SlotInPage(0xfffffffd + i), i);
        }

        ring.ProducerIndex = 3;
        Assert.Equal([0u, 1u, 3u, 3u, 4u, 5u], ring.Receive());
        Assert.Equal(3u, ring.ConsumerIndex);
    }

    [Theory]
    [InlineData("KeyboardIn", 0u)]
    [InlineData("KeyboardIn", 4000u)]
    [InlineData("FramebufferIn", 77u)]
    public void TakeOver_AnyFillLevel_TakesWhatIsLeft(string layout, uint start)
    {
        for (int fill = 0; fill <= RingFixture.LayoutOf(layout).SlotCount; fill++)
        {
            RingFixture ring = new(RingFixture.LayoutOf(layout), start);
            ring.Send(fill);
            int consumed = fill / 3;
            ring.Reader.Look(ring.Page);
            ring.Reader.Consume(ring.Page, consumed);

            EventRingReader successor = EventRingReader.TakeOver(ring.Layout, ring.Page, out RingStatus status);
            Assert.Equal(RingStatus.Valid, status);
            Assert.Equal(fill - consumed, successor.Available);
            byte[] slot = new byte[40];
            for (int i = 0; i < successor.Available; i++)
            {
                successor.Copy(ring.Page, i, slot);
                Assert.Equal((uint)(consumed + i), RingFixture.NumberOf(slot));
            }
        }
    }

    [Theory]
    [InlineData(52u)]
    [InlineData(0xffffffffu)]
    public void TakeOver_ImpossibleIndices_IsBrokenUntilResynchronised(uint outstanding)
    {
        RingFixture ring = new(EventRingLayout.KeyboardIn) { ConsumerIndex = 7, ProducerIndex = 7 + outstanding };

        EventRingReader successor = EventRingReader.TakeOver(ring.Layout, ring.Page, out RingStatus status);
        Assert.Equal(RingStatus.Broken, status);
        Assert.Equal(0, successor.Available);
        successor.Resynchronise(ring.Page);
        Assert.Equal(RingStatus.Valid, successor.Look(ring.Page));
        Assert.Equal(7 + outstanding, ring.ConsumerIndex);
    }
}
