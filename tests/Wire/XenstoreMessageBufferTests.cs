using CsCheck;
using Xenbus.Wire;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Vectors;
using Xunit;

namespace XenFbFront.Tests.Wire;

public class XenstoreMessageBufferTests
{
    private const int LargestMessageBytes = XenstoreHeader.Bytes + XenstoreHeader.MaxPayloadBytes;

    public static IEnumerable<TheoryDataRow<string>> Names => XenstoreVectors.All.Select(vector => new TheoryDataRow<string>(vector.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void TryTake_WholeMessage_GivesHeaderAndPayload(string name)
    {
        XenstoreVector vector = XenstoreVectors.All.Single(candidate => candidate.Name == name);
        XenstoreMessageBuffer buffer = new();
        Add(buffer, vector.Bytes);

        AssertTakes(buffer, vector);
        Assert.Equal(XenstoreParse.NeedMore, buffer.TryTake(out _, out _));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TryTake_OneByteAtATime_GivesTheMessageWithTheLastByte(string name)
    {
        XenstoreVector vector = XenstoreVectors.All.Single(candidate => candidate.Name == name);
        XenstoreMessageBuffer buffer = new();
        foreach (byte one in vector.Bytes)
        {
            Assert.Equal(XenstoreParse.NeedMore, buffer.TryTake(out _, out ReadOnlySpan<byte> nothing));
            Assert.True(nothing.IsEmpty);
            Add(buffer, [one]);
        }

        AssertTakes(buffer, vector);
    }

    [Fact]
    public void TryTake_AllVectorsInOneStream_GivesThemInOrder()
    {
        XenstoreMessageBuffer buffer = new();
        Add(buffer, [.. XenstoreVectors.All.SelectMany(vector => vector.Bytes)]);

        Assert.All(XenstoreVectors.All, vector => AssertTakes(buffer, vector));
        Assert.Equal(XenstoreParse.NeedMore, buffer.TryTake(out _, out _));
    }

    [Fact]
    public void TryTake_LargestPayload_GivesTheMessage()
    {
        byte[] message = Message(XenstoreMessageType.Read, Enumerable.Range(0, XenstoreHeader.MaxPayloadBytes).Select(i => (byte)i).ToArray());
        XenstoreMessageBuffer buffer = new();
        Add(buffer, message);

        Assert.Equal(XenstoreParse.Message, buffer.TryTake(out XenstoreHeader header, out ReadOnlySpan<byte> payload));
        Assert.Equal(4096u, header.PayloadBytes);
        Assert.Equal(message.AsSpan(16), payload);
    }

    /// <summary>The most that is ever moved to the front: all but the last byte of the largest message.</summary>
    [Fact]
    public void TryTake_LastByteOfTheLargestMessageComesAlone_GivesTheMessage()
    {
        byte[] message = Message(XenstoreMessageType.Read, Filled(XenstoreHeader.MaxPayloadBytes, 3));
        XenstoreMessageBuffer buffer = new();
        Add(buffer, [.. XenstoreVectors.All[0].Bytes, .. message[..^1]]);

        AssertTakes(buffer, XenstoreVectors.All[0]);
        Assert.Equal(XenstoreParse.NeedMore, buffer.TryTake(out _, out _));
        Add(buffer, message.AsSpan(message.Length - 1));
        Assert.Equal(XenstoreParse.Message, buffer.TryTake(out _, out ReadOnlySpan<byte> payload));
        Assert.Equal(message.AsSpan(16), payload);
    }

    /// <summary>The length is judged as soon as the head is there: no byte of the payload is waited for.</summary>
    [Theory]
    [InlineData(4097u)]
    [InlineData(0x7fffffffu)]
    [InlineData(0x80000000u)]
    [InlineData(0xfffffff0u)] // with the head's 16 bytes this would wrap to 0
    [InlineData(0xffffffffu)]
    public void TryTake_PayloadTooLong_IsBrokenAndStaysBroken(uint payloadBytes)
    {
        byte[] head = new byte[XenstoreHeader.Bytes];
        new XenstoreHeader(XenstoreMessageType.Read, 1, 0, payloadBytes).Write(head);
        XenstoreMessageBuffer buffer = new();
        Add(buffer, head);

        Assert.Equal(XenstoreParse.Broken, buffer.TryTake(out _, out ReadOnlySpan<byte> payload));
        Assert.True(payload.IsEmpty);
        Add(buffer, Message(XenstoreMessageType.Read, []));
        Assert.Equal(XenstoreParse.Broken, buffer.TryTake(out _, out _));
    }

    [Fact]
    public void TryTake_BrokenBehindAWholeMessage_GivesTheMessageFirst()
    {
        byte[] head = new byte[XenstoreHeader.Bytes];
        new XenstoreHeader(XenstoreMessageType.Read, 1, 0, 4097).Write(head);
        XenstoreMessageBuffer buffer = new();
        Add(buffer, [.. XenstoreVectors.All[0].Bytes, .. head]);

        AssertTakes(buffer, XenstoreVectors.All[0]);
        Assert.Equal(XenstoreParse.Broken, buffer.TryTake(out _, out _));
    }

    /// <summary>However the stream is cut, the same messages come out, and there is always room for the largest message.</summary>
    [Fact]
    public void TryTake_AnyMessagesInAnyPieces_GivesThemBack() =>
        Gen.Select(Gen.Select(Gen.UInt[0, 30], PayloadBytes).Array[1, 12], Gen.Int[1, 9000].Array[1, 20]).Sample((messages, pieces) =>
        {
            byte[][] sent = [.. messages.Select((message, i) => Message((XenstoreMessageType)message.Item1, Filled(message.Item2, i)))];
            byte[] stream = [.. sent.SelectMany(message => message)];
            XenstoreMessageBuffer buffer = new();
            int fed = 0, taken = 0;
            for (int piece = 0; fed < stream.Length; piece++)
            {
                Assert.True(buffer.Free.Length >= LargestMessageBytes);
                int count = Math.Min(Math.Min(pieces[piece % pieces.Length], buffer.Free.Length), stream.Length - fed);
                Add(buffer, stream.AsSpan(fed, count));
                fed += count;
                while (buffer.TryTake(out XenstoreHeader header, out ReadOnlySpan<byte> payload) is XenstoreParse.Message)
                {
                    Assert.Equal(XenstoreHeader.Read(sent[taken]), header);
                    Assert.Equal(sent[taken].AsSpan(XenstoreHeader.Bytes), payload);
                    taken++;
                }
            }

            Assert.Equal(sent.Length, taken);
        });

    /// <summary>Garbage never throws, and what is taken for a message is exactly the bytes that came, none beyond them.</summary>
    [Fact]
    public void TryTake_Garbage_NeverThrowsNorReadsBeyondWhatCame() =>
        Gen.Select(Garbage.Array[1, 8], Gen.Int[1, 5000]).Sample((parts, piece) =>
        {
            byte[] stream = [.. parts.SelectMany(part => part)];
            XenstoreMessageBuffer buffer = new();
            int fed = 0, position = 0;
            XenstoreParse found = XenstoreParse.NeedMore;
            while (fed < stream.Length && found != XenstoreParse.Broken)
            {
                int count = Math.Min(Math.Min(piece, buffer.Free.Length), stream.Length - fed);
                Add(buffer, stream.AsSpan(fed, count));
                fed += count;
                while ((found = buffer.TryTake(out XenstoreHeader header, out ReadOnlySpan<byte> payload)) == XenstoreParse.Message)
                {
                    Assert.True(header.PayloadBytes <= XenstoreHeader.MaxPayloadBytes);
                    Assert.Equal(stream.AsSpan(position + XenstoreHeader.Bytes, payload.Length), payload);
                    Assert.Equal((int)header.PayloadBytes, payload.Length);
                    position += XenstoreHeader.Bytes + payload.Length;
                    Assert.True(position <= fed);
                }
            }

            if (found == XenstoreParse.Broken)
            {
                Assert.True(XenstoreHeader.Read(stream.AsSpan(position)).PayloadBytes > XenstoreHeader.MaxPayloadBytes);
            }
        });

    [Fact]
    public void TryTake_SteadyState_AllocatesNothing()
    {
        XenstoreMessageBuffer buffer = new();
        byte[] message = XenstoreVectors.All[0].Bytes;
        int taken = 0;
        void Turn()
        {
            message.CopyTo(buffer.Free);
            buffer.Added(message.Length);
            taken += buffer.TryTake(out _, out _) == XenstoreParse.Message ? 1 : 0;
        }

        int runs = AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 5000; i++)
            {
                Turn();
            }
        });
        Assert.Equal(5000 * runs, taken);
    }

