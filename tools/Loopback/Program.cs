using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xenbus;
using XenFbFront.Backend;
using XenFbFront.Configuration;
using XenFbFront.Loopback;
using XenFbFront.Viewer;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.Write(LoopbackOptions.Help);
    return 0;
}

try
{
    return await LoopbackTool.Run(LoopbackOptions.Parse(args));
}
catch (OptionException exception)
{
    Console.Error.WriteLine($"loopback: {exception.Message}");
    return 2;
}
catch (Exception exception) when (exception is XenException or SocketException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"loopback: {exception.Message}");
    return 3;
}

namespace XenFbFront.Loopback
{
    /// <summary>The tool's one task: bring the system up, let it be seen, take it down.</summary>
    internal static class LoopbackTool
    {
        // Ten fingers, told apart as finely as the protocol's other raw positions.
        private static readonly BackendOptions s_backendOptions = new() { TouchContacts = 10, TouchWidth = 32768, TouchHeight = 32768 };

        private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(30);
        private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(20);

        public static async Task<int> Run(LoopbackOptions options)
        {
            using CancellationTokenSource stop = new();
            void OnSignal(PosixSignalContext context)
            {
                context.Cancel = true;
                stop.Cancel();
            }

            using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
            using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
            using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);

            using LoopbackSession session = new(ChooseDirectory(), s_backendOptions, static line => Say(line));
            using FrameCounter frames = new(session.Screen, options.Frames, stop);
            SharedGuestInput input = new(session.Input);
            await using RfbServer? vnc = StartVnc(options, session, input);
            FrontendProcess frontend = FrontendProcess.Start(options.FrontendPath, FrontendArguments(options, session));
            try
            {
                bool isConnected = WaitConnected(session, frontend, stop.Token, out int status);
                if (isConnected)
                {
                    Announce(session, options, vnc);
                }
                else if (!frames.IsComplete)
                {
                    return status;
                }

                // The last picture that was asked for may come before both devices are seen connected.
                await ShowUntilStopped(session, options, frontend, input, stop);
                if (frontend.HasExited(out status))
                {
                    Say($"the frontend ended by itself with status {status}");
                    return status == 0 ? 1 : status;
                }
            }
            finally
            {
                await Task.Run(() => StopFrontend(frontend));
                Say("closed");
            }

            return WritePicture(options, frames);
        }

        private static string ChooseDirectory()
        {
            string? runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
            string parent = runtime is not null && Directory.Exists(runtime) ? runtime : Path.GetTempPath();
            return Path.Combine(parent, $"xenfbfront-loopback-{Environment.ProcessId}");
        }

        private static IEnumerable<string> FrontendArguments(LoopbackOptions options, LoopbackSession session)
        {
            IEnumerable<string> sink = options.HasSink || !options.HasOtherSource ? [] : ["--sink", $"record:{Path.Combine(session.RuntimeDirectory, "input.log")}"];
            return ["--loopback", session.GuestDirectory, .. sink, .. options.FrontendArguments];
        }

        private static RfbServer? StartVnc(LoopbackOptions options, LoopbackSession session, SharedGuestInput input)
        {
            if (options.Vnc is not { } wanted)
            {
                return null;
            }

            for (int port = wanted.Port; ; port++)
            {
                RfbServer server = new(session.Screen, input.Join(), new RfbServerOptions
                {
                    Listen = new IPEndPoint(wanted.Address, port),
                    MayJoin = LocalPeers.MayLook,
                    MaximumPixels = s_backendOptions.MaxScreenPixels,
                    AskSize = session.AskSize,
                });
                try
                {
                    server.Start();
                    return server;
                }
                catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
                {
                    if (options.IsVncFixed)
                    {
                        throw new XenException("listen on", $"{wanted}", 0, "somebody else does; choose another with --vnc PORT");
                    }

                    if (port > wanted.Port + 99)
                    {
                        throw;
                    }
                }
                catch (SocketException exception)
                {
                    throw new XenException("listen on", $"{new IPEndPoint(wanted.Address, port)}", 0, $"{exception.Message}; --vnc IP:PORT takes an address of this machine and a port that you may use (above 1023)");
                }
            }
        }

        private static bool WaitConnected(LoopbackSession session, FrontendProcess frontend, CancellationToken stop, out int status)
        {
            long started = TimeProvider.System.GetTimestamp();
            while (!session.WaitConnected(TimeSpan.FromMilliseconds(50), CancellationToken.None))
            {
                if (frontend.HasExited(out status))
                {
                    return false;
                }

                status = 0;
                if (stop.IsCancellationRequested)
                {
                    return false;
                }

                if (TimeProvider.System.GetElapsedTime(started) > s_connectTimeout)
                {
                    Say($"not connected within {s_connectTimeout.TotalSeconds:0} s; --log debug tells more");
                    status = 3;
                    return false;
                }
            }

            status = 0;
            return true;
        }

