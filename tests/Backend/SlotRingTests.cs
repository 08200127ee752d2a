using System.Buffers.Binary;
using CsCheck;
using XenFbFront.Backend;
using Xunit;

namespace XenFbFront.Tests.Backend;

public class SlotRingTests
{
    private readonly byte[] _page = new byte[4096];
    private readonly byte[] _slot = new byte[40];

    [Fact]
    public void Rings_OfBothPages_LieWhereTheHeadersPutThem()
    {
        // protocol: vfb in 1024 + 25 * 40, out 2048 + 51 * 40; vkbd in 1024 + 51 * 40, out 3072 + 25 * 40.
        Assert.Equal((0, 4, 1024, 25), Parts(VfbPage.In));
        Assert.Equal((8, 12, 2048, 51), Parts(VfbPage.Out));
        Assert.Equal((0, 4, 1024, 51), Parts(VkbdPage.In));
        Assert.Equal((8, 12, 3072, 25), Parts(VkbdPage.Out));

        static (int, int, int, int) Parts(SlotRing ring) => (ring.ConsumerOffset, ring.ProducerOffset, ring.SlotsOffset, ring.SlotCount);
    }

    [Theory]
    [InlineData(0u, 51u, 51)]
    [InlineData(0u, 52u, -1)]
    [InlineData(10u, 9u, -1)]
    [InlineData(0xfffffff0u, 0x10u, 32)]
    [InlineData(7u, 7u, 0)]
    public void ReaderPoll_ProducerAgainstOwnIndex_TellsWaitingOrNonsense(uint consumer, uint producer, int expected)
    {
        Set(8, consumer);
        SlotReader reader = new(VfbPage.Out, _page);
        Set(12, producer);
        Assert.Equal(expected, reader.Poll(_page));
    }

    [Fact]
    public void Reader_TakeAndPublish_CopiesSlotsInOrderAndStoresItsIndexOnlyThen()
    {
        Set(8, 50);
        SlotReader reader = new(VfbPage.Out, _page);
        _page[2048 + 50 * 40] = 0xaa;
        _page[2048] = 0xbb;
        Set(12, 52);
        // The page's copy of our index is not looked at again.
        Set(8, 999);

        Assert.Equal(2, reader.Poll(_page));
        reader.Take(_page, _slot);
        Assert.Equal(0xaa, _slot[0]);
        reader.Take(_page, _slot);
        Assert.Equal(0xbb, _slot[0]);
        Assert.Equal(999u, Get(8));
        reader.Publish(_page);
        Assert.Equal(52u, Get(8));
    }

    [Theory]
    [InlineData(0u, 0u, 51)]
    [InlineData(51u, 0u, 0)]
    [InlineData(52u, 0u, -1)]
    [InlineData(5u, 6u, -1)]
    public void WriterPoll_ConsumerAgainstOwnIndex_TellsRoomOrNonsense(uint producer, uint consumer, int expected)
    {
        Set(4, producer);
        SlotWriter writer = new(VkbdPage.In, _page);
        Set(0, consumer);
        Assert.Equal(expected, writer.Poll(_page));
    }

    [Fact]
    public void Writer_AtTheWrap_RunsEmptyBeforeGoingOver()
    {
        Set(4, 0xfffffffe);
        SlotWriter writer = new(VkbdPage.In, _page);
        Set(0, 0xfffffffe);
        Assert.Equal(2, writer.Poll(_page));
        writer.Put(_page, _slot);
        writer.Put(_page, _slot);
        writer.Publish(_page);
        Assert.Equal(0u, Get(4));

        // 0xffffffff and 0 are both slot 0, so nothing goes in until the frontend has taken the last one.
        Assert.Equal(0, writer.Poll(_page));
        Set(0, 0xffffffff);
        Assert.Equal(0, writer.Poll(_page));
        Set(0, 0);
        Assert.Equal(51, writer.Poll(_page));
    }

    [Fact]
    public void Writer_PutWithoutPublish_IsNotOfferedYet()
    {
        SlotWriter writer = new(VkbdPage.In, _page);
        writer.Put(_page, Enumerable.Repeat((byte)7, 40).ToArray());
        Assert.Equal(0u, Get(4));
        Assert.Equal(7, _page[1024 + 39]);
        Assert.Equal(0, _page[1024 + 40]);
        writer.Publish(_page);
        Assert.Equal(1u, Get(4));
    }

    [Fact]
    public void WriterAndReader_AnyInterleavingFromAnyIndex_KeepOrder()
    {
        // The writer's ring and the reader's are the same here: in of vkbd, with the roles of the offsets turned.
        SlotRing ring = VkbdPage.In;
        Gen.Select(Gen.UInt, Gen.Int[1, 60].Array[1, 40]).Sample((start, bursts) =>
        {
            byte[] page = new byte[4096];
            BinaryPrimitives.WriteUInt32LittleEndian(page, start);
            BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(4), start);
            SlotWriter writer = new(ring, page);
            SlotReader reader = new(ring, page);
            byte[] slot = new byte[40];
            uint written = 0, read = 0;
            foreach (int burst in bursts)
            {
                int room = writer.Poll(page);
                Assert.InRange(room, 0, 51);
                for (int i = 0; i < Math.Min(burst, room); i++)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(slot, written++);
                    writer.Put(page, slot);
                }

                writer.Publish(page);
                int waiting = reader.Poll(page);
                for (int i = 0; i < Math.Min(waiting, 60 - burst); i++)
                {
                    reader.Take(page, slot);
                    Assert.Equal(read++, BinaryPrimitives.ReadUInt32LittleEndian(slot));
                }

                reader.Publish(page);
            }
        });
    }

    private void Set(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_page.AsSpan(offset), value);

    private uint Get(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_page.AsSpan(offset));
}
