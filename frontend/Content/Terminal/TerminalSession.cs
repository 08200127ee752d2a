using Xenbus.Devices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace XenFbFront.Content.Terminal;

/// <summary>A program on a pseudo-terminal and the screen that it writes; both outlive a worker that is killed.</summary>
/// <remarks>
/// The holder keeps the pseudo-terminal's master, the <see cref="TerminalMemory"/> and a descriptor of the process. As long as one of them has
/// the master open the program runs; when the last one closes it, the program gets SIGHUP.
/// </remarks>
internal sealed class TerminalSession : IDisposable
{
    /// <summary>Output taken in one turn of the loop: a millisecond or two, then keys and pictures have theirs.</summary>
    private const int BytesPerTurn = 64 * 1024;

    /// <summary>Output given to the terminal before the time is looked at: three bytes can ask for a whole screen's work, so fewer while they do.</summary>
    private const int FewestBytesAtOnce = 16, MostBytesAtOnce = 1024;

    /// <summary>The time for that, where the bytes ask for much; and for the rest of a program that has ended.</summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(5), s_rest = TimeSpan.FromMilliseconds(500);

    /// <summary>What is given at once should not take longer.</summary>
    private static readonly TimeSpan s_piece = TimeSpan.FromMilliseconds(1);

    /// <summary>Output taken of a program that has ended; processes that it left behind may go on writing for ever.</summary>
    private const int BytesAfterEnd = 1 << 20;

    /// <summary>A program that lived shorter than this is not started again at once.</summary>
    private static readonly TimeSpan s_infancy = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    /// <summary>How long after its terminal was closed a program may still be seen to end: the kernel closes its files first, and then says how it ended.</summary>
    private static readonly TimeSpan s_lastWord = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the program sees another size, to have it draw anew: two changes at once would be one without effect to many.</summary>
    private static readonly TimeSpan s_nudge = TimeSpan.FromMilliseconds(50);

    /// <summary>What a program may have left switched on: a soft reset, the pointer's modes, bracketed paste, colours.</summary>
    private static ReadOnlySpan<byte> CleanUp => "\e[!p\e[?1000;1002;1003;1004;1006;2004l\e[0m\r\n"u8;

    /// <summary>Back from the alternate screen; elsewhere it would move the cursor.</summary>
    private static ReadOnlySpan<byte> LeaveAlternate => "\e[?1049l"u8;

    private readonly TerminalProgram _program;
    private readonly bool _restartsByKey;
    private readonly string _memoryName, _masterName, _processName;
    private readonly EventLoop _loop;
    private readonly IDescriptorStore _store;
    private readonly TerminalMemory _memory;
    private readonly LoopTimer _restart;
    private readonly LoopTimer _nudge;
    private readonly LoopTimer _end;
    private Descriptor? _master;
    private Descriptor? _writer;
    private Descriptor? _process;
    private LoopWatch? _readable;
    private LoopWatch? _writable;
    private LoopWatch? _ended;
    private TerminalInputState _staged;
    private bool _isStaging;
    private bool _isReplaying;
    private bool _needsNudge;
    private int _bytesAtOnce = MostBytesAtOnce;
    private (int Columns, int Rows, int Width, int Height) _size;
    private long _startedAt;

    /// <summary>Creates a session, or takes up a predecessor's; the program starts with the first <see cref="Show"/>.</summary>
    /// <param name="program">What to run.</param>
    /// <param name="options">How.</param>
    /// <param name="loop">The loop on whose thread everything runs.</param>
    /// <param name="store">Keeps what must outlive this process.</param>
    public TerminalSession(TerminalProgram program, TerminalOptions options, EventLoop loop, IDescriptorStore store)
    {
        (_program, _restartsByKey, _loop, _store) = (program, options.RestartsByKey, loop, store);
        (_memoryName, _masterName, _processName) = ($"{options.KeepName}/memory", $"{options.KeepName}/pty", $"{options.KeepName}/process");
        _restart = loop.CreateTimer(Start);
        _nudge = loop.CreateTimer(SetPtySize);
        _end = loop.CreateTimer(OnNoLastWord);
        Terminal = new(80, 25, options.ScrollbackLines, OnReply);
        TerminalMemory? memory = store.Take(_memoryName) is { } file ? TerminalMemory.TryAdopt(file) : null;
        _memory = memory ?? TerminalMemory.Create();
        if (memory is null)
        {
            store.Keep(_memoryName, _memory.File);
        }

        TakeOver();
    }

