using Xenbus.Linux;
using XenFbFront.Configuration;
using XenFbFront.Doctor;
using XenFbFront.Tests.Linux.Support;
using XenFbFront.Vfb;
using Xunit;

namespace XenFbFront.Tests.Doctor;

public sealed class MachineCheckTests : IDisposable
{
    private const string Limit = "sys/module/xen_gntalloc/parameters/limit";

    private readonly FakeMachine _machine = new();

    [Fact]
    public void NoXen_SaysSo_AndLooksNoFurther()
    {
        _machine.Write("sys/kernel/uevent_seqnum", "1\n");
        Findings findings = new(isRoot: true);
        Assert.False(GuestCheck.Run(Patient(), new LinuxDomain(_machine.Paths), findings));
        Assert.StartsWith("FAIL  guest: this is no Xen guest (", findings.Print());
        Assert.Contains("; do: without Xen, use --loopback DIR\n", findings.Print());
    }

    [Fact]
    public void ControlDomain_IsNoGuest()
    {
        _machine.BecomeGuest("PV");
        _machine.Write("proc/xen/capabilities", "control_d\n");
        Findings findings = new(isRoot: true);
        Assert.False(GuestCheck.Run(Patient(), new LinuxDomain(_machine.Paths), findings));
        Assert.Contains("do: run xenfbfront in a guest", findings.Print());
    }

    [Fact]
    public void Guest_ADeviceIsMissing_NamesItsModule()
    {
        _machine.BecomeGuest("PVH");
        _machine.Write("dev/xen/evtchn");
        _machine.SetPolicy(lockdown: "none [integrity] confidentiality");
        Findings findings = new(isRoot: true);
        Assert.True(GuestCheck.Run(Patient(), new LinuxDomain(_machine.Paths), findings));
        Assert.Equal([Verdict.Good, Verdict.Note, Verdict.Good, Verdict.Bad], findings.All.Select(static finding => finding.Verdict));
        Assert.Contains("lockdown=integrity", findings.Print());
        Assert.Equal("modprobe xen-gntalloc", findings.All[3].Remedy);
    }

    [Theory]
    [InlineData("1024\n", "800x600", 32, false, "Good", "1024 pages for the whole guest; a screen of 800x600 needs 472")]
    [InlineData("1024\n", "800x600", 16, false, "Good", "a screen of 800x600 needs 238")]
    [InlineData("1024\n", "1920x1080", 32, false, "Good", "a screen of 1920x1080 needs 2031, and xenfbfront raises it")]
    [InlineData("1024\n", "640x480,1920x1080", 32, false, "Good", "a screen of 1920x1080 needs 2031")]
    [InlineData("-1\n", "1920x1080", 32, false, "Good", "there is none")]
    [InlineData("1024\n", "1920x1080", 32, true, "Good", "1024 pages, and xenfbfront has its own already")]
    [InlineData(null, "800x600", 32, false, "Note", "cannot be read, so it is 1024 pages unless")]
    public void GrantLimit_AgainstTheWantedSize(string? limit, string sizes, int depth, bool isServed, string verdict, string text)
    {
        _machine.BecomeGuest("PV");
        if (limit is not null)
        {
            _machine.Write(Limit, limit);
        }

        Finding finding = LookAtGrants(Options(sizes, depth), isServed)[0];
        Assert.Equal(("gntalloc's limit", verdict), (finding.Topic, finding.Verdict.ToString()));
        Assert.Contains(text, finding.Text);
    }

    [Fact]
    public void GrantLimit_ThatCannotBeRaised_NamesTheNumber()
    {
        _machine.BecomeGuest("PV");
        // As little to be written as a file in a file system that is mounted read-only, and root is not held up by modes.
        Directory.CreateDirectory(Path.GetDirectoryName(_machine.At(Limit))!);
        File.CreateSymbolicLink(_machine.At(Limit), "/sys/kernel/uevent_seqnum");
        long present = long.Parse(File.ReadAllText("/sys/kernel/uevent_seqnum"));
        DaemonOptions options = Options("16384x3900", 32);
        Finding finding = LookAtGrants(options, isServed: false)[0];
        Assert.SkipWhen(present > 62524, "this kernel has seen so many events that the number is no low limit");
        Assert.Equal(Verdict.Bad, finding.Verdict);
        Assert.Contains($"xen_gntalloc.limit={present + 62524}", finding.Remedy);
    }

    [Fact]
    public void Grants_TheSizeThatTheBackendNames_IsTaken()
    {
        _machine.BecomeGuest("PV");
        _machine.Write(Limit, "1024\n");
        Findings findings = new(isRoot: true);
        GrantsCheck.Run(Patient(), new LinuxDomain(_machine.Paths), findings, isServed: false, named: new ScreenSize(1024, 768));
        Assert.Contains("a screen of 1024x768 needs 772", findings.All[0].Text);
    }

    [Theory]
    [InlineData(true, "Bad")]
    [InlineData(false, "Root")]
    public void FrameNumbers_NoWay_EachSaysWhy(bool isRoot, string verdict)
    {
        _machine.BecomeGuest("PV");
        Findings findings = new(isRoot);
        GrantsCheck.Run(Patient() with { IsRoot = isRoot }, new LinuxDomain(_machine.Paths), findings, isServed: false, named: null);
        Finding[] ways = [.. findings.All.Where(static finding => finding.Topic == "frame numbers")];
        Assert.Equal(4, ways.Length);
        Assert.All(ways, way => Assert.Equal(verdict, way.Verdict.ToString()));
        Assert.Contains("not by pagemap: this is a PV guest", ways[0].Text);
    }

    public void Dispose() => _machine.Dispose();

    private static DaemonOptions Options(string sizes, int depth) =>
        CommandLine.Parse(["--size", sizes, "--depth", depth.ToString()], static _ => null);

    private IReadOnlyList<Finding> LookAtGrants(DaemonOptions options, bool isServed)
    {
        Findings findings = new(isRoot: true);
        GrantsCheck.Run(Patient() with { Options = options }, new LinuxDomain(_machine.Paths), findings, isServed, named: null);
        return findings.All;
    }

    private Patient Patient() => new(new DaemonOptions(), _machine.Paths, new LinuxDomain(_machine.Paths), IsRoot: true, _machine.At(string.Empty));
}
