using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Configuration;
using XenFbFront.Doctor;
using XenFbFront.Tests.Support;
using XenFbFront.Vfb;
using Xunit;

namespace XenFbFront.Tests.Doctor;

public sealed class DevicesCheckTests
{
    [Fact]
    public void Connected_ByUs_IsGood_WithWhatTheBackendOffers()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        Findings findings = Look(system, isServed: true);
        Assert.Equal([Verdict.Good, Verdict.Good, Verdict.Good], findings.All.Select(static finding => finding.Verdict));
        Assert.Contains("vfb/0: connected to /local/domain/0/backend/vfb/1/0; it offers: request-update feature-resize", findings.Print());
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void Connected_ButNobodyServes_SaysThatItWasKilled()
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        Assert.Contains("note  vfb/0: its frontend is Connected (4), its backend /local/domain/0/backend/vfb/1/0 is Connected (4), but no xenfbfront runs", Look(system, isServed: false).Print());
    }

    [Fact]
    public void NoDevices_NamesTheirLines()
    {
        using SimulatedSystem system = new();
        Findings findings = Look(system, isServed: false);
        Assert.Equal(2, findings.Count(Verdict.Bad));
        Assert.Contains("FAIL  vfb: the guest has none; do: vfb = [ \"type=vnc\" ]", findings.Print());
        Assert.Contains("FAIL  vkbd: the guest has none; do: vkb_device = 1", findings.Print());
    }

    [Fact]
    public void BackendWaits_CanBeServed_AndItsSizeIsKnown()
    {
        using SimulatedSystem system = new();
        system.AddDevices();
        system.StartBackend();
        system.Settle();
        system.Toolstack.Write("/local/domain/0/backend/vfb/1/0/width", "1024");
        system.Toolstack.Write("/local/domain/0/backend/vfb/1/0/height", "768");
        Findings findings = Look(system, isServed: false, out ScreenSize? size);
        Assert.Equal(0, findings.Count(Verdict.Bad));
        Assert.Contains("ok    vfb/0: its frontend is Initialising (1), its backend /local/domain/0/backend/vfb/1/0 is InitWait (2): it can be served", findings.Print());
        Assert.Equal(new ScreenSize(1024, 768), size);
    }

    [Fact]
    public void NothingServesTheVfb_WhileVkbdIsServed_NamesTheTrapOfQemu()
    {
        using SimulatedSystem system = new();
        system.AddDevices();
        Assert.Equal(2, Look(system, isServed: false).Count(Verdict.Bad));
        Assert.DoesNotContain("-vga", Look(system, isServed: false).Print());
        system.Toolstack.Write("/local/domain/0/backend/vkbd/1/0/state", XenbusStates.Print(XenbusState.InitWait));
        Assert.Contains("is Initialising (1): nothing serves it; do: device_model_args_pv = [ \"-vga\", \"xenfb\" ]", Look(system, isServed: false).Print());
    }

    [Theory]
    [InlineData("vfb", "xen-fbfront", null, "echo blacklist xen-fbfront > /etc/modprobe.d/xen-fbfront.conf")]
    [InlineData("vkbd", null, "xenkbd_init", "boot with initcall_blacklist=xenkbd_init")]
    public void KernelHolds_NamesWhatKeepsTheDriverAway(string type, string? module, string? function, string remedy)
    {
        using SimulatedSystem system = new();
        system.AddDevices();
        system.StartBackend();
        system.Settle();
        system.Toolstack.BindKernelDriver(type, system.Present, 0, new(new(type, module, function)));
        Findings findings = Look(system, isServed: false);
        Assert.Equal(1, findings.Count(Verdict.Bad));
        Assert.Contains($"FAIL  {type}/0: the kernel's driver {type} (", findings.Print());
        Assert.Contains(remedy, findings.Print());
    }

    private static Findings Look(SimulatedSystem system, bool isServed) => Look(system, isServed, out _);

    private static Findings Look(SimulatedSystem system, bool isServed, out ScreenSize? size)
    {
        Findings findings = new(isRoot: true);
        DevicesCheck.Run(new(new DaemonOptions(), new(), new LoopbackDomain(system.Hypervisor, system.Present), IsRoot: true), findings, isServed, out size);
        return findings;
    }
}
