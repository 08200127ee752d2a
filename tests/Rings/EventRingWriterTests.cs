using Xenbus.Rings;
using Xenbus.Wire;
using Xunit;

namespace XenFbFront.Tests.Rings;

public class EventRingWriterTests
{
    [Theory]
    [InlineData("FramebufferIn", 25)]
    [InlineData("FramebufferOut", 51)]
    [InlineData("KeyboardIn", 51)]
    [InlineData("KeyboardOut", 25)]
    public void TryWrite_RingFull_ReturnsFalseAndLeavesPageUntouched(string layout, int slotCount)
    {
        RingFixture ring = new(RingFixture.LayoutOf(layout));
        Assert.Equal(slotCount, ring.Writer.Free);
        ring.Send(slotCount);
        byte[] before = [.. ring.Page];

        Assert.Equal(RingStatus.Valid, ring.Writer.Look(ring.Page));
        Assert.Equal(0, ring.Writer.Free);
        Assert.False(ring.Writer.TryWrite(ring.Page, RingFixture.Slot(99)));
        Assert.False(ring.Writer.Publish(ring.Page));
        Assert.Equal(before, ring.Page);
        Assert.Equal((uint)slotCount, ring.Writer.Produced);
    }

    [Fact]
    public void TryWrite_ConsumerWentOn_SeesItOnlyAfterLook()
    {
        RingFixture ring = new(EventRingLayout.FramebufferOut);
        ring.Send(51);
        ring.ConsumerIndex = 2;

        Assert.False(ring.Writer.TryWrite(ring.Page, RingFixture.Slot(51)));
        Assert.Equal(RingStatus.Valid, ring.Writer.Look(ring.Page));
        Assert.Equal(2, ring.Writer.Free);
        Assert.Equal(2u, ring.Writer.Consumed);
        Assert.True(ring.Writer.TryWrite(ring.Page, RingFixture.Slot(51)));
        Assert.True(ring.Writer.TryWrite(ring.Page, RingFixture.Slot(52)));
        Assert.False(ring.Writer.TryWrite(ring.Page, RingFixture.Slot(53)));
    }

    [Theory]
    [InlineData("FramebufferOut", 0u, 2048)]
    [InlineData("FramebufferOut", 1u, 2088)]
    [InlineData("FramebufferOut", 50u, 4048)]
    [InlineData("FramebufferOut", 51u, 2048)]
    [InlineData("FramebufferOut", 0xfffffff0u, 3488)] // 0xfffffff0 % 51 = 36 -> 2048 + 36 * 40
    [InlineData("FramebufferIn", 24u, 1984)]
    [InlineData("FramebufferIn", 25u, 1024)]
    [InlineData("FramebufferIn", 0xfffffff0u, 1224)]
    [InlineData("KeyboardIn", 50u, 3024)]
    [InlineData("KeyboardOut", 24u, 4032)]
    public void TryWrite_AtIndex_FillsThatSlotAndNoOtherByte(string layout, uint index, int offset)
    {
        RingFixture ring = new(RingFixture.LayoutOf(layout), index);
        byte[] expected = [.. ring.Page];
        RingFixture.Slot(7).CopyTo(expected, offset);

        Assert.True(ring.Writer.TryWrite(ring.Page, RingFixture.Slot(7)));
        Assert.Equal(expected, ring.Page);
    }

    [Fact]
    public void Publish_StoresTheIndexOnlyWhenSomethingIsNew()
    {
        RingFixture ring = new(EventRingLayout.FramebufferOut, 5);

        Assert.False(ring.Writer.Publish(ring.Page));
        ring.Writer.TryWrite(ring.Page, RingFixture.Slot(0));
        ring.Writer.TryWrite(ring.Page, RingFixture.Slot(1));
        Assert.Equal(5u, ring.ProducerIndex);
        Assert.True(ring.Writer.Publish(ring.Page));
        Assert.Equal(7u, ring.ProducerIndex);

        // Never read back, so whatever the peer puts there stays until something is new.
        ring.ProducerIndex = 1234;
        Assert.False(ring.Writer.Publish(ring.Page));
        Assert.Equal(1234u, ring.ProducerIndex);
    }

    [Theory]
    [InlineData("FramebufferOut")]
    [InlineData("FramebufferIn")]
    public void Look_ConsumerMoreThanARingBehind_IsBroken(string layout)
    {
        RingFixture ring = new(RingFixture.LayoutOf(layout), 1000);
        uint length = (uint)ring.Layout.SlotCount;

        ring.ConsumerIndex = 1000 - length;
        Assert.Equal(RingStatus.Valid, ring.Writer.Look(ring.Page));
        ring.ConsumerIndex = 1000 - length - 1;
        Assert.Equal(RingStatus.Broken, ring.Writer.Look(ring.Page));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(51u)]
    [InlineData(0x7fffffffu)]
    [InlineData(0x80000000u)]
    public void Look_ConsumerAheadOfWhatWasPublished_IsBroken(uint ahead)
    {
        RingFixture ring = new(EventRingLayout.FramebufferOut, 1000) { ConsumerIndex = 1000 + ahead };

        Assert.Equal(RingStatus.Broken, ring.Writer.Look(ring.Page));
    }

    /// <summary>What is written but not published cannot have been consumed.</summary>
    [Fact]
    public void Look_ConsumerTookUnpublishedEvents_IsBroken()
    {
        RingFixture ring = new(EventRingLayout.FramebufferOut);
        ring.Writer.TryWrite(ring.Page, RingFixture.Slot(0));
        ring.ConsumerIndex = 1;

        Assert.Equal(RingStatus.Broken, ring.Writer.Look(ring.Page));
        Assert.Equal(0u, ring.Writer.Consumed);
        ring.Writer.Publish(ring.Page);
        Assert.Equal(RingStatus.Valid, ring.Writer.Look(ring.Page));
    }

