using System.Text;
using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

/// <summary>A socket stands for the device: reads are as partial, and as empty, as the peer makes them.</summary>
public sealed class XenstoreFileChannelTests : IDisposable
{
    private readonly FakeMachine _machine = new();
    private readonly Descriptor _peer;
    private readonly XenstoreFileChannel _channel;

    public XenstoreFileChannelTests()
    {
        Assert.Equal(0, Libc.SocketPair(Libc.Stream, out int device, out int peer));
        Libc.SetNonBlocking(device);
        _peer = new(peer);
        _channel = new(new(device), "/dev/xen/xenbus", isSocket: false);
    }

    [Fact]
    public void Read_NothingThere_IsZero() => Assert.Equal(0, _channel.Read(new byte[16]));

    [Fact]
    public void Read_PartOfAMessage_GivesThatPart()
    {
        Libc.Write(_peer.Number, "abc"u8);
        byte[] buffer = new byte[16];
        Assert.Equal(2, _channel.Read(buffer.AsSpan(0, 2)));
        Assert.Equal(1, _channel.Read(buffer));
        Assert.Equal((byte)'c', buffer[0]);
        Assert.Equal(0, _channel.Read(buffer));
    }

    [Fact]
    public void Read_PeerGone_Throws()
    {
        _peer.Dispose();
        Assert.Contains("xenstored has closed", Assert.Throws<XenException>(() => _channel.Read(new byte[16])).Message);
    }

    [Fact]
    public void WaitReadable_TellsWhetherSomethingCame()
    {
        Assert.False(_channel.WaitReadable(TimeSpan.Zero));
        Libc.Write(_peer.Number, "a"u8);
        Assert.True(_channel.WaitReadable(Timeout.InfiniteTimeSpan));
    }

    /// <summary>The kernel has one buffer of 4096 bytes for header and payload.</summary>
    [Fact]
    public void Write_DevicesLargest_IsTakenAndOneMoreIsNot()
    {
        Assert.Equal(4080, _channel.MaxPayloadBytes);
        Assert.True(_channel.AllowsRelativePaths);
        Assert.Equal(0, _channel.Write(new byte[4096]));
        Assert.Equal(Errno.E2BIG, _channel.Write(new byte[4097]));
        Assert.Equal(4096, Libc.Read(_peer.Number, new byte[8192]));
    }

    /// <summary>So it answers a WATCH that xenstored refused.</summary>
    [Fact]
    public void Write_DeviceRefuses_ReturnsTheErrno()
    {
        _machine.Write("read-only");
        using XenstoreFileChannel channel = new(new(Libc.Open(_machine.At("read-only"), OpenFlags.ReadOnly)), "device", isSocket: false);
        Assert.Equal(Errno.EBADF, channel.Write("x"u8));
    }

    [Fact]
    public void Open_DeviceIsThere_TakesIt()
    {
        _machine.Write("dev/xen/xenbus");
        using Descriptor listener = Listen();
        using XenstoreFileChannel channel = XenstoreFileChannel.Open(_machine.Paths);
        Assert.True(channel.AllowsRelativePaths);
    }

    [Fact]
    public void Open_OnlyXenfs_TakesItsFile()
    {
        _machine.Write("proc/xen/xenbus");
        using Descriptor listener = Listen();
        using XenstoreFileChannel channel = XenstoreFileChannel.Open(_machine.Paths);
        Assert.Equal(4080, channel.MaxPayloadBytes);
    }

    [Fact]
    public void Open_OnlyXenstoredsSocket_SpeaksThroughIt()
    {
        using Descriptor listener = Listen();
        using XenstoreFileChannel channel = XenstoreFileChannel.Open(_machine.Paths);
        AssertIsSocket(channel, listener);
    }

    [Fact]
    public void Open_OverrideIsASocket_ComesBeforeTheDevice()
    {
        _machine.Write("dev/xen/xenbus");
        using Descriptor listener = Listen();
        using XenstoreFileChannel channel = XenstoreFileChannel.Open(_machine.Paths with { XenstoreOverride = _machine.Paths.XenstoredSocket });
        AssertIsSocket(channel, listener);
    }

