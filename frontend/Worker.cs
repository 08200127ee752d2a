using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Hosting;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using Xenbus.Loopback;
using Xenbus.Wire;
using XenFbFront.Configuration;
using XenFbFront.Content;
using XenFbFront.Control;
using XenFbFront.Holder;
using XenFbFront.Input;
using XenFbFront.Vfb;
using XenFbFront.Vkbd;

namespace XenFbFront;

/// <summary>The process that does the work: composes the parts and runs the event loop.</summary>
internal static class Worker
{
    /// <summary>After this time without a connection a person is told what is being waited for. Not an error: a backend may come late.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>How long after the first connection a start's work is taken to last.</summary>
    private static readonly TimeSpan s_unrest = TimeSpan.FromSeconds(1);

    private const string HowToUnbind =
        "start xenfbfront with --unbind, at this price: the kernel's console leaves the screen, no program may have /dev/fb0 open,"
        + " and a viewer of QEMU shows the old picture until it switches to the new console (Ctrl-Alt-2)";

    private static readonly int[] s_stopSignals = [Libc.SIGINT, Libc.SIGTERM, Libc.SIGHUP];

    /// <summary>Runs until told to stop.</summary>
    /// <returns>The exit status.</returns>
    /// <exception cref="XenException">Something is missing or refused.</exception>
    public static int Run(DaemonOptions options, LineLogger logger)
    {
        using ServiceProvider provider = Compose(options, logger);
        EventLoop loop = provider.GetRequiredService<EventLoop>();
        FrontendHost host = provider.GetRequiredService<FrontendHost>();
        HolderClient? holder = provider.GetService<HolderClient>();
        using ServiceReport service = new(host, loop, holder);
        bool isInterrupted = false, isLeaving = false;
        using StopSignal stop = StopSignal.Create(holder, loop, () =>
        {
            service.TellStopping();
            host.Stop(StopSoon);
        }, () =>
        {
            isInterrupted = true;
            loop.Stop();
        });
        SourceExchange exchange = new(
            options, provider.GetRequiredService<ScreenSources>(), provider.GetRequiredService<Seats>(), provider.GetRequiredService<IScreenSource>(), provider.GetRequiredService<SinkChoice>(),
            provider.GetRequiredService<VfbDriver>(), loop, provider.GetRequiredService<IDescriptorStore>(), logger);
        ControlCommands commands = new(host, provider.GetRequiredService<VfbDriver>(), exchange, loop, holder, () =>
        {
            isLeaving = true;
            loop.Stop();
        });
        using ControlServer control = new(RuntimeFiles.Control(options.Loopback), loop, provider.GetRequiredService<IDescriptorStore>(), logger, commands.Serve);
        Log.Screen(logger, provider.GetRequiredService<SourceChoice>().Explanation);
        foreach (string explanation in provider.GetRequiredService<ScreenSources>().Explanations)
        {
            Log.Screen(logger, explanation);
        }

        Log.Sink(logger, provider.GetRequiredService<SinkChoice>().Explanation);
        foreach (string explanation in provider.GetRequiredService<Seats>().Explanations)
        {
            Log.Sink(logger, explanation);
        }

        using LoopTimer settlement = loop.CreateTimer(() => logger.Settle());
        logger.LeavesOut = () =>
        {
            if (!settlement.IsRunning)
            {
                settlement.Start(LineBudget.Window);
            }
        };
        using LoopTimer patience = loop.CreateTimer(() =>
        {
            TellWaiting(host, options, logger);
            service.TellWaiting();
        });
        // Later than the first pictures, which nothing should delay.
        using LoopTimer rest = loop.CreateTimer(StartMemory.GiveBack);
        bool isStarting = true, isRefused = false, isResting = false;
        host.DevicesChanged += () =>
        {
            if (isStarting && host.HasDiscovered)
            {
                isStarting = false;
                KeptInput.DropOrphans(provider.GetRequiredService<IDescriptorStore>(), host.Devices);
                isRefused = !options.Unbind && AreAllHeld(host);
                if (isRefused)
                {
                    // Nothing was begun, and nothing that this program could wait for will happen by itself. In order, so that no mark is left in xenstore.
                    host.Stop(StopSoon);
                    return;
                }
            }

            if (host.AreAllConnected)
            {
                // Nobody waits any more, and a daemon with nothing to do wakes up for nothing.
                patience.Cancel();
                holder?.TellReady();
                if (!isResting)
                {
                    isResting = true;
                    rest.Start(s_unrest);
                }
            }
        };
        // Who traces is told the last of it first, which waits for the next turn as well.
        void StopSoon() => loop.Post(loop.Stop);

        host.Start();
        patience.Start(s_patience);
        Privileges.KeepForWorker(line => logger.Say(LogLevel.Warning, line));
        loop.Run();
        if (isLeaving)
        {
            return ExitStatus.Leaving;
        }

        control.Remove();
        if (isRefused)
        {
            return ExitStatus.Environment;
        }

        if (isInterrupted || (host.HasParkedDevices && !options.IsWorker))
        {
            // Without a holder nobody can keep the pages for a backend that has not let go.
            return ExitStatus.Interrupted;
        }

        return host.HasParkedDevices ? ExitStatus.Parked : ExitStatus.Success;
    }

