using Xenbus;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using Xenbus.Loopback;
using XenFbFront.Holder;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Holder;

/// <summary>What a holder has to know when it ends although no worker has stopped in order.</summary>
[Collection(SimulationCollection.Name)]
public sealed class HolderProcessTests
{
    [Fact]
    public void KeepingForEver_NoProcessYet_NamesNone()
    {
        Assert.Contains("process 17 (", HolderProcess.KeepingForEver(17));
        Assert.Contains("no process to keep it can be started yet", HolderProcess.KeepingForEver(0));
        Assert.DoesNotContain("process 0", HolderProcess.KeepingForEver(0));
    }

    /// <summary>Workers may fail for days, until a person mends what they miss.</summary>
    [Fact]
    public void DelayMs_GrowsToTwoSecondsAndStaysThere()
    {
        Assert.Equal([0, 20, 80, 180], Enumerable.Range(0, 4).Select(HolderProcess.DelayMs));
        Assert.All(Enumerable.Range(10, 30_000).Append(int.MaxValue), static deaths => Assert.Equal(2000, HolderProcess.DelayMs(deaths)));
    }

    /// <summary>Only after a restore that nobody saw must the file stay open; a process that keeps it for nothing would be a burden.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Restored_NoWorkerSawIt_FilesMustStayOpen_ElseNot(bool keepsNumber)
    {
        using SimulatedSystem system = SimulatedSystem.Connected();
        system.KillWorker();
        Assert.False(MustStayOpen(system));
        Assert.True(FrontendHost.MayHaveOutlivedPorts(Kept(system), static () => throw new XenException("open", "xenbus", Errno.ENOENT)));
        system.Restore(keepsNumber);
        Assert.True(MustStayOpen(system));
        system.StartWorker();
        system.RunUntilConnected();
        system.KillWorker();
        Assert.False(MustStayOpen(system));
    }

    [Fact]
    public void NothingConnectedOrStoppedInOrder_RestoreIsOfNoInterest()
    {
        using SimulatedSystem system = new();
        system.StartWorker();
        system.Settle();
        system.KillWorker();
        system.Restore();
        Assert.False(MustStayOpen(system));
        system.AddDevices();
        system.StartWorker();
        system.RunUntilConnected();
        system.StopWorker();
        system.Restore();
        Assert.False(MustStayOpen(system));
    }

    /// <summary>The worker is killed while it connects, and at once the guest is restored and the holder ends.</summary>
    [Fact]
    public void KilledAtEveryMomentUntilConnected_ThenRestored_NoDeadPortIsClosed()
    {
        Sweep(static (system, fate, _) =>
        {
            system.StartWorker(fate);
            system.TryRun(() => fate.IsDead || (system.IsConnected("vfb") && system.IsConnected("vkbd")), TimeSpan.FromMinutes(1));
            system.Restore(startsBackend: false);
        });
    }

    /// <summary>The worker is killed while it deals with a restore, and the holder ends.</summary>
    [Fact]
    public void KilledAtEveryMomentOfARestore_NoDeadPortIsClosed()
    {
        Sweep(static (system, fate, moment) =>
        {
            fate.Spare();
            system.StartWorker(fate);
            system.RunUntilConnected();
            system.Settle();
            system.Restore();
            fate.KillAfter(moment);
            system.TryRun(() => fate.IsDead || (system.IsConnected("vfb") && system.IsConnected("vkbd")), TimeSpan.FromMinutes(1));
        });
    }

    [Fact]
    public void Records_OfAnotherVersion_FilesMustStayOpen()
    {
        using Descriptor file = Descriptor.Own(Libc.MemoryFile("other", 32 * 4096), "create", "a memory file");
        Assert.True(FrontendHost.MayHaveOutlivedPorts([(FrontendHost.RecordsName, file)], static () => throw new InvalidOperationException("not asked")));
    }

    private static void Sweep(Action<SimulatedSystem, WorkerFate, int> scenario)
    {
        int moment = 1;
        for (bool hasDied = true; hasDied; moment++)
        {
            WorkerFate fate = new();
            fate.KillAfter(moment);
            using SimulatedSystem system = new();
            system.AddDevices();
            system.StartBackend();
            scenario(system, fate, moment);
            hasDied = fate.IsDead;
            system.KillWorker();
            if (!MustStayOpen(system))
            {
                system.Kept.Dispose();
            }

            Assert.True(system.Hypervisor.Census.KernelBugs == 0, $"moment {moment}: a file with dead ports was closed");
        }

        Assert.InRange(moment, 50, 3000);
    }

    private static bool MustStayOpen(SimulatedSystem system) =>
        FrontendHost.MayHaveOutlivedPorts(Kept(system), () => new LoopbackDomain(system.Hypervisor, SimulatedSystem.Guest));

    private static List<(string, Descriptor)> Kept(SimulatedSystem system) => [.. system.Kept.Names.Select(name => (name, system.Kept.Find(name)!))];
}
