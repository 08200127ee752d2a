using Xenbus.Domain;
using Xenbus.Domain.Faults;
using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Devices;

/// <summary>The last grants of a guest are left to its disks and network.</summary>
[Collection(SimulationCollection.Name)]
public sealed class GrantReserveTests
{
    private const int Reserve = 64;

    /// <summary>64x48x32 takes 3 pages, their directory 1, the shared page 1; the keyboard 1.</summary>
    private const int VfbPages = 5, VkbdPages = 1;

    [Fact]
    public void ExactlyEnough_BothConnect()
    {
        using SimulatedSystem system = Started(VfbPages + VkbdPages + Reserve);
        system.RunUntilConnected();
        ExpectObtainable(system, Reserve);
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    [Theory]
    [InlineData(VfbPages + Reserve, "vfb", "vkbd")]
    [InlineData(VfbPages + Reserve - 1, "vkbd", "vfb")]
    public void TableNearlyFull_DeviceIsGivenUpWithTheNumber_AndTheReserveIsFree(int entries, string connected, string refused)
    {
        using SimulatedSystem system = Started(entries);
        system.Run(() => system.IsConnected(connected), $"{connected} connected");
        system.Settle();
        Assert.Contains("64 grants must be left to the guest's other drivers", system.Worker!.Device(refused)!.Failure);
        Assert.Contains("raise max_grant_frames", system.ErrorNode(refused));
        Assert.NotEqual(XenbusState.Connected, system.FrontendState(refused));
        Assert.True(system.Hypervisor.Census.Pages <= entries - Reserve);
        ExpectObtainable(system, Reserve);
        if (connected == "vfb")
        {
            system.ExpectPicture();
        }
        else
        {
            system.Type();
            system.ExpectTyped();
        }

        system.EndAndExpectNothingLeft();
    }

    /// <summary>A device that was given up for want of grants gets its chance when its backend begins anew.</summary>
    [Fact]
    public void RefusedThenRoomAndANewBackend_Connects()
    {
        using SimulatedSystem system = new(hypervisor: new() { GrantTableEntries = VfbPages + VkbdPages + Reserve }) { HostOptions = new() { GrantReserve = Reserve } };
        using IGrantAllocator other = new LoopbackDomain(system.Hypervisor, SimulatedSystem.Guest).OpenGrantAllocator();
        GrantAllocation taken = other.Allocate(DomainId.Zero, Reserve, isWritable: true);
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.Settle();
        Assert.NotNull(system.Worker!.Device("vfb")!.Failure);
        Assert.NotNull(system.Worker.Device("vkbd")!.Failure);
        Assert.Equal(Reserve, system.Hypervisor.Census.Pages);
        other.Free(taken.Index, Reserve);
        system.ReplaceBackend();
        system.RunUntilConnected();
        Assert.Null(system.Worker.Device("vfb")!.Failure);
        system.ExpectWhole();
        other.Dispose();
        system.EndAndExpectNothingLeft();
    }

    /// <summary>Killed anywhere: what was held only to be counted goes with the process.</summary>
    [Fact]
    public void KilledAtEveryMomentUntilConnected_NothingIsLeftHeld()
    {
        int moment = 1;
        for (bool hasDied = true; hasDied; moment += 2)
        {
            WorkerFate fate = new();
            fate.KillAfter(moment);
            using SimulatedSystem system = new(hypervisor: new() { GrantTableEntries = VfbPages + VkbdPages + Reserve }) { HostOptions = new() { GrantReserve = Reserve } };
            system.AddDevices();
            system.StartBackend();
            system.StartWorker(fate);
            system.TryRun(() => fate.IsDead || (system.IsConnected("vfb") && system.IsConnected("vkbd")), TimeSpan.FromMinutes(1));
            hasDied = fate.IsDead;
            fate.Spare();
            Assert.True(system.Hypervisor.Census.GrantAllocatorFiles <= 1, $"moment {moment}: {system.Hypervisor.Census.GrantAllocatorFiles} files");
            if (hasDied)
            {
                Assert.True(system.Hypervisor.Census.Pages <= VfbPages + VkbdPages, $"moment {moment}: {system.Hypervisor.Census.Pages} pages after the death");
                system.StartWorker();
            }

            Assert.True(system.TryRun(() => system.IsConnected("vfb") && system.IsConnected("vkbd"), TimeSpan.FromMinutes(1)), $"moment {moment}: not connected");
            ExpectObtainable(system, Reserve);
            system.EndAndExpectNothingLeft();
        }

        Assert.InRange(moment, 100, 3000);
    }

    [Fact]
    public void EachHoldRefusedOnce_IsSaid_AndNothingLeaks()
    {
        for (int number = 1; number <= 3; number++)
        {
            int held = 0;
            using SimulatedSystem system = new() { HostOptions = new() { GrantReserve = Reserve } };
            system.AddDevices();
            system.StartBackend();
            system.StartWorker(new() { Refuse = (call, _) => call == DomainCall.HoldReserve && ++held == number ? Xenbus.Linux.Interop.Errno.ENOMEM : 0 });
            system.Advance(TimeSpan.FromSeconds(5));
            Assert.Single(system.Worker!.Host.Devices, device => device.Failure is not null);
            system.EndAndExpectNothingLeft();
        }
    }

    private static void ExpectObtainable(SimulatedSystem system, int count)
    {
        using IGrantAllocator other = new LoopbackDomain(system.Hypervisor, SimulatedSystem.Guest).OpenGrantAllocator();
        other.Allocate(DomainId.Zero, count, isWritable: true);
    }

    private static SimulatedSystem Started(int entries)
    {
        SimulatedSystem system = new(hypervisor: new() { GrantTableEntries = entries }) { HostOptions = new() { GrantReserve = Reserve } };
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        return system;
    }
}
