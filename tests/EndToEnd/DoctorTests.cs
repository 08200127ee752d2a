using System.Text.Json;
using System.Text.RegularExpressions;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

[Collection(ProcessCollection.Name)]
public sealed partial class DoctorTests
{
    /// <summary>Whatever this machine's own configuration is.</summary>
    private static readonly string[] s_plain = ["--config", "/dev/null", "--font", "builtin", "--fallback-font", "none"];

    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void WithoutXen_SaysThatFirst_AndEndsWithThree(FrontendKind kind)
    {
        Assert.SkipWhen(File.Exists("/sys/hypervisor/type"), "this machine is a guest");
        (int status, string output, string error) = FrontendCommands.Run(Frontends.Path(kind), ["doctor", .. s_plain]);
        Assert.Equal((3, string.Empty), (status, error));
        Assert.Contains("FAIL  guest: this is no Xen guest (/sys/hypervisor/type is missing); do: without Xen, use --loopback DIR\n", output);
        string lines = output;
        (status, output, _) = FrontendCommands.Run(Frontends.Path(kind), ["doctor", "--json", .. s_plain]);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal((3, "fail"), (status, document.RootElement.GetProperty("findings")[1].GetProperty("verdict").GetString()));
        AssertExpected("doctor-no-xen.txt", lines);
        AssertExpected("doctor-no-xen.json", output);
    }

    [Theory]
    [InlineData(FrontendKind.Built)]
    [InlineData(FrontendKind.Native)]
    public void OnTheLoopback_WhileItRuns_EverythingIsGood(FrontendKind kind)
    {
        string program = Frontends.Path(kind);
        using RunningSystem system = new(program, ["--source", "pattern"]);
        system.WaitConnected();
        (int status, string output, string error) = FrontendCommands.Ask(system, program, "doctor");
        Assert.Equal((0, string.Empty), (status, error));
        Assert.Contains($"ok    xenfbfront: runs: {program}, process {system.Frontend.Workers.Single()}, connected\n", output);
        Assert.Contains("\nok    vfb/0: connected to /local/domain/0/backend/vfb/1/0; it offers: request-update feature-resize\n", output);
        Assert.EndsWith("nothing that could be looked at is in the way\n", output);
        Assert.False(system.BackendsLeftConnected, system.Log);
        system.StopInOrder();
    }

    [Fact]
    public void WrongOption_IsNamed()
    {
        (int status, _, string error) = FrontendCommands.Run(Frontends.Path(FrontendKind.Built), ["doctor", "--size", "large"]);
        Assert.Equal((2, "xenfbfront: --size large: must be WIDTHxHEIGHT in pixels, as in 1024x768\n"), (status, error));
    }

    /// <summary>Compares with a file in <c>expected</c>; which VT is the active one is another each time, and not every kernel has any.</summary>
    private static void AssertExpected(string file, string output)
    {
        Assert.SkipUnless(TextConsoles.Has(0, out string reason), reason);
        string expected = File.ReadAllText(Path.Combine(Frontends.RepositoryRoot, "tests", "EndToEnd", "expected", file));
        Assert.Equal(expected, ActiveTerminal().Replace(output, "/dev/tty@"));
    }

    [GeneratedRegex("/dev/tty[0-9]+")]
    private static partial Regex ActiveTerminal();
}
