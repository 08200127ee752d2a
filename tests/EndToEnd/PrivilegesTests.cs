using System.Globalization;
using Xenbus.Linux.Interop;
using XenFbFront.Holder;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>Holder and worker keep the capabilities that docs/privileges.md says, and what runs on the built-in terminal has all of them.</summary>
[Collection(ProcessCollection.Name)]
public class PrivilegesTests
{
    [Fact]
    public void Root_Started_EveryThreadKeepsWhatItsProcessNeeds()
    {
        Assert.SkipUnless(Libc.EffectiveUser() == 0, "needs root");
        string file = Path.GetTempFileName();
        using RunningSystem system = new(
            Frontends.Path(FrontendKind.Native), ["--source", "term", "--term", $"cat /proc/self/status > {file}; sleep 1000", "--font", "builtin:16"], isRecorded: false);
        system.WaitConnected();
        RunningSystem.WaitFor(() => File.ReadAllText(file).Contains("CapBnd", StringComparison.Ordinal), () => "the program on the terminal does not begin");
        ulong mine = Set(File.ReadAllText("/proc/self/status"), "CapPrm");
        AwaitThreads(system.Frontend.Workers.First(), mine & Privileges.Worker);
        AwaitThreads(system.Frontend.ProcessId, mine & Privileges.Holder);
        Assert.Equal(mine, Set(File.ReadAllText(file), "CapEff"));
        File.Delete(file);
    }

    private static void AwaitThreads(int process, ulong kept) => RunningSystem.WaitFor(
        () => Directory.GetDirectories($"/proc/{process}/task").All(task =>
            File.ReadAllText($"{task}/status") is { } status && Set(status, "CapPrm") == kept && Set(status, "CapEff") == kept && Set(status, "CapInh") == 0 && Set(status, "CapAmb") == 0),
        () => $"process {process} should have {kept:x}: {File.ReadAllText($"/proc/{process}/status")}");

    private static ulong Set(string status, string name) =>
        ulong.Parse(status.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal))[(name.Length + 1)..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