    private static ServiceProvider Compose(DaemonOptions options, LineLogger logger)
    {
        ServiceCollection services = new();
        services.AddSingleton(options);
        services.AddSingleton<ILogger>(logger);
        if (options.IsWorker)
        {
            services.AddSingleton(_ => new HolderClient(Say));
            services.AddSingleton<IDescriptorStore>(static provider => provider.GetRequiredService<HolderClient>());
        }
        else
        {
            services.AddSingleton<IDescriptorStore>(_ => new LoneStore(Say));
        }

        void Say(string line) => logger.Say(LogLevel.Warning, line);

        services.AddSingleton(new FrontendHostOptions { TakesFromKernel = options.Unbind, HowToTake = HowToUnbind, GrantReserve = options.GrantReserve });
        services.AddXenbus(static provider => OpenDomain(provider.GetRequiredService<DaemonOptions>().Loopback));
        services.AddSingleton(options.Screen);
        services.AddSingleton(static provider => SourceChoice.Make(
            provider.GetRequiredService<DaemonOptions>(), provider.GetRequiredService<EventLoop>(), provider.GetRequiredService<IDescriptorStore>()));
        services.AddSingleton(static provider => provider.GetRequiredService<SourceChoice>().Source);
        services.AddSingleton(static provider => SinkChoice.Make(
            provider.GetRequiredService<DaemonOptions>(), provider.GetRequiredService<IScreenSource>(), provider.GetRequiredService<EventLoop>(), provider.GetRequiredService<ILogger>()));
        services.AddSingleton(static provider => ScreenSources.Make(
            provider.GetRequiredService<DaemonOptions>(), provider.GetRequiredService<EventLoop>(), provider.GetRequiredService<IDescriptorStore>(), provider.GetRequiredService<IScreenSource>()));
        services.AddSingleton<IScreenSources>(static provider => provider.GetRequiredService<ScreenSources>());
        services.AddFrontend(static provider => new VfbDriver(provider.GetRequiredService<VfbOptions>(), provider.GetRequiredService<IScreenSources>()));
        services.AddSingleton(static provider => Seats.Make(
            provider.GetRequiredService<DaemonOptions>(), provider.GetRequiredService<IScreenSource>(), provider.GetRequiredService<SinkChoice>(),
            provider.GetRequiredService<IScreenSources>(), provider.GetRequiredService<EventLoop>(), provider.GetRequiredService<ILogger>()));
        services.AddFrontend(static provider => new VkbdDriver(provider.GetRequiredService<Seats>(), provider.GetRequiredService<VfbDriver>()));
        return services.BuildServiceProvider();
    }

    /// <summary>The domain that this program runs in.</summary>
    /// <param name="loopback">Device directory of a loopback domain, or null for real Xen.</param>
    /// <exception cref="XenException">There is none.</exception>
    public static IDomain OpenDomain(string? loopback) => loopback is { } directory
        ? LoopbackDomain.FromDirectory(directory)
        : LinuxDomain.IsXenGuest(out string why) ? new LinuxDomain() : throw new XenException("find", "Xen", 0, why);

    private static bool AreAllHeld(FrontendHost host)
    {
        bool hasDevice = false;
        foreach (DeviceStatus device in host.Devices)
        {
            if (device.HeldBy is null)
            {
                return false;
            }

            hasDevice = true;
        }

        return hasDevice;
    }

    private static void TellWaiting(FrontendHost host, DaemonOptions options, ILogger logger)
    {
        bool hasDevice = false;
        foreach (DeviceStatus device in host.Devices)
        {
            hasDevice = true;
            if (device.State != XenbusState.Connected && device.Failure is null && device.HeldBy is null)
            {
                Log.BackendLate(logger, device.Identity.Name, device.Identity.BackendPath, device.BackendState);
            }
        }

        if (!hasDevice)
        {
            Log.NoDevice(logger, options.Loopback is null ? "add vfb = [ \"type=vnc\" ] to the guest's configuration on the host" : "is tools/Loopback still running?");
        }
    }

    /// <summary>How this process hears that it is to stop: from its holder, or from signals when it has none.</summary>
    private sealed class StopSignal(LoopWatch? watch, Descriptor? signals) : IDisposable
    {
        /// <param name="holder">The holder, or null when signals come here.</param>
        /// <param name="loop">Where to listen.</param>
        /// <param name="stop">Called the first time.</param>
        /// <param name="stopAtOnce">Called the second time; a holder needs no help for that.</param>
        public static StopSignal Create(HolderClient? holder, EventLoop loop, Action stop, Action stopAtOnce)
        {
            if (holder is not null)
            {
                holder.Listen(loop, stop);
                return new(null, null);
            }

            StopRequests requests = new(loop.Clock);
            Descriptor signals = Descriptor.Own(Libc.SignalFile(s_stopSignals), "create", "a signal descriptor");
            return new(loop.Watch(signals.Number, LoopInterest.Readable, () =>
            {
                Libc.Read(signals.Number, stackalloc byte[Libc.SignalRecordBytes]);
                switch (requests.Next())
                {
                    case StopRequest.First:
                        stop();
                        break;
                    case StopRequest.AtOnce:
                        stopAtOnce();
                        break;
                    case StopRequest.Same:
                        break;
                }
            }), signals);
        }

        public void Dispose()
        {
            watch?.Dispose();
            signals?.Dispose();
        }
    }
}
