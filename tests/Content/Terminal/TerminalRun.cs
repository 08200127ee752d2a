using System.Text;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Content;
using XenFbFront.Content.Terminal;
using XenFbFront.Input;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Content.Terminal;

/// <summary>The built-in terminal with a real program, on a canvas in memory; its worker may die and have a successor.</summary>
internal sealed class TerminalRun : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly TerminalOptions _options;

    public TerminalRun(string command, int columns = 80, int rows = 24, bool restartsByKey = true, ConsoleGeometry geometry = default)
    {
        TerminalRequirement.Library();
        _options = new() { Command = command, RestartsByKey = restartsByKey, CursorMayBlink = false, Geometry = geometry };
        (Loop, Source, Keyboard, Pointer, Canvas) = (null!, null!, null!, null!, new(columns * 8, rows * 16));
        StartWorker();
    }

    public KeptDescriptors Kept { get; } = new();

    public EventLoop Loop { get; private set; }

    public TerminalSource Source { get; private set; }

    public IInputDevice Keyboard { get; private set; }

    public IInputDevice Pointer { get; private set; }

    public ArrayCanvas Canvas { get; private set; }

    public VirtualTerminal Terminal => Source.Terminal;

    private KeptDescriptors.WorkerView? View { get; set; }

    /// <summary>What a successor finds of the terminal: dispose it.</summary>
    public TerminalMemory Memory() => TerminalMemory.TryAdopt(Kept.Find("term/0/memory")!.Duplicate())!;

    /// <summary>A new worker, with what the one before has left to the holder.</summary>
    public void StartWorker()
    {
        View = Kept.ForWorker(static () => { });
        Loop = new(TimeProvider.System);
        Assert.True(TerminalSource.TryOpen(_options, Loop, View, out TerminalSource? source, out string reason), reason);
        Source = source!;
        TerminalSink sink = new(Source, XenFbFront.Input.Keys.Keymap.Us);
        Keyboard = sink.Open(new(InputRole.Keyboard, 0), View);
        Pointer = sink.Open(new(InputRole.Pointer, 0) { IsAbsolute = true, MaxX = Canvas.Width - 1, MaxY = Canvas.Height - 1 }, View);
        Source.Attach(Canvas);
    }

    /// <summary>The worker is killed: its descriptors and mappings go, nothing of it runs any more.</summary>
    public void KillWorker()
    {
        // Closing is all that disposing does; what would tell the holder something is not called.
        Source.Dispose();
        Loop.Dispose();
        Canvas = new(Canvas.Width, Canvas.Height);
    }

    public void Show(int columns, int rows) => Show(new ArrayCanvas(columns * 8, rows * 16));

    public void Show(ArrayCanvas canvas)
    {
        Source.Detach();
        Canvas = canvas;
        Source.Attach(Canvas);
    }

    /// <summary>Runs the loop until something is so.</summary>
    public void Until(Func<bool> condition, string? what = null)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < s_patience, $"{what ?? "nothing more comes"}, the screen is\n{Terminal.Text()}");
            Loop.RunOnce(TimeSpan.FromMilliseconds(20));
        }
    }

    public void UntilText(string text) => Until(() => Terminal.Text().Contains(text), $"no `{text}`");

    /// <summary>Runs the loop until nothing happens for a while.</summary>
    public void UntilQuiet(int quietMs = 150)
    {
        for (long started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started).TotalMilliseconds < quietMs;)
        {
            if (Loop.RunOnce(TimeSpan.FromMilliseconds(10)))
            {
                started = TimeProvider.System.GetTimestamp();
            }
        }
    }

    /// <summary>Gives the program text as if typed, past the keymap.</summary>
    public void Type(string text)
    {
        Source.Session.BeginInput();
        Source.Session.Type(Encoding.UTF8.GetBytes(text));
        Source.Session.EndInput();
    }

    /// <summary>Presses keys one after the other, holding the earlier ones, and lets them go.</summary>
    public void Press(params ushort[] keys)
    {
        foreach (ushort key in keys)
        {
            Assert.Equal(0, Keyboard.Write([new(InputCodes.EV_KEY, key, 1), new(InputCodes.EV_SYN, 0, 0)]));
        }

        foreach (ushort key in keys.Reverse())
        {
            Assert.Equal(0, Keyboard.Write([new(InputCodes.EV_KEY, key, 0), new(InputCodes.EV_SYN, 0, 0)]));
        }
    }

    public void Dispose()
    {
        int process = Source.Session.ProcessId;
        Source.Dispose();
        Loop.Dispose();
        Kept.Dispose();
        if (process > 0)
        {
            Libc.Kill(process, Libc.SIGKILL);
            while (Libc.TryCollect(process, out _) == 0)
            {
                Thread.Sleep(1);
            }
        }
    }
}