        private static void Announce(LoopbackSession session, LoopbackOptions options, RfbServer? vnc)
        {
            FramebufferGeometry geometry = session.OnBackend(static backend => ((VfbBackend)backend.Devices.First(device => device.Type == "vfb")).Geometry);
            Say($"connected: vfb/0 {geometry.Width}x{geometry.Height}, {geometry.Depth} bits, and vkbd/0");
            if (vnc is not null)
            {
                // Two colons: with one, some clients take what follows for the number of a display.
                string address = vnc.EndPoint.ToString();
                Say($"look with any VNC client: vncviewer {address.Insert(address.LastIndexOf(':'), ":")}");
                if (!IPAddress.IsLoopback(vnc.EndPoint.Address))
                {
                    Say("whoever reaches that port can look and type, without a password");
                }
            }

            Say($"ask it: {options.FrontendPath} ctl --loopback {session.GuestDirectory} status");
            if (!options.HasSink && options.HasOtherSource)
            {
                Say($"input is recorded in {Path.Combine(session.RuntimeDirectory, "input.log")} (--sink uinput would give it to this machine)");
            }
        }

        private static async Task ShowUntilStopped(
            LoopbackSession session, LoopbackOptions options, FrontendProcess frontend, SharedGuestInput input, CancellationTokenSource stop)
        {
            Task watchFrontend = WatchFrontend(frontend, stop);
            Task terminal = options.Terminal ? ShowInTerminal(session.Screen, stop.Token) : Task.CompletedTask;
            if (WantsWindow(options) && TryShowWindow(session, input, stop.Token))
            {
                await stop.CancelAsync();
            }
            else if (options.Frames == 0)
            {
                Say("Ctrl-C ends it");
            }

            await watchFrontend;
            await terminal;
        }

        private static bool TryShowWindow(LoopbackSession session, SharedGuestInput input, CancellationToken stop)
        {
            try
            {
                // GLFW wants the program's first thread, which this still is: nothing before has been awaited to another.
                new GlWindow(session.Screen, input.Join(), new GlWindowOptions
                {
                    AskSize = session.AskSize,
                    Log = Say,
                    Opened = () => Say("window: Ctrl-Alt-H in it shows its keys; close it or press Ctrl-C here to end"),
                }).Run(stop);
                return true;
            }
            catch (NoWindowException exception)
            {
                // A display that does not answer, or draws no OpenGL. Other ways to look remain.
                Say($"no window: {exception.Message}");
                return false;
            }
        }

        private static bool WantsWindow(LoopbackOptions options)
        {
            if (options.Window == false || (options.Window is null && options.Frames > 0))
            {
                return false;
            }

            bool isAvailable = GlWindow.IsAvailable(out string reason);
            if (!isAvailable)
            {
                Say($"no window: {reason}");
            }

            return isAvailable;
        }

        private static async Task WatchFrontend(FrontendProcess frontend, CancellationTokenSource stop)
        {
            while (!stop.IsCancellationRequested)
            {
                if (frontend.HasExited(out _))
                {
                    await stop.CancelAsync();
                }

                await Task.Delay(100, stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }

        private static async Task ShowInTerminal(BackendScreen screen, CancellationToken stop)
        {
            long shown = -1;
            while (!stop.IsCancellationRequested)
            {
                long version;
                lock (screen.Gate)
                {
                    version = screen.Version;
                }

                if (version != shown)
                {
                    shown = version;
                    (int columns, int rows) = Console.IsOutputRedirected ? (80, 24) : (Math.Max(1, Console.WindowWidth), Math.Max(1, Console.WindowHeight - 1));
                    // Erased to the end: the picture before may have been larger.
                    Console.Write("\x1b[H");
                    TerminalPicture.Write(Console.Out, screen, columns, rows);
                    Console.Write("\x1b[J");
                }

                await Task.Delay(500, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }

        private static void StopFrontend(FrontendProcess frontend)
        {
            frontend.Terminate();
            if (!frontend.WaitExited(s_stopTimeout, out _))
            {
                Say("the frontend does not end; killing it");
                frontend.Kill();
                frontend.WaitExited(s_stopTimeout, out _);
            }
        }

        private static int WritePicture(LoopbackOptions options, FrameCounter frames)
        {
            if (options.Png is null)
            {
                return 0;
            }

            if (frames.Picture is not { } picture)
            {
                Say($"no picture came, {options.Png} is not written");
                return 3;
            }

            PngFile.Write(options.Png, picture.Width, picture.Height, picture.Pixels);
            Say($"{options.Png}: {picture.Width}x{picture.Height}");
            return 0;
        }

        private static void Say(string line) => Console.Error.WriteLine($"loopback: {line}");
    }
}
