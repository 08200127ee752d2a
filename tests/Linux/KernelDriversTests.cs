using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

public sealed class KernelDriversTests : IDisposable
{
    private readonly FakeMachine _machine = new();

    [Fact]
    public void Find_NoDriver_IsNull()
    {
        Directory.CreateDirectory(_machine.At("sys/bus/xen/devices/vfb-0"));
        Assert.Null(Domain.KernelDriverOf("vfb", 0));
        Assert.Null(Domain.KernelDriverOf("vfb", 1));
    }

    [Theory]
    [InlineData("vfb", "xenfb_init")]
    [InlineData("vkbd", "xenkbd_init")]
    [InlineData("vbd", null)]
    public void Find_NoModule_IsBuiltIn(string type, string? function)
    {
        Bind(type);
        Assert.Equal(new KernelDriver(type, null, function), Domain.KernelDriverOf(type, 0));
    }

    /// <summary>A built-in driver with parameters has a module directory, as xen_kbdfront of Debian's kernels; it has no state.</summary>
    [Fact]
    public void Find_ModuleDirectoryOfParametersOnly_IsBuiltIn()
    {
        Bind("vkbd", "xen_kbdfront");
        _machine.Write("sys/module/xen_kbdfront/parameters/ptr_size", "800,600\n");
        Assert.Equal(new KernelDriver("vkbd", null, "xenkbd_init"), Domain.KernelDriverOf("vkbd", 0));
    }

    [Fact]
    public void Find_LoadedModule_IsNamedAsModprobeNamesIt()
    {
        Bind("vkbd", "xen_kbdfront");
        _machine.Write("sys/module/xen_kbdfront/initstate", "live\n");
        Assert.Equal(new KernelDriver("vkbd", "xen-kbdfront", null), Domain.KernelDriverOf("vkbd", 0));
    }

    [Fact]
    public void Unbind_WritesTheDevicesName()
    {
        Bind("vfb");
        _machine.Write("sys/bus/xen/drivers/vfb/unbind", string.Empty);
        Domain.CheckUnbind("vfb", 0);
        Assert.Empty(File.ReadAllText(_machine.At("sys/bus/xen/drivers/vfb/unbind")));
        Domain.UnbindKernelDriver("vfb", 0);
        Assert.Equal("vfb-0", File.ReadAllText(_machine.At("sys/bus/xen/drivers/vfb/unbind")));
    }

    [Fact]
    public void Unbind_NoDriver_IsDone()
    {
        Domain.CheckUnbind("vfb", 0);
        Domain.UnbindKernelDriver("vfb", 0);
    }

    [Fact]
    public void CheckUnbind_NoFile_Refuses()
    {
        Bind("vfb");
        XenException exception = Assert.Throws<XenException>(() => Domain.CheckUnbind("vfb", 0));
        Assert.Equal(Errno.ENOENT, exception.ErrorNumber);
        Assert.Contains("/drivers/vfb/unbind", exception.Message);
    }

    [Theory]
    [InlineData(Errno.EACCES, "run as root")]
    [InlineData(Errno.EPERM, "run as root")]
    [InlineData(Errno.EROFS, "mount -o remount,rw /sys")]
    [InlineData(Errno.EIO, null)]
    public void Remedy_OfEachRefusal(int errno, string? expected)
    {
        string? remedy = KernelDrivers.Remedy(errno);
        if (expected is null)
        {
            Assert.Null(remedy);
        }
        else
        {
            Assert.Contains(expected, remedy);
        }
    }

    public void Dispose() => _machine.Dispose();

    private LinuxDomain Domain => new(_machine.Paths);

    private void Bind(string type, string? module = null)
    {
        Directory.CreateDirectory(_machine.At($"sys/bus/xen/devices/{type}-0"));
        Directory.CreateDirectory(_machine.At($"sys/bus/xen/drivers/{type}"));
        File.CreateSymbolicLink(_machine.At($"sys/bus/xen/devices/{type}-0/driver"), $"../../../../bus/xen/drivers/{type}");
        if (module is not null)
        {
            File.CreateSymbolicLink(_machine.At($"sys/bus/xen/drivers/{type}/module"), $"../../../../module/{module}");
        }
    }
}
