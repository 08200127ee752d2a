using Xenbus.Linux.Interop;
using XenFbFront.Control;
using XenFbFront.Holder;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

[Collection(ProcessCollection.Name)]
public sealed class ControlTests
{
    [Fact]
    public void Ctl_WithoutProgramOrWithWrongWords_SaysWhatIsRight()
    {
        string program = Frontends.Path(FrontendKind.Built), folder = Path.Combine(Path.GetTempPath(), "xenfbfront-that-does-not-run");
        (int status, _, string error) = FrontendCommands.Run(program, ["ctl", "program", "--loopback", folder]);
        Assert.Equal((3, $"xenfbfront: reach xenfbfront at {folder}/frontend.sock: no such file or directory: it must be running, and this command be run as root or its user; --loopback DIR names one without Xen\n"), (status, error));
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        (status, _, error) = FrontendCommands.Ask(system, program, "ctl", "nonsense");
        Assert.Equal((2, "xenfbfront: unknown command nonsense; xenfbfront ctl help lists them\n"), (status, error));
        (status, _, error) = FrontendCommands.Ask(system, program, "ctl", "upgrade", "/bin/true");
        Assert.Equal((2, "xenfbfront: upgrade takes no arguments: run the new program, as in NEW-PROGRAM upgrade\n"), (status, error));
        (status, _, error) = FrontendCommands.Run(program, ["ctl", "upgrade", "--loopback"]);
        Assert.Equal((2, "xenfbfront: --loopback needs a value: --loopback DIR\n"), (status, error));
        (status, string output, _) = FrontendCommands.Ask(system, program, "ctl", "program");
        Assert.Equal((0, $"{program}\nprocess {system.Frontend.Workers.Single()}\nconnected\n"), (status, output));
    }

    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void Resize_AnswersWhenTheBackendHasThePicture(FrontendKind kind)
    {
        string program = Frontends.Path(kind);
        using RunningSystem system = new(program, ["--source", "pattern", "--size", "640x480,320x200", "--max-size", "1024x768"]);
        system.WaitConnected();
        Assert.Equal((0, "vfb/0: 640x480\n* 640x480\n  320x200\n", ""), FrontendCommands.Ask(system, program, "ctl", "sizes"));
        foreach (string size in new[] { "320x200", "1024x768", "801x601", "801x601" })
        {
            (int status, string output, string error) = FrontendCommands.Ask(system, program, "ctl", "resize", size);
            Assert.True(status == 0, error);
            Assert.StartsWith(output, $"vfb/0: {size}\n");
            string[] sides = size.Split('x');
            system.WaitForPattern(int.Parse(sides[0]), int.Parse(sides[1]));
        }

        Assert.False(system.BackendsLeftConnected, system.Log);
        (int done, string way, string why) = FrontendCommands.Ask(system, program, "ctl", "resize", "0", "1600x1200");
        Assert.True(done == 0, why);
        Assert.Equal("vfb/0: 1600x1200, in another connection: it needed more memory; viewers of QEMU see it on another console (Ctrl-Alt-2)\n", way);
        system.WaitForPattern(1600, 1200);
        Assert.Equal(0, system.Session.Census.FreedWhileMapped);
        system.StopInOrder();
    }

    [Theory]
    [InlineData(2, "resize needs a size in pixels, as in resize 1920x1080, or resize 1 1920x1080 for vfb/1", "resize")]
    [InlineData(2, "resize needs a size in pixels, as in resize 1920x1080, or resize 1 1920x1080 for vfb/1", "resize", "large")]
    [InlineData(2, "resize needs a size in pixels, as in resize 1920x1080, or resize 1 1920x1080 for vfb/1", "resize", "one", "64x64")]
    [InlineData(3, "there is no vfb/7; xenfbfront ctl sizes lists them", "resize", "7", "64x64")]
    [InlineData(3, "use size 8x8: 8x8 is outside 16x16 to 16384x16384", "resize", "8x8")]
    public void Resize_Wrong_SaysWhatIsRight(int status, string message, params string[] words)
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        Assert.Equal((status, string.Empty, $"xenfbfront: {message}\n"), FrontendCommands.Ask(system, program, ["ctl", .. words]));
        system.StopInOrder();
    }

    [Fact]
    public void Help_FitsAScreen()
    {
        string[] lines = ControlCommands.Help.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 3, 24);
        Assert.All(lines, static line => Assert.InRange(line.Length, 0, 80));
    }

    /// <summary>A client that asks and does not read, and one that says nothing, hold up nobody.</summary>
    [Fact]
    public void ClientsThatHang_HoldUpNobody()
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        string path = RuntimeFiles.Control(system.Session.GuestDirectory);
        List<Descriptor> clients = [];
        for (int i = 0; i < 16; i++)
        {
            clients.Add(new(Libc.Connect(path, Libc.SequencedPacket)));
        }

        (int status, _, string error) = FrontendCommands.Ask(system, program, "ctl", "program");
        Assert.Equal((3, "xenfbfront: 16 requests are being answered already; end one of them first\n"), (status, error));
        clients.ForEach(static client => client.Dispose());
        Assert.Equal(0, FrontendCommands.Ask(system, program, "ctl", "program").Status);
        system.StopInOrder();
    }
}
