using System.Runtime.InteropServices;
using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

/// <summary>A socket stands for the device, its other end for the kernel: both speak in port numbers of 32 bits.</summary>
public sealed class LinuxEventChannelsTests : IDisposable
{
    private readonly Descriptor _kernel;
    private readonly LinuxEventChannels _channels;

    public LinuxEventChannelsTests()
    {
        Assert.Equal(0, Libc.SocketPair(Libc.Stream, out int device, out int kernel));
        Libc.SetNonBlocking(device);
        Libc.SetNonBlocking(kernel);
        _kernel = new(kernel);
        _channels = new(new(device));
    }

    [Fact]
    public void ReadPending_Nothing_IsZero() => Assert.Equal(0, _channels.ReadPending(new EventChannelPort[4]));

    [Fact]
    public void ReadPending_MorePortsThanRoom_TheRestComesNextTime()
    {
        Raise(12, 9, 4095);
        EventChannelPort[] ports = new EventChannelPort[2];
        Assert.Equal(2, _channels.ReadPending(ports));
        Assert.Equal([new(12), new(9)], ports);
        Assert.Equal(1, _channels.ReadPending(ports));
        Assert.Equal(new(4095), ports[0]);
    }

    [Fact]
    public void ReadPending_DeviceBroken_Throws()
    {
        using LinuxEventChannels broken = new(new(Libc.Open("/", OpenFlags.ReadOnly)));
        Assert.Equal(Errno.EISDIR, Assert.Throws<XenException>(() => broken.ReadPending(new EventChannelPort[4])).ErrorNumber);
    }

    [Fact]
    public void Unmask_WritesThePortBack()
    {
        _channels.Unmask(new(12));
        Assert.Equal([12u], Written());
    }

    [Fact]
    public void Bind_NoEventChannelDevice_Throws()
    {
        Assert.Equal(Errno.ENOTTY, Assert.Throws<XenException>(() => _channels.BindUnbound(DomainId.Zero)).ErrorNumber);
        Assert.Equal(Errno.ENOTTY, Assert.Throws<XenException>(() => _channels.BindInterdomain(DomainId.Zero, new(1))).ErrorNumber);
        Assert.Equal(Errno.ENOTTY, Assert.Throws<XenException>(() => _channels.Notify(new(1))).ErrorNumber);
        Assert.False(_channels.Unbind(new(1)));
    }

    [Fact]
    public void ReadPendingAndUnmask_AllocateNothing()
    {
        EventChannelPort[] ports = new EventChannelPort[4];
        uint[] raised = [12];
        uint[] back = new uint[4];
        int failures = 0;
        AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                Libc.Write(_kernel.Number, MemoryMarshal.AsBytes<uint>(raised));
                failures += _channels.ReadPending(ports) == 1 ? 0 : 1;
                _channels.Unmask(ports[0]);
                failures += Libc.Read(_kernel.Number, MemoryMarshal.AsBytes(back.AsSpan())) == 4 ? 0 : 1;
            }
        });
        Assert.Equal(0, failures);
    }

    public void Dispose()
    {
        _channels.Dispose();
        _kernel.Dispose();
    }

    private void Raise(params uint[] ports) => Libc.Write(_kernel.Number, MemoryMarshal.AsBytes<uint>(ports));

    private uint[] Written()
    {
        uint[] ports = new uint[16];
        int count = Libc.Read(_kernel.Number, MemoryMarshal.AsBytes(ports.AsSpan()));
        return ports[..(count / sizeof(uint))];
    }
}
