using Xenbus;
using Xenbus.Domain;
using Xenbus.Domain.Faults;
using Xenbus.Linux.Interop;
using Xenbus.Loopback;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Devices;

/// <summary>Each call that can be refused is refused once, or from some call on for ever: the worker lives, says why, and leaks nothing.</summary>
[Collection(SimulationCollection.Name)]
public sealed class FaultSweepTests
{
    private const int MaxCalls = 2000;

    public static TheoryData<int> Errnos => [Errno.EACCES, Errno.ENOSPC, Errno.EAGAIN, Errno.EIO];

    [Theory]
    [MemberData(nameof(Errnos))]
    public void EachCallRefusedOnce_UntilConnected_ConnectsOrSaysWhy_AndStopsLeavingNothing(int errno)
    {
        int calls = Sweep(call => (_, number) => number == call ? errno : 0, static (system, _) => { });
        Assert.InRange(calls, 50, MaxCalls - 1);
    }

    [Theory]
    [MemberData(nameof(Errnos))]
    public void EachCallRefusedOnce_WhileStopping_StopsLeavingNothing(int errno)
    {
        int calls = Sweep(_ => null, (system, call) =>
        {
            WorkerFate fate = system.Worker!.Fate;
            long before = fate.FallibleCalls;
            fate.Refuse = (_, number) => number == before + call ? errno : 0;
        });
        Assert.InRange(calls, 15, MaxCalls - 1);
    }

    /// <summary>Xenstore refuses, or answers too late, while everything is connected: pixels and keys need no xenstore, so nothing is given up.</summary>
    /// <remarks>Not EACCES: a backend's directory that is forbidden cannot be told from one that was removed.</remarks>
    [Theory]
    [InlineData(Errno.EIO)]
    [InlineData(Errno.EAGAIN)]
    [InlineData(Errno.ETIMEDOUT)]
    public void EachRequestRefused_WhileConnected_NothingIsGivenUp(int errno)
    {
        for (int call = 1; ; call++)
        {
            WorkerFate fate = new();
            using SimulatedSystem system = new();
            system.AddDevices();
            system.StartBackend();
            system.StartWorker(fate);
            system.RunUntilConnected();
            system.Settle();
            long before = fate.FallibleCalls;
            fate.Refuse = (kind, number) => kind == DomainCall.XenstoreRequest && number >= before + call && number < before + call + 3 ? errno : 0;
            system.WriteNode("vfb", "note", "1");
            system.WriteNode("vkbd", "note", "1");
            system.Advance(TimeSpan.FromSeconds(20));
            Assert.True(system.IsConnected("vfb") && system.IsConnected("vkbd"), $"call {call}: {string.Join('\n', system.Log.Lines)}");
            bool isOver = fate.FallibleCalls < before + call;
            fate.Refuse = null;
            system.ExpectWhole();
            // It looks again by itself, and follows what the backend does.
            system.ReplaceBackend();
            system.RunUntilConnected();
            system.ExpectWhole();
            system.EndAndExpectNothingLeft();
            if (isOver)
            {
                Assert.InRange(call, 5, 200);
                return;
            }
        }
    }

    /// <summary>Everything is refused from some call on: a stop must end all the same, and pages that the backend may use are kept.</summary>
    [Theory]
    [InlineData(Errno.EACCES)]
    [InlineData(Errno.EIO)]
    public void EverythingRefusedForEver_StopEndsAll_TheSame(int errno)
    {
        for (int call = 1; call < 120; call += 7)
        {
            WorkerFate fate = new();
            using SimulatedSystem system = new();
            system.AddDevices();
            system.StartBackend();
            fate.Refuse = (_, number) => number >= call ? errno : 0;
            if (!TryStart(system, fate))
            {
                continue;
            }

            system.TryRun(() => system.IsConnected("vfb") && system.IsConnected("vkbd"), TimeSpan.FromSeconds(30));
            SimulatedWorker worker = system.Worker!;
            worker.Stop();
            Assert.True(system.TryRun(() => worker.HasStopped, TimeSpan.FromMinutes(5)), $"from call {call} on: does not stop");
            Assert.Equal(0, system.FreedWhileMapped);
            system.KillWorker();
        }
    }

