using System.Buffers.Binary;
using Xenbus.Rings;
using Xenbus.Wire;

namespace XenFbFront.Tests.Rings;

/// <summary>A page with one ring, both ends of it, and access to the indices as a hostile peer has it.</summary>
internal sealed class RingFixture
{
    public RingFixture(EventRingLayout layout, uint start = 0)
    {
        Layout = layout;
        ProducerIndex = start;
        ConsumerIndex = start;
        Writer = new(layout, start);
        Reader = new(layout, start);
    }

    /// <summary>A layout by name, for test data.</summary>
    public static EventRingLayout LayoutOf(string name) => name switch
    {
        "FramebufferIn" => EventRingLayout.FramebufferIn,
        "FramebufferOut" => EventRingLayout.FramebufferOut,
        "KeyboardIn" => EventRingLayout.KeyboardIn,
        _ => EventRingLayout.KeyboardOut,
    };

    public EventRingLayout Layout { get; }

    public byte[] Page { get; } = new byte[4096];

    public EventRingWriter Writer { get; }

    public EventRingReader Reader { get; }

    public uint ProducerIndex
    {
        get => BinaryPrimitives.ReadUInt32LittleEndian(Page.AsSpan(Layout.ProducerOffset));
        set => BinaryPrimitives.WriteUInt32LittleEndian(Page.AsSpan(Layout.ProducerOffset), value);
    }

    public uint ConsumerIndex
    {
        get => BinaryPrimitives.ReadUInt32LittleEndian(Page.AsSpan(Layout.ConsumerOffset));
        set => BinaryPrimitives.WriteUInt32LittleEndian(Page.AsSpan(Layout.ConsumerOffset), value);
    }

    /// <summary>Forty bytes that tell which event they are, at both ends.</summary>
    public static byte[] Slot(uint number)
    {
        byte[] slot = new byte[EventRingLayout.SlotBytes];
        FillSlot(slot, number);
        return slot;
    }

    public static void FillSlot(Span<byte> slot, uint number)
    {
        for (int offset = 0; offset < EventRingLayout.SlotBytes; offset += 4)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(slot[offset..], number + (uint)offset);
        }
    }

    /// <summary>The number in a slot, or null when its parts are not of one event.</summary>
    public static uint? NumberOf(ReadOnlySpan<byte> slot)
    {
        uint number = BinaryPrimitives.ReadUInt32LittleEndian(slot);
        for (int offset = 4; offset < EventRingLayout.SlotBytes; offset += 4)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(slot[offset..]) != number + (uint)offset)
            {
                return null;
            }
        }

        return number;
    }

    public Span<byte> SlotInPage(uint index) =>
        Page.AsSpan(Layout.SlotsOffset + (int)(index % (uint)Layout.SlotCount) * EventRingLayout.SlotBytes, EventRingLayout.SlotBytes);

    /// <summary>Writes and publishes events 0, 1, … of this call.</summary>
    public void Send(int count, uint firstNumber = 0)
    {
        for (uint i = 0; i < count; i++)
        {
            if (!Writer.TryWrite(Page, Slot(firstNumber + i)))
            {
                throw new InvalidOperationException($"the ring takes only {i} of {count} events");
            }
        }

        Writer.Publish(Page);
    }

    /// <summary>Takes everything that is published.</summary>
    public List<uint?> Receive()
    {
        List<uint?> numbers = [];
        byte[] slot = new byte[EventRingLayout.SlotBytes];
        if (Reader.Look(Page) == RingStatus.Valid)
        {
            int count = Reader.Available;
            for (int i = 0; i < count; i++)
            {
                Reader.Copy(Page, i, slot);
                numbers.Add(NumberOf(slot));
            }

            Reader.Consume(Page, count);
        }

        return numbers;
    }
}