    /// <summary>The screen.</summary>
    public VirtualTerminal Terminal { get; }

    /// <summary>Called when the screen may have changed.</summary>
    public Action? Changed { get; set; }

    /// <summary>Size of the terminal in cells, also a predecessor's; null before the first <see cref="Show"/>.</summary>
    public (int Columns, int Rows)? Size => _memory.Record.Columns == 0 ? null : (_memory.Record.Columns, _memory.Record.Rows);

    /// <summary>The state of the input; while <see cref="BeginInput"/> is not followed by its end, the one that is being made.</summary>
    public ref TerminalInputState Input => ref _staged;

    /// <summary>Grows with every change of the input's state.</summary>
    public uint InputGeneration => _memory.Record.InputGeneration;

    /// <summary>Bytes of input that still have room.</summary>
    public int InputRoom => _memory.InputRoom;

    /// <summary>The program's process, 0 when none runs.</summary>
    public int ProcessId => IsRunning ? _memory.Record.ProcessId : 0;

    private bool IsRunning => _master is not null;

    private ref uint Phase => ref _memory.Record.Phase;

    /// <summary>The screen is seen, at a size: starts the program, or tells it of the size.</summary>
    /// <param name="columns">Cells.</param>
    /// <param name="rows">Cells.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    public void Show(int columns, int rows, int width, int height)
    {
        bool isNew = _size.Columns == 0;
        _size = (columns, rows, width, height);
        (_memory.Record.Columns, _memory.Record.Rows) = ((ushort)columns, (ushort)rows);
        if ((columns, rows) != (Terminal.Columns, Terminal.Rows))
        {
            Terminal.Resize(columns, rows);
            Replay();
        }

        if (IsRunning)
        {
            if (_needsNudge)
            {
                _needsNudge = false;
                Libc.SetWindowSize(_master!.Number, columns, Math.Max(1, rows - 1), width, height);
                _nudge.Start(s_nudge);
                return;
            }

            SetPtySize();
        }
        else if (isNew)
        {
            Start();
        }
    }

    /// <summary>A key was pressed: starts a program that waits for one.</summary>
    /// <returns>Whether the key is used up.</returns>
    public bool WakeByKey()
    {
        if (IsRunning)
        {
            return false;
        }

        if (_restartsByKey && _size.Columns > 0)
        {
            Start();
        }

        return true;
    }

    /// <summary>From now on keys and <see cref="Type"/> add to <see cref="Input"/>.</summary>
    public void BeginInput()
    {
        _staged = _memory.Input;
        _isStaging = true;
    }

    /// <summary>Adds to what the program is to read.</summary>
    public void Type(ReadOnlySpan<byte> bytes)
    {
        if (IsRunning)
        {
            _staged.QueueTail = _memory.PutInput(_staged.QueueTail, bytes);
        }
    }

    /// <summary>Everything since <see cref="BeginInput"/> counts, at once.</summary>
    public void EndInput()
    {
        _isStaging = false;
        _memory.Commit(_staged);
        Pump();
    }

    /// <summary>Nobody keeps it any more: its program ends with its terminal. Followed by disposal.</summary>
    public void Remove()
    {
        _store.Drop(_masterName);
        _store.Drop(_processName);
        _store.Drop(_memoryName);
        if (_process is null)
        {
            return;
        }

        CollectLater(ProcessId, _process.Duplicate());
    }

    /// <summary>A program that ends after its session, or without a terminal, has to be collected by somebody.</summary>
    private void CollectLater(int processId, Descriptor process)
    {
        LoopWatch? ended = null;
        ended = _loop.Watch(process.Number, LoopInterest.Readable, () =>
        {
            Libc.TryCollect(processId, out _);
            ended?.Dispose();
            process.Dispose();
        });
    }

    /// <inheritdoc/>
    /// <remarks>The program lives on while a holder keeps its copies.</remarks>
    public void Dispose()
    {
        CloseMaster();
        _restart.Dispose();
        _nudge.Dispose();
        _end.Dispose();
        _memory.Dispose();
        Terminal.Dispose();
    }

