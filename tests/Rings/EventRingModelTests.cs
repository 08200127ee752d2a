using System.Buffers.Binary;
using CsCheck;
using Xenbus.Rings;
using Xenbus.Wire;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Rings;

/// <summary>Both ends of a ring together, against a queue, against a hostile peer and against each other on two threads.</summary>
public class EventRingModelTests
{
    private const int StressEvents = 1_000_000;

    /// <summary>The stress takes a second or two on two cores; a minute means that an event was lost and both ends wait.</summary>
    private static readonly TimeSpan s_stressLimit = TimeSpan.FromMinutes(1);

    private static Gen<EventRingLayout> Layouts => Gen.OneOf(
        Gen.Const(EventRingLayout.FramebufferIn), Gen.Const(EventRingLayout.FramebufferOut),
        Gen.Const(EventRingLayout.KeyboardIn), Gen.Const(EventRingLayout.KeyboardOut));

    /// <summary>Starts where something may change, and others.</summary>
    private static Gen<uint> Starts => Gen.OneOf(Gen.Const(0u), Gen.Const(0xfffffff0u), Gen.UInt[0xffffff00u, 0xffffffffu], Gen.UInt);

    /// <summary>An operation and how much of it.</summary>
    private static Gen<(int Operation, int Amount)> Steps => Gen.Select(Gen.Int[0, 4], Gen.Int[0, 60]);

    /// <summary>Nothing is lost, doubled or reordered, and no two outstanding events share a slot, also across 2^32.</summary>
    [Fact]
    public void WriterAndReader_AnySteps_BehaveAsAQueue() => Gen.Select(Layouts, Starts, Steps.Array[1, 200]).Sample(
        (layout, start, steps) =>
        {
            RingFixture ring = new(layout, start);
            Queue<uint> unpublished = [], published = [];
            uint next = 0;
            byte[] slot = new byte[40];
            foreach ((int operation, int amount) in steps)
            {
                switch (operation)
                {
                    case 0:
                        for (int i = 0; i < amount; i++)
                        {
                            int free = ring.Writer.Free;
                            Assert.InRange(free, 0, layout.SlotCount - unpublished.Count - published.Count);
                            Assert.Equal(free > 0, ring.Writer.TryWrite(ring.Page, RingFixture.Slot(next)));
                            if (free > 0)
                            {
                                unpublished.Enqueue(next++);
                            }
                        }

                        AssertOutstandingSlotsDiffer(ring, unpublished.Count + published.Count);
                        break;
                    case 1:
                        Assert.Equal(unpublished.Count > 0, ring.Writer.Publish(ring.Page));
                        while (unpublished.TryDequeue(out uint number))
                        {
                            published.Enqueue(number);
                        }

                        break;
                    case 2:
                        Assert.Equal(RingStatus.Valid, ring.Writer.Look(ring.Page));
                        break;
                    default:
                        Assert.Equal(RingStatus.Valid, ring.Reader.Look(ring.Page));
                        Assert.Equal(published.Count, ring.Reader.Available);
                        int count = Math.Min(amount, published.Count);
                        for (int i = 0; i < count; i++)
                        {
                            ring.Reader.Copy(ring.Page, i, slot);
                            Assert.Equal(published.Dequeue(), RingFixture.NumberOf(slot));
                        }

                        ring.Reader.Consume(ring.Page, count);
                        break;
                }
            }

            // Whatever happened, an emptied ring takes events again.
            ring.Writer.Publish(ring.Page);
            Assert.Equal(unpublished.Count + published.Count, ring.Receive().Count);
            ring.Writer.Look(ring.Page);
            Assert.True(ring.Writer.Free > 0);
        },
        iter: 2000);

    /// <summary>The peer may store anything at any moment: no exception, no byte outside the ring and the own index, no negative count.</summary>
    [Fact]
    public void WriterAndReader_HostileIndices_StayInsideTheirRing() =>
        Gen.Select(Layouts, Starts, Gen.Select(Steps, HostileIndex, HostileIndex).Array[1, 60]).Sample(
            (layout, start, steps) =>
            {
                RingFixture ring = new(layout, start);
                Span<byte> page = ring.Page;
                page.Fill(0xcc);
                (ring.ProducerIndex, ring.ConsumerIndex) = (start, start);
                byte[] slot = new byte[40];
                foreach (((int operation, int amount), uint producerStep, uint consumerStep) in steps)
                {
                    ring.ConsumerIndex = ring.Writer.Produced + consumerStep;
                    ring.ProducerIndex = ring.Reader.Consumed + producerStep;
                    switch (operation)
                    {
                        case 0:
                            for (int i = 0; i < amount; i++)
                            {
                                ring.Writer.TryWrite(page, slot);
                            }

                            break;
                        case 1:
                            ring.Writer.Publish(page);
                            break;
                        case 2:
                            ring.Writer.Look(page);
                            break;
                        case 3:
                            ring.Reader.Resynchronise(page);
                            break;
                        default:
                            ring.Reader.Look(page);
                            // Between the check and the copies.
                            ring.ProducerIndex ^= producerStep;
                            for (int i = 0; i < ring.Reader.Available; i++)
                            {
                                ring.Reader.Copy(page, i, slot);
                            }

                            ring.Reader.Consume(page, ring.Reader.Available);
                            break;
                    }

                    Assert.InRange(ring.Writer.Free, 0, layout.SlotCount);
                    Assert.InRange(ring.Reader.Available, 0, layout.SlotCount);
                }

                for (int offset = 0; offset < page.Length; offset++)
                {
                    bool isIndex = offset / 4 == layout.ConsumerOffset / 4 || offset / 4 == layout.ProducerOffset / 4;
                    bool isSlot = offset >= layout.SlotsOffset && offset < layout.SlotsOffset + layout.SlotCount * 40;
                    Assert.True(isIndex || isSlot || page[offset] == 0xcc, $"byte {offset} was written");
                }
            },
            iter: 2000);