    /// <summary>One kind of call is refused always: what cannot work is said in xenstore, and the other device works.</summary>
    [Theory]
    [InlineData(DomainCall.AllocatePages)]
    [InlineData(DomainCall.MapPages)]
    [InlineData(DomainCall.ResolveFrames)]
    [InlineData(DomainCall.BindPort)]
    public void ResourceRefusedAlways_ReasonStandsInXenstore_NothingLeaks(DomainCall refused)
    {
        using SimulatedSystem system = new();
        system.AddDevices();
        system.StartBackend();
        system.StartWorker(new() { Refuse = (call, _) => call == refused ? Errno.ENOSPC : 0 });
        system.Settle();
        Assert.Contains("no space left", system.ErrorNode("vfb"));
        Assert.Contains("no space left", system.ErrorNode("vkbd"));
        Assert.Equal(0, system.Hypervisor.Census.Pages);
        Assert.Equal(0, system.Hypervisor.Census.Ports);
        Assert.Equal(0, system.Hypervisor.Census.Transactions);
        system.EndAndExpectNothingLeft();
    }

    /// <summary>With the limit at one screen, the retired pages of the old connection give way to the new one.</summary>
    [Fact]
    public void GrantLimitOfOneScreen_BackendBeginsAnew_RetiredPagesGiveWay()
    {
        // 64x48x32 takes 3 pages, their directory 1, the two shared pages 2.
        using SimulatedSystem system = new(hypervisor: new HypervisorOptions { GrantLimitPages = 6 });
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.RunUntilConnected();
        system.ReplaceBackend();
        system.RunUntilConnected();
        Assert.True(system.Hypervisor.Census.Pages <= 6);
        system.ExpectWhole();
        system.EndAndExpectNothingLeft();
    }

    [Fact]
    public void GrantLimitTooLow_ReasonIsSaid_KeysArrive_AndWithRoomTheNextBackendHasThePicture()
    {
        using SimulatedSystem system = new(hypervisor: new HypervisorOptions { GrantLimitPages = 8 });
        using IGrantAllocator other = new LoopbackDomain(system.Hypervisor, SimulatedSystem.Guest).OpenGrantAllocator();
        GrantAllocation taken = other.Allocate(DomainId.Zero, 4, isWritable: true);
        system.AddDevices();
        system.StartBackend();
        system.StartWorker();
        system.Run(() => system.IsConnected("vkbd"), "keyboard connected");
        Assert.Contains("no space left", system.ErrorNode("vfb"));
        system.Type();
        system.ExpectTyped();
        other.Free(taken.Index, 4);
        system.ReplaceBackend();
        system.RunUntilConnected();
        system.ExpectWhole();
        other.Dispose();
        system.EndAndExpectNothingLeft();
    }

    private static int Sweep(Func<int, Func<DomainCall, long, int>?> refuseFromStart, Action<SimulatedSystem, int> beforeStop)
    {
        for (int call = 1; call < MaxCalls; call++)
        {
            WorkerFate fate = new() { Refuse = refuseFromStart(call) };
            using SimulatedSystem system = new();
            try
            {
                system.AddDevices();
                system.StartBackend();
                if (!TryStart(system, fate))
                {
                    // What Start opened is closed by then: only the holder's copies are left.
                    Assert.Equal(0, system.Hypervisor.Census.XenstoreFiles - 1);
                    system.StartWorker();
                    system.RunUntilConnected();
                    system.EndAndExpectNothingLeft();
                    continue;
                }

                bool isConnected = system.TryRun(() => system.IsConnected("vfb") && system.IsConnected("vkbd"), TimeSpan.FromMinutes(3));
                if (!isConnected)
                {
                    Assert.True(
                        system.ErrorNode("vfb") is not null || system.ErrorNode("vkbd") is not null || system.Log.Lines.Exists(line => line.StartsWith("Error", StringComparison.Ordinal)),
                        "neither connected nor explained");
                }

                system.Settle();
                long before = fate.FallibleCalls;
                beforeStop(system, call);
                system.EndAndExpectNothingLeft();
                bool isOver = refuseFromStart(call) is null ? call > fate.FallibleCalls - before : call > before;
                if (isOver)
                {
                    return call;
                }
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"call {call}: {exception.Message}\n{string.Join('\n', system.Log.Lines.TakeLast(25))}", exception);
            }
        }

        return MaxCalls;
    }

    private static bool TryStart(SimulatedSystem system, WorkerFate fate)
    {
        try
        {
            system.StartWorker(fate);
            return true;
        }
        catch (XenException)
        {
            // The program ends with this message, and the holder tries again.
            system.KillWorker();
            return false;
        }
    }
}
