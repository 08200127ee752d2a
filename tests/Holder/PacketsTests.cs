using Xenbus.Linux.Interop;
using XenFbFront.Holder;
using Xunit;

namespace XenFbFront.Tests.Holder;

public sealed class PacketsTests : IDisposable
{
    private readonly Descriptor _ours;
    private readonly Descriptor _theirs;

    public PacketsTests()
    {
        Assert.Equal(0, Libc.SocketPair(Libc.SequencedPacket, out int ours, out int theirs));
        _ours = new(ours);
        _theirs = new(theirs);
    }

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    [Theory]
    [InlineData(HolderProtocol.Begin, "")]
    [InlineData(HolderProtocol.Drop, "input/0/Keyboard")]
    [InlineData(HolderProtocol.Stop, "ä name of two bytes a letter: öüß")]
    public void Message_ArrivesWithKindAndName(byte kind, string name)
    {
        Assert.Equal(0, Packets.Send(_ours, kind, name));
        Assert.True(Packets.Receive(_theirs, out byte received, out string receivedName, out Descriptor? passed, wait: false) > 0);
        Assert.Equal((kind, name), (received, receivedName));
        Assert.Null(passed);
    }

    [Fact]
    public void LongestName_Arrives_LongerOneIsTheCallersMistake()
    {
        string longest = new('n', Packets.MaxTextBytes);
        Assert.Equal(0, Packets.Send(_ours, HolderProtocol.Drop, longest));
        Packets.Receive(_theirs, out _, out string received, out _, wait: false);
        Assert.Equal(longest, received);
        Assert.Throws<ArgumentException>(() => Packets.Send(_ours, HolderProtocol.Drop, longest + "n"));
    }

    [Fact]
    public void PassedDescriptor_IsTheSameOpenFile()
    {
        using Descriptor file = Descriptor.Own(Libc.EventFile(), "create", "eventfd");
        Assert.Equal(0, Packets.Send(_ours, HolderProtocol.Keep, "evtchn", file));
        Assert.True(Packets.Receive(_theirs, out _, out _, out Descriptor? passed, wait: false) > 0);
        using Descriptor received = Assert.IsType<Descriptor>(passed);
        Assert.NotEqual(file.Number, received.Number);
        Assert.Equal(8, Libc.Write(file.Number, BitConverter.GetBytes(5ul)));
        byte[] counter = new byte[8];
        Assert.Equal(8, Libc.Read(received.Number, counter));
        Assert.Equal(5ul, BitConverter.ToUInt64(counter));
    }

    [Fact]
    public void SurplusDescriptors_AreClosed_OneIsHandedOver()
    {
        int before = OpenDescriptors();
        using Descriptor first = Descriptor.Own(Libc.EventFile(), "create", "eventfd"), second = Descriptor.Own(Libc.EventFile(), "create", "eventfd");
        using Descriptor third = Descriptor.Own(Libc.EventFile(), "create", "eventfd");
        Assert.True(Libc.Send(_ours.Number, "Kname"u8, [first.Number, second.Number, third.Number]) > 0);
        Packets.Receive(_theirs, out byte kind, out string name, out Descriptor? passed, wait: false);
        Assert.Equal((HolderProtocol.Keep, "name"), (kind, name));
        passed!.Dispose();
        first.Dispose();
        second.Dispose();
        third.Dispose();
        // Other tests run beside this one, but none leaves hundreds.
        Assert.InRange(OpenDescriptors() - before, -200, 200);
        Assert.Equal(-Errno.EAGAIN, Packets.Receive(_theirs, out _, out _, out _, wait: false));
    }

    [Fact]
    public void NothingThere_IsAgain_OtherSideGone_IsZero_AndSendingSaysSo()
    {
        Assert.Equal(-Errno.EAGAIN, Packets.Receive(_theirs, out byte kind, out string name, out Descriptor? passed, wait: false));
        Assert.Equal((0, string.Empty, null), (kind, name, passed));
        _ours.Dispose();
        Assert.Equal(0, Packets.Receive(_theirs, out _, out _, out _, wait: true));
        Assert.Equal(-Errno.EPIPE, Packets.Send(_theirs, HolderProtocol.Drop, "x"));
    }

    /// <summary>What was sent before the sender died arrives, then its death.</summary>
    [Fact]
    public void SenderGone_ItsMessagesArriveFirst()
    {
        Packets.Send(_ours, HolderProtocol.Keep, "first");
        Packets.Send(_ours, HolderProtocol.Drop, "second");
        _ours.Dispose();
        Packets.Receive(_theirs, out _, out string first, out _, wait: false);
        Packets.Receive(_theirs, out _, out string second, out _, wait: false);
        Assert.Equal(("first", "second"), (first, second));
        Assert.Equal(0, Packets.Receive(_theirs, out _, out _, out _, wait: false));
    }

    [Fact]
    public void MessageWithoutName_HasAnEmptyOne()
    {
        Assert.True(Libc.Send(_ours.Number, "S"u8) > 0);
        Assert.Equal(1, Packets.Receive(_theirs, out byte kind, out string name, out _, wait: false));
        Assert.Equal((HolderProtocol.Stop, string.Empty), (kind, name));
    }

    private static int OpenDescriptors() => Directory.GetFiles("/proc/self/fd").Length;
}