    /// <summary>Near what is believable, or anything.</summary>
    private static Gen<uint> HostileIndex => Gen.OneOf(Gen.UInt[0, 110], Gen.UInt[0xffffff80u, 0xffffffffu], Gen.UInt);

    [Theory]
    [InlineData("KeyboardIn", 0u)]
    [InlineData("FramebufferIn", 0xfff80000u)] // passes 2^32 on the way
    public void TwoThreads_AMillionEvents_ArriveWholeAndInOrder(string layout, uint start)
    {
        RingFixture ring = new(RingFixture.LayoutOf(layout), start);
        using CancellationTokenSource limit = new(s_stressLimit);
        Exception? failure = null;
        Thread writer = new(() =>
        {
            try
            {
                WriteAll(ring, limit.Token);
            }
            catch (Exception exception)
            {
                failure = exception;
                limit.Cancel();
            }
        });
        writer.Start();

        uint received = 0;
        try
        {
            received = ReadAll(ring, limit.Token);
        }
        finally
        {
            limit.Cancel();
            writer.Join();
        }

        Assert.Null(failure);
        Assert.Equal((uint)StressEvents, received);
        Assert.Equal(start + StressEvents, ring.ConsumerIndex);
    }

    [Fact]
    public void WriteAndRead_SteadyState_AllocatesNothing()
    {
        RingFixture ring = new(EventRingLayout.FramebufferOut);
        byte[] slot = RingFixture.Slot(1);
        int runs = AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 5000; i++)
            {
                Turn(ring, slot);
            }
        });
        Assert.Equal(3 * 5000u * (uint)runs, ring.ConsumerIndex);

        static void Turn(RingFixture ring, byte[] slot)
        {
            ring.Writer.Look(ring.Page);
            for (int i = 0; i < 3; i++)
            {
                ring.Writer.TryWrite(ring.Page, slot);
            }

            ring.Writer.Publish(ring.Page);
            ring.Reader.Look(ring.Page);
            for (int i = 0; i < ring.Reader.Available; i++)
            {
                ring.Reader.Copy(ring.Page, i, slot);
            }

            ring.Reader.Consume(ring.Page, ring.Reader.Available);
        }
    }

    private static void AssertOutstandingSlotsDiffer(RingFixture ring, int outstanding)
    {
        HashSet<uint> slots = [];
        for (uint i = 1; i <= outstanding; i++)
        {
            Assert.True(slots.Add((ring.Writer.Produced - i) % (uint)ring.Layout.SlotCount), $"{ring.Writer.Produced - i:x8} shares a slot");
        }
    }

    private static void WriteAll(RingFixture ring, CancellationToken limit)
    {
        byte[] slot = new byte[40];
        SpinWait spin = default;
        for (uint number = 0; number < StressEvents;)
        {
            limit.ThrowIfCancellationRequested();
            Assert.Equal(RingStatus.Valid, ring.Writer.Look(ring.Page));
            RingFixture.FillSlot(slot, number);
            while (number < StressEvents && ring.Writer.TryWrite(ring.Page, slot))
            {
                RingFixture.FillSlot(slot, ++number);
            }

            if (ring.Writer.Publish(ring.Page))
            {
                spin.Reset();
            }
            else
            {
                // On one core the other end needs the processor to go on.
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    private static uint ReadAll(RingFixture ring, CancellationToken limit)
    {
        byte[] slot = new byte[40];
        SpinWait spin = default;
        uint expected = 0;
        while (expected < StressEvents && !limit.IsCancellationRequested)
        {
            Assert.Equal(RingStatus.Valid, ring.Reader.Look(ring.Page));
            int count = ring.Reader.Available;
            for (int i = 0; i < count; i++)
            {
                ring.Reader.Copy(ring.Page, i, slot);
                if (RingFixture.NumberOf(slot) != expected)
                {
                    Assert.Fail($"event {expected} came as {BinaryPrimitives.ReadUInt32LittleEndian(slot)}");
                }

                expected++;
            }

            if (count > 0)
            {
                ring.Reader.Consume(ring.Page, count);
                spin.Reset();
            }
            else
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }

        return expected;
    }
}
