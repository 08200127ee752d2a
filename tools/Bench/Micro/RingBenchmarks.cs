using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Xenbus.Rings;
using Xenbus.Wire;
using Xenbus.Wire.Fbif;

namespace XenFbFront.Bench.Micro;

/// <summary>The framebuffer's out ring, both ends on one thread: 51 events of 40 bytes, and eight updates at once as at most per refresh.</summary>
public class RingBenchmarks
{
    private const int RingEvents = 51, UpdateEvents = 8;

    private readonly byte[] _page = new byte[4096];
    private readonly byte[] _events = new byte[RingEvents * EventRingLayout.SlotBytes];
    private readonly byte[] _received = new byte[RingEvents * EventRingLayout.SlotBytes];
    private readonly EventRingWriter _writer = new(EventRingLayout.FramebufferOut);
    private readonly EventRingReader _reader = new(EventRingLayout.FramebufferOut);

    /// <summary>Makes events that differ.</summary>
    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(_events);
        Check();
    }

    /// <summary>The same bytes into the page and out of it, without a ring.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = RingEvents, Description = "copy of 40 bytes in and out")]
    public byte Copy()
    {
        for (int i = 0; i < RingEvents; i++)
        {
            int offset = i * EventRingLayout.SlotBytes;
            Span<byte> slot = _page.AsSpan(2048 - 40 + offset, EventRingLayout.SlotBytes);
            _events.AsSpan(offset, EventRingLayout.SlotBytes).CopyTo(slot);
            slot.CopyTo(_received.AsSpan(offset));
        }

        return _received[^1];
    }

    /// <summary>A full ring is written, published, read and given back.</summary>
    [Benchmark(OperationsPerInvoke = RingEvents, Description = "ring write and read, an event of 51")]
    public byte FullRing()
    {
        WriteAndRead(RingEvents);
        return _received[^1];
    }

    /// <summary>Each event is published and given back on its own.</summary>
    [Benchmark(OperationsPerInvoke = RingEvents, Description = "ring write and read, one event at a time")]
    public byte OneAtATime()
    {
        for (int i = 0; i < RingEvents; i++)
        {
            WriteAndRead(1);
        }

        return _received[0];
    }

    /// <summary>Eight rectangles as the framebuffer driver writes them, taken by a reader.</summary>
    [Benchmark(OperationsPerInvoke = UpdateEvents, Description = "UPDATE, one of a batch of 8")]
    public byte Updates()
    {
        _writer.Look(_page);
        for (int i = 0; i < UpdateEvents; i++)
        {
            FramebufferUpdate update = new() { Type = FramebufferWire.UpdateType, X = i, Y = i + 1, Width = 8, Height = 16 };
            _writer.TryWrite(_page, MemoryMarshal.AsBytes(new ReadOnlySpan<FramebufferUpdate>(in update)));
        }

        _writer.Publish(_page);
        Read(UpdateEvents);
        return _received[4];
    }

    /// <summary>What went in must have come out, and of everything that was written.</summary>
    [GlobalCleanup]
    public void Check()
    {
        BenchException.ThrowUnless(_reader.Consumed == _writer.Produced, "events are left in the ring");
        _received.AsSpan().Clear();
        WriteAndRead(RingEvents);
        BenchException.ThrowUnless(_received.AsSpan().SequenceEqual(_events), "the ring delivers other events than it got");
        Updates();
        FramebufferUpdate last = MemoryMarshal.Read<FramebufferUpdate>(_received.AsSpan(7 * EventRingLayout.SlotBytes));
        BenchException.ThrowUnless(last is { X: 7, Y: 8, Width: 8, Height: 16 }, "the updates are not those that were written");
    }

    private void WriteAndRead(int count)
    {
        _writer.Look(_page);
        for (int i = 0; i < count; i++)
        {
            _writer.TryWrite(_page, _events.AsSpan(i * EventRingLayout.SlotBytes, EventRingLayout.SlotBytes));
        }

        _writer.Publish(_page);
        Read(count);
    }

    private void Read(int expected)
    {
        _reader.Look(_page);
        int count = _reader.Available;
        BenchException.ThrowUnless(count == expected, "the ring does not hold what was written");
        for (int i = 0; i < count; i++)
        {
            _reader.Copy(_page, i, _received.AsSpan(i * EventRingLayout.SlotBytes, EventRingLayout.SlotBytes));
        }

        _reader.Consume(_page, count);
    }
}
