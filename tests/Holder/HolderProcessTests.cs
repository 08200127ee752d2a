using Xenbus.Devices;
using Xenbus.Linux.Interop;
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

    /// <summary>Only then is the event channel file worth a process that keeps it: after a restore that nobody saw its ports are dead.</summary>
    [Fact]
    public void Records_TellWhetherPortsMayBeBound()
    {
        using SimulatedSystem system = new();
        system.StartWorker();
        system.Settle();
        system.KillWorker();
        Assert.False(MayHavePorts(system));
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.RunUntilConnected();
        system.KillWorker();
        Assert.True(MayHavePorts(system));
        system.StartWorker();
        system.Settle();
        system.StopWorker();
        Assert.False(MayHavePorts(system));
    }

    [Fact]
    public void Records_KilledAtEveryMomentUntilConnected_NoPortIsUnknown()
    {
        int moment = 1;
        for (bool hasDied = true; hasDied; moment++)
        {
            WorkerFate fate = new();
            fate.KillAfter(moment);
            using SimulatedSystem system = new();
            system.AddDevices();
            system.StartBackend();
            system.StartWorker(fate);
            system.TryRun(() => fate.IsDead || (system.IsConnected("vfb") && system.IsConnected("vkbd")), TimeSpan.FromMinutes(1));
            hasDied = fate.IsDead;
            fate.Spare();
            system.AbandonBackend();
            bool hasPorts = system.Hypervisor.Census.Ports > 0;
            Assert.True(!hasPorts || (system.Kept.Find(FrontendHost.RecordsName) is not null && MayHavePorts(system)), $"moment {moment}: there are ports that the records do not tell of");
        }

        Assert.InRange(moment, 100, 3000);
    }

    [Fact]
    public void Records_OfAnotherVersion_MayHaveAny()
    {
        Descriptor file = Descriptor.Own(Libc.MemoryFile("other", 32 * 4096), "create", "a memory file");
        Assert.True(FrontendHost.MayHavePorts(file));
    }

    private static bool MayHavePorts(SimulatedSystem system) => FrontendHost.MayHavePorts(system.Kept.Find(FrontendHost.RecordsName)!.Duplicate());
}