    [Fact]
    public void Open_OverrideIsADevice_TakesIt()
    {
        _machine.Write("other");
        using XenstoreFileChannel channel = XenstoreFileChannel.Open(_machine.Paths with { XenstoreOverride = _machine.At("other") });
        Assert.True(channel.AllowsRelativePaths);
    }

    [Fact]
    public void Open_OverrideIsMissing_NamesTheVariable() => Assert.Contains(
        "XENSTORED_PATH",
        Assert.Throws<XenException>(() => XenstoreFileChannel.Open(_machine.Paths with { XenstoreOverride = _machine.At("nothing") })).Message);

    [Fact]
    public void Write_SocketsLargest_ArrivesWholeAndOneMoreIsNotTaken()
    {
        using Descriptor listener = Listen();
        using XenstoreFileChannel channel = XenstoreFileChannel.Open(_machine.Paths);
        using Descriptor server = new(Libc.Accept(listener.Number));
        Assert.Equal(0, channel.Write(new byte[16 + 4096]));
        Assert.Equal(Errno.E2BIG, channel.Write(new byte[16 + 4097]));
        Assert.Equal(16 + 4096, Libc.Read(server.Number, new byte[8192]));
        server.Dispose();
        Assert.Equal(Errno.EPIPE, channel.Write(new byte[16]));
    }

    [Theory]
    [InlineData(XenstoreMessageType.Read, "1001", "1001")]
    [InlineData(XenstoreMessageType.Error, "ENOENT\0", null)]
    public void NodeReader_AnswerInPieces_IsTheValue(XenstoreMessageType type, string payload, string? expected)
    {
        Assert.Equal(0, Libc.SetNonBlocking(_peer.Number));
        byte[] answer = new byte[16 + payload.Length];
        new XenstoreHeader(type, 1, 0, (uint)payload.Length).Write(answer);
        Encoding.ASCII.GetBytes(payload, answer.AsSpan(16));
        OneByteChannel pieces = new(_channel);
        Libc.Write(_peer.Number, answer);
        Assert.Equal(expected, XenstoreNodeReader.Read(pieces, "store/ring-ref"));
        byte[] request = new byte[64];
        int length = Libc.Read(_peer.Number, request);
        Assert.Equal("store/ring-ref\0", Encoding.ASCII.GetString(request.AsSpan(16, length - 16)));
    }

    public void Dispose()
    {
        _channel.Dispose();
        _peer.Dispose();
        _machine.Dispose();
    }

    private Descriptor Listen() => Descriptor.Own(Libc.Listen(_machine.Paths.XenstoredSocket, Libc.Stream), "listen", "socket");

    private static void AssertIsSocket(XenstoreFileChannel channel, Descriptor listener)
    {
        using Descriptor server = new(Libc.Accept(listener.Number));
        Assert.False(channel.AllowsRelativePaths);
        Assert.Equal(4096, channel.MaxPayloadBytes);
        Assert.Equal(0, channel.Read(new byte[4]));
        Libc.Write(server.Number, "ab"u8);
        Assert.True(channel.WaitReadable(TimeSpan.FromSeconds(10)));
        Assert.Equal(2, channel.Read(new byte[4]));
        server.Dispose();
        Assert.Throws<XenException>(() => channel.Read(new byte[4]));
    }

    private sealed class OneByteChannel(IXenstoreChannel inner) : IXenstoreChannel
    {
        public int Descriptor => inner.Descriptor;

        public bool AllowsRelativePaths => inner.AllowsRelativePaths;

        public int MaxPayloadBytes => inner.MaxPayloadBytes;

        public int Write(ReadOnlySpan<byte> message) => inner.Write(message);

        public int Read(Span<byte> buffer) => inner.Read(buffer[..1]);

        public bool WaitReadable(TimeSpan timeout) => inner.WaitReadable(timeout);

        public void Dispose() => inner.Dispose();
    }
}