    /// <summary>Lengths where something may change, and others.</summary>
    private static Gen<int> PayloadBytes => Gen.OneOf(Gen.Const(0), Gen.Const(1), Gen.Const(4095), Gen.Const(4096), Gen.Int[0, 4096]);

    /// <summary>Pure noise, which is soon broken, and heads with a believable length, which lead deeper.</summary>
    private static Gen<byte[]> Garbage => Gen.OneOf(
        Gen.Byte.Array[0, 300],
        Gen.Select(Gen.UInt, Gen.UInt, Gen.UInt[0, 4100], Gen.Byte.Array[0, 600], (type, id, length, rest) =>
        {
            byte[] bytes = new byte[XenstoreHeader.Bytes + rest.Length];
            new XenstoreHeader((XenstoreMessageType)type, id, id, length).Write(bytes);
            rest.CopyTo(bytes, XenstoreHeader.Bytes);
            return bytes;
        }));

    private static byte[] Filled(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => (byte)((i * 7) + seed))];

    private static byte[] Message(XenstoreMessageType type, byte[] payload)
    {
        byte[] bytes = new byte[XenstoreHeader.Bytes + payload.Length];
        new XenstoreHeader(type, 1, 2, (uint)payload.Length).Write(bytes);
        payload.CopyTo(bytes, XenstoreHeader.Bytes);
        return bytes;
    }

    private static void Add(XenstoreMessageBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer.Free);
        buffer.Added(bytes.Length);
    }

    private static void AssertTakes(XenstoreMessageBuffer buffer, XenstoreVector vector)
    {
        Assert.Equal(XenstoreParse.Message, buffer.TryTake(out XenstoreHeader header, out ReadOnlySpan<byte> payload));
        Assert.Equal(vector.Header, header);
        Assert.Equal(vector.PayloadBytes, payload.ToArray());
    }
}
