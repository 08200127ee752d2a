using System.Globalization;
using System.Runtime.InteropServices;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using XenFbFront.Holder;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>Holder and worker keep the capabilities that docs/privileges.md says, and what runs on the built-in terminal has all of them.</summary>
[Collection(ProcessCollection.Name)]
public partial class PrivilegesTests
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

    [Fact]
    public void Process_WithWhatItKeeps_IsRefusedTheRest()
    {
        Assert.SkipUnless(Libc.EffectiveUser() == 0, "needs root");
        // Each changes nothing where it succeeds. chroot needs CAP_SYS_CHROOT; a capture of packets CAP_NET_RAW, the machine's name CAP_SYS_ADMIN, the kernel's log CAP_SYSLOG.
        (int Errno, string Name)[] none = [(Errno.EPERM, "chroot"), (Errno.EPERM, "socket"), (Errno.EPERM, "sethostname"), (Errno.EPERM, "klogctl")];
        Assert.SkipUnless(Try(~0ul).All(static trial => trial.Errno == 0), "this root lacks capabilities itself");
        Assert.Equal([.. none.Take(2), (0, "sethostname"), (0, "klogctl")], Try(Privileges.Worker));
        Assert.Equal(none, Try(Privileges.Holder));
    }

    [Fact]
    public void UnitAndDocument_NameWhatTheWorkerKeeps()
    {
        string kept = string.Join(' ', Names(Privileges.Worker).Order(StringComparer.Ordinal));
        string unit = File.ReadLines(Path.Combine(Frontends.RepositoryRoot, "frontend/Packaging/systemd/xenfbfront.service"))
            .Single(static line => line.StartsWith("CapabilityBoundingSet=", StringComparison.Ordinal));
        Assert.Equal(kept, string.Join(' ', unit[(unit.IndexOf('=') + 1)..].Split(' ').Order(StringComparer.Ordinal)));
        string[][] rows = [.. File.ReadLines(Path.Combine(Frontends.RepositoryRoot, "docs/privileges.md"))
            .Where(static line => line.StartsWith("| CAP_", StringComparison.Ordinal)).Select(static line => line.Split('|', StringSplitOptions.TrimEntries))];
        Assert.Equal(kept, string.Join(' ', rows.Where(static row => row[3] == "yes").Select(static row => row[1]).Order(StringComparer.Ordinal)));
        Assert.Equal(Names(Privileges.Holder), rows.Where(static row => row[4] == "yes").Select(static row => row[1]));
    }

    /// <summary>C's names of capabilities.</summary>
    private static IEnumerable<string> Names(ulong capabilities) => Enum.GetValues<Capability>()
        .Where(capability => (capabilities & 1ul << (int)capability) != 0)
        .Select(static capability => "CAP" + string.Concat(capability.ToString().Select(static letter => char.IsUpper(letter) ? $"_{letter}" : char.ToUpperInvariant(letter).ToString())));

    /// <summary>What succeeds, with these capabilities and no other, in a thread of its own: they are each thread's.</summary>
    private static (int Errno, string Name)[] Try(ulong kept)
    {
        (int, string)[] trials = [];
        int result = -1;
        Thread thread = new(() =>
        {
            result = Libc.ReadCapabilities(out ulong permitted);
            result = result < 0 ? result : Libc.SetCapabilities(permitted & kept);
            const int askHowMuchIsUnread = 9;
            byte[] host = [.. File.ReadAllBytes("/proc/sys/kernel/hostname").TakeWhile(static letter => letter != '\n')];
            trials =
            [
                (Result(chroot("/")), "chroot"),
                (Closed(socket(17, 3, 0)), "socket"),
                (Result(sethostname(host, (nuint)host.Length)), "sethostname"),
                (Result(klogctl(askHowMuchIsUnread, [], 0)), "klogctl"),
            ];
        });
        thread.Start();
        thread.Join();
        Assert.Equal(0, result);
        return trials;

        static int Result(int result) => result < 0 ? Marshal.GetLastPInvokeError() : 0;
        static int Closed(int descriptor) => descriptor < 0 ? Result(descriptor) : Result(close(descriptor));
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chroot(string path);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sethostname(byte[] name, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int klogctl(int action, byte[] buffer, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    private static void AwaitThreads(int process, ulong kept) => RunningSystem.WaitFor(
        () => Directory.GetDirectories($"/proc/{process}/task").All(task =>
            File.ReadAllText($"{task}/status") is { } status && Set(status, "CapPrm") == kept && Set(status, "CapEff") == kept && Set(status, "CapInh") == 0 && Set(status, "CapAmb") == 0),
        () => $"process {process} should have {kept:x}: {File.ReadAllText($"/proc/{process}/status")}");

    private static ulong Set(string status, string name) =>
        ulong.Parse(status.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal))[(name.Length + 1)..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
