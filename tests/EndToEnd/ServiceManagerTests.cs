using System.Net.Sockets;
using System.Text;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Content.Terminal;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>What a service manager hears (sd_notify), and what becomes of a worker whose loop does not turn.</summary>
[Collection(ProcessCollection.Name)]
public sealed class ServiceManagerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("xenfbfront-service-").FullName;
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20 };
    private readonly List<string> _heard = [];

    public ServiceManagerTests()
    {
        string path = Path.Combine(_folder, "notify");
        _manager.Bind(new UnixDomainSocketEndPoint(path));
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", path);
        // A sign of life each second; a worker without one for 3 s hangs.
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", "8000000");
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", null);
        _manager.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Service_ConnectedAndStopped_ManagerHearsOfIt()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern"]);
        system.WaitConnected();
        WaitForHeard("READY=1");
        Assert.True(_heard.IndexOf("STATUS=serving vfb/0 vkbd/0") is >= 0 and var served && served < _heard.IndexOf("READY=1"), string.Join(" ", _heard));
        _heard.Clear();
        WaitForHeard("WATCHDOG=1");
        system.StopInOrder();
        WaitForHeard("STOPPING=1");
    }

    /// <summary>Stopped, not killed: as a loop that does not turn, it closes nothing and no signal tells of it.</summary>
    [Fact]
    public void Worker_Hangs_IsReplacedAndTheBackendNeverNotices()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern"]);
        system.WaitConnected();
        WaitForHeard("READY=1");
        int first = system.Frontend.Workers.Single();
        Libc.Kill(first, 19);
        RunningSystem.WaitFor(() => system.Frontend.Workers.Any(id => id != first), () => "the worker that hangs is not replaced");
        _heard.Clear();
        WaitForHeard("READY=1");
        WaitForHeard("WATCHDOG=1");
        Assert.False(system.BackendsLeftConnected, system.Log);
        system.WaitForPattern(800, 600);
        system.StopInOrder();
    }

    /// <summary>A worker that finds something missing waits for a person; being ended by the manager meanwhile would help nobody.</summary>
    [Fact]
    public void Worker_MissesSomething_ManagerHearsSignsOfLife()
    {
        TerminalRequirement.Library();
        string font = Path.Combine(_folder, "font");
        File.WriteAllBytes(font, FontFiles.Version1(16, 0));
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--term", "cat", "--font", font]);
        system.WaitConnected();
        WaitForHeard("READY=1");
        File.Delete(font);
        system.KillAndExpectWorkersToFail();
        Hear();
        _heard.Clear();
        WaitForHeard("WATCHDOG=1");
        Assert.False(system.Frontend.HasExited(out _));
        // Told to stop it waits as well, since nobody can close what the backend has mapped.
        system.Frontend.Terminate();
        Assert.False(system.Frontend.WaitExited(TimeSpan.FromSeconds(3), out _));
        Assert.Equal(0, system.Session.Census.FreedWhileMapped);
    }

    private void WaitForHeard(string line) => RunningSystem.WaitFor(() => Hear() && _heard.Contains(line), () => $"{line} is not among: {string.Join(" ", _heard)}");

    private bool Hear()
    {
        byte[] message = new byte[4096];
        try
        {
            while (true)
            {
                _heard.AddRange(Encoding.UTF8.GetString(message, 0, _manager.Receive(message)).Split('\n'));
            }
        }
        catch (SocketException)
        {
            // Nothing more for now.
            return true;
        }
    }
}