    private void TakeOver()
    {
        Descriptor? master = _store.Take(_masterName);
        Descriptor? process = _store.Take(_processName);
        bool isWhole = Replay();
        if (master is null || Phase != (uint)TerminalPhase.Running)
        {
            // A program that may or may not have been started is ended with its terminal.
            master?.Dispose();
            process?.Dispose();
            _store.Drop(_masterName);
            _store.Drop(_processName);
            Phase = (uint)TerminalPhase.None;
            return;
        }

        Watch(master, process);
        // The log of a program that fills screens does not always tell all of its screen.
        _needsNudge = !isWhole || _memory.IsCut || Terminal.IsAlternate;
        _loop.Post(Pump);
    }

    private bool Replay()
    {
        _isReplaying = true;
        bool isWhole = _memory.TryReplay(Terminal, _loop.Clock);
        _isReplaying = false;
        return isWhole;
    }

    private void Start()
    {
        if (IsRunning)
        {
            return;
        }

        _restart.Cancel();
        _startedAt = _loop.Clock.GetTimestamp();
        int result = Libc.OpenPseudoTerminal(out string name);
        if (result < 0)
        {
            Say($"no pseudo-terminal: {Errno.Text(-result)}; is devpts mounted at /dev/pts (mount -t devpts devpts /dev/pts)?");
            Wait();
            return;
        }

        Descriptor master = new(result);
        Libc.EditUtf8(master.Number);
        Libc.SetWindowSize(master.Number, _size.Columns, _size.Rows, _size.Width, _size.Height);
        Phase = (uint)TerminalPhase.Starting;
        _store.Keep(_masterName, master);
        result = _program.Start(name);
        if (result < 0)
        {
            master.Dispose();
            _store.Drop(_masterName);
            Phase = (uint)TerminalPhase.None;
            Say($"{_program.Path} cannot be started: {Errno.Text(-result)}");
            Wait();
            return;
        }

        _memory.Record.ProcessId = result;
        int file = Libc.ProcessFile(result);
        Descriptor? process = file < 0 ? null : new(file);
        if (process is not null)
        {
            _store.Keep(_processName, process);
        }

        Volatile.Write(ref Phase, (uint)TerminalPhase.Running);
        Watch(master, process);
    }

    private void Watch(Descriptor master, Descriptor? process)
    {
        _master = master;
        // The loop watches a descriptor for one thing.
        _writer = master.Duplicate();
        _process = process;
        _readable = _loop.Watch(master.Number, LoopInterest.Readable, OnReadable);
        // Without it (Linux before 5.3) a program has ended when nobody has its terminal open any more.
        _ended = process is null ? null : _loop.Watch(process.Number, LoopInterest.Readable, OnEnded);
    }

    private void OnReadable()
    {
        if (Drain(BytesPerTurn, s_turn))
        {
            return;
        }

        if (_ended is null)
        {
            End();
            return;
        }

        // It would be readable for ever.
        _readable?.Dispose();
        _readable = null;
        _end.Start(s_lastWord);
    }

    /// <summary>The program goes on: with a terminal that it has opened again, as some logins do, or without one, which is not waited for.</summary>
    private void OnNoLastWord()
    {
        if (Drain(BytesPerTurn, s_turn))
        {
            _readable = _loop.Watch(_master!.Number, LoopInterest.Readable, OnReadable);
        }
        else
        {
            End("has closed its terminal");
        }
    }

    private void OnEnded()
    {
        Drain(BytesAfterEnd, s_rest);
        End();
    }

    /// <returns>False when the terminal has been closed by all that had it open.</returns>
    private bool Drain(int limit, TimeSpan time)
    {
        bool isOpen = true;
        int taken = 0;
        long started = _loop.Clock.GetTimestamp();
        TimeSpan spent = TimeSpan.Zero;
        while (taken < limit && spent < time)
        {
            Span<byte> window = _memory.Window();
            window = window[..Math.Min(window.Length, _bytesAtOnce)];
            int count = Libc.Read(_master!.Number, window);
            if (count <= 0)
            {
                isOpen = count == -Errno.EAGAIN;
                break;
            }

            _memory.Publish(count);
            Terminal.Write(window[..count]);
            taken += count;
            TimeSpan until = _loop.Clock.GetElapsedTime(started);
            _bytesAtOnce = until - spent > s_piece ? Math.Max(_bytesAtOnce / 2, FewestBytesAtOnce) : Math.Min(_bytesAtOnce * 2, MostBytesAtOnce);
            spent = until;
        }

        if (taken > 0)
        {
            Changed?.Invoke();
        }

        return isOpen;
    }