    /// <summary>Going back within the ring's length of what is published, but not of what is written, would free slots that do not exist.</summary>
    [Fact]
    public void Look_ConsumerGoesBackWhileEventsAreUnpublished_IsBroken()
    {
        RingFixture ring = new(EventRingLayout.FramebufferOut);
        ring.Send(51);
        ring.ConsumerIndex = 51;
        ring.Writer.Look(ring.Page);
        for (uint i = 0; i < 51; i++)
        {
            ring.Writer.TryWrite(ring.Page, RingFixture.Slot(i));
        }

        ring.ConsumerIndex = 0;
        Assert.Equal(RingStatus.Broken, ring.Writer.Look(ring.Page));
        Assert.Equal(0, ring.Writer.Free);
        Assert.False(ring.Writer.TryWrite(ring.Page, RingFixture.Slot(0)));
    }

    [Fact]
    public void Look_Broken_ForgetsNothingAndRecovers()
    {
        RingFixture ring = new(EventRingLayout.FramebufferOut);
        ring.Send(10);
        ring.ConsumerIndex = 4;
        ring.Writer.Look(ring.Page);

        ring.ConsumerIndex = 11;
        Assert.Equal(RingStatus.Broken, ring.Writer.Look(ring.Page));
        Assert.Equal((4u, 45), (ring.Writer.Consumed, ring.Writer.Free));
        ring.ConsumerIndex = 10;
        Assert.Equal(RingStatus.Valid, ring.Writer.Look(ring.Page));
        Assert.Equal(51, ring.Writer.Free);
    }

    /// <summary>2^32 is no multiple of 51 or 25, so the ring runs empty before the index passes zero.</summary>
    [Theory]
    [InlineData("FramebufferOut")]
    [InlineData("FramebufferIn")]
    public void TryWrite_AcrossTwoToThe32_WaitsForAnEmptyRingAndThenGoesOn(string layout)
    {
        RingFixture ring = new(RingFixture.LayoutOf(layout), 0xfffffff0);

        Assert.Equal(16, ring.Writer.Free);
        ring.Send(16);
        Assert.Equal(0u, ring.Writer.Produced);
        Assert.Equal(0u, ring.ProducerIndex);
        ring.ConsumerIndex = 0xffffffff;
        Assert.Equal(RingStatus.Valid, ring.Writer.Look(ring.Page));
        Assert.Equal(0, ring.Writer.Free);
        ring.ConsumerIndex = 0;
        Assert.Equal(RingStatus.Valid, ring.Writer.Look(ring.Page));
        Assert.Equal(ring.Layout.SlotCount, ring.Writer.Free);
        ring.Send(ring.Layout.SlotCount);
        Assert.Equal((uint)ring.Layout.SlotCount, ring.ProducerIndex);
    }

    [Theory]
    [InlineData("FramebufferOut", 0u)]
    [InlineData("FramebufferOut", 1000u)]
    [InlineData("FramebufferIn", 77u)]
    public void TakeOver_AnyFillLevel_GoesOnBehindTheLastEvent(string layout, uint start)
    {
        for (int fill = 0; fill <= RingFixture.LayoutOf(layout).SlotCount; fill++)
        {
            RingFixture ring = new(RingFixture.LayoutOf(layout), start);
            ring.Send(fill);

            EventRingWriter successor = EventRingWriter.TakeOver(ring.Layout, ring.Page, out RingStatus status);
            Assert.Equal(RingStatus.Valid, status);
            Assert.Equal(ring.Layout.SlotCount - fill, successor.Free);
            Assert.False(successor.Publish(ring.Page));
            Assert.Equal(fill < ring.Layout.SlotCount, successor.TryWrite(ring.Page, RingFixture.Slot((uint)fill)));
            successor.Publish(ring.Page);

            int expected = Math.Min(fill + 1, ring.Layout.SlotCount);
            Assert.Equal(Enumerable.Range(0, expected).Select(number => (uint?)number), ring.Receive());
        }
    }

    /// <summary>A predecessor that did not wait at 2^32 left indices on both sides of zero: nothing is written until they are consumed.</summary>
    [Fact]
    public void TakeOver_RingAcrossTwoToThe32_WaitsUntilItIsEmpty()
    {
        RingFixture ring = new(EventRingLayout.FramebufferOut, 0xfffffffe) { ProducerIndex = 3 };

        EventRingWriter successor = EventRingWriter.TakeOver(ring.Layout, ring.Page, out RingStatus status);
        Assert.Equal(RingStatus.Valid, status);
        Assert.Equal(0, successor.Free);
        ring.ConsumerIndex = 3;
        Assert.Equal(RingStatus.Valid, successor.Look(ring.Page));
        Assert.Equal(51, successor.Free);
    }

    [Theory]
    [InlineData(52u)]
    [InlineData(0x80000000u)]
    [InlineData(0xffffffffu)]
    public void TakeOver_ImpossibleIndices_IsBroken(uint outstanding)
    {
        RingFixture ring = new(EventRingLayout.FramebufferOut) { ConsumerIndex = 7, ProducerIndex = 7 + outstanding };

        EventRingWriter.TakeOver(ring.Layout, ring.Page, out RingStatus status);
        Assert.Equal(RingStatus.Broken, status);
    }
}