    /// <param name="withoutStatus">What is said when nobody knows how the program ended.</param>
    private void End(string withoutStatus = "has ended")
    {
        int processId = _memory.Record.ProcessId;
        // A predecessor's child has gone to the init process, which collects it.
        bool hasStatus = Libc.TryCollect(processId, out int status) == processId;
        if (!hasStatus && _process is { } process)
        {
            CollectLater(processId, process.Duplicate());
        }

        CloseMaster();
        Phase = (uint)TerminalPhase.None;
        _store.Drop(_masterName);
        _store.Drop(_processName);
        TerminalInputState input = _memory.Input;
        // What it has not read was not meant for the next one.
        _memory.TakeInput((int)(input.QueueTail - _memory.Record.InputHead));
        bool isYoung = _loop.Clock.GetElapsedTime(_startedAt) < s_infancy;
        if (_program.IsLogin)
        {
            // Who comes next must not see what was there.
            Terminal.Reset();
            _memory.ClearLog();
        }
        else
        {
            Put(Terminal.IsAlternate ? LeaveAlternate : default);
            Put(CleanUp);
        }

        if (!_program.IsLogin || isYoung)
        {
            string how = !hasStatus ? withoutStatus : (status & 0x7f) == 0 ? $"has ended with status {status >> 8 & 0xff}" : $"was ended by signal {status & 0x7f}";
            Say($"the program {how}");
        }

        if (isYoung || _restartsByKey)
        {
            Wait();
        }
        else
        {
            Start();
        }

        Changed?.Invoke();
    }

    private void Wait()
    {
        if (_restartsByKey)
        {
            Say("press a key to start it again");
        }
        else
        {
            _restart.Start(s_pause);
        }
    }

    private void CloseMaster()
    {
        _readable?.Dispose();
        _writable?.Dispose();
        _ended?.Dispose();
        _process?.Dispose();
        _writer?.Dispose();
        _master?.Dispose();
        _readable = _writable = _ended = null;
        _process = _writer = _master = null;
        _nudge.Cancel();
        _end.Cancel();
    }

    private void SetPtySize()
    {
        if (_master is { } master)
        {
            Libc.SetWindowSize(master.Number, _size.Columns, _size.Rows, _size.Width, _size.Height);
        }
    }

    /// <summary>A line of our own on the screen.</summary>
    private void Say(string text)
    {
        Put(System.Text.Encoding.UTF8.GetBytes($"[{text}]\r\n"));
        Changed?.Invoke();
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> window = _memory.Window();
            int count = Math.Min(bytes.Length, window.Length);
            bytes[..count].CopyTo(window);
            _memory.Publish(count);
            Terminal.Write(window[..count]);
            bytes = bytes[count..];
        }
    }

    private void OnReply(ReadOnlySpan<byte> bytes)
    {
        if (_isReplaying)
        {
            // Answers to questions of the past.
            return;
        }

        if (_isStaging)
        {
            Type(bytes);
            return;
        }

        // One that does not fit is for a program that asks and does not listen.
        TerminalInputState state = _memory.Input;
        state.QueueTail = _memory.PutInput(state.QueueTail, bytes);
        _memory.Commit(state);
        Pump();
    }

    /// <summary>Hands the program what it takes now; the rest when it takes more.</summary>
    private void Pump()
    {
        bool isFull = false;
        while (_writer is { } writer && _memory.WaitingInput is { IsEmpty: false } waiting)
        {
            int count = Libc.Write(writer.Number, waiting);
            if (count == -Errno.EAGAIN)
            {
                isFull = true;
                break;
            }

            // Another errno says that nobody is there any more, which the reader hears too.
            _memory.TakeInput(count < 0 ? waiting.Length : count);
        }

        if (isFull)
        {
            _writable ??= _loop.Watch(_writer!.Number, LoopInterest.Writable, Pump);
        }
        else
        {
            _writable?.Dispose();
            _writable = null;
        }
    }
}
