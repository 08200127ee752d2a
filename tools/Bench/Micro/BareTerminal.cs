using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Bench.Micro;

/// <summary>The least that can be done with a text console: a thread that waits for POLLPRI and reads the grid. It draws and tells nothing.</summary>
internal sealed class BareTerminal : IDisposable
{
    /// <summary>Frees a console that nobody has open. C: VT_DISALLOCATE in linux/vt.h.</summary>
    private const uint VT_DISALLOCATE = 0x5608;

    private const int PollMs = 200;

    private readonly Descriptor _cells, _characters;
    private readonly byte[] _cellBuffer = new byte[1 << 16], _characterBuffer = new byte[1 << 17];
    private readonly Thread _thread;
    private long _readAt, _readings;
    private bool _isStopping;

    private BareTerminal(Descriptor terminal, Descriptor cells, Descriptor characters)
    {
        (Terminal, _cells, _characters) = (terminal, cells, characters);
        Read();
        _thread = new Thread(Run) { Name = "bare terminal" };
        _thread.Start();
    }

    /// <summary>To write to.</summary>
    public Descriptor Terminal { get; }

    /// <summary>When the last reading was over.</summary>
    public long ReadAt => Volatile.Read(ref _readAt);

    /// <summary>Readings so far.</summary>
    public long Readings => Volatile.Read(ref _readings);

    /// <summary>Opens a console and its vcs devices.</summary>
    public static bool TryOpen(int number, out BareTerminal? terminal, out string reason)
    {
        terminal = null;
        try
        {
            Descriptor tty = OpenTerminal(number);
            terminal = new(tty, Open($"/dev/vcsa{number}"), Open($"/dev/vcsu{number}"));
            reason = string.Empty;
            return true;
        }
        catch (XenException exception)
        {
            reason = exception.Message;
            return false;
        }

        static Descriptor Open(string path) => Descriptor.Own(Libc.Open(path, OpenFlags.ReadOnly), "open", path);
    }

    /// <summary>Opens a console for writing.</summary>
    /// <exception cref="XenException">It cannot be opened.</exception>
    public static Descriptor OpenTerminal(int number) =>
        Descriptor.Own(Libc.Open($"/dev/tty{number}", OpenFlags.WriteOnly | OpenFlags.NoControllingTerminal), "open", $"/dev/tty{number}");

    /// <summary>Writes another character to the first column.</summary>
    public static void Write(Descriptor terminal, int number)
    {
        ReadOnlySpan<byte> text = [(byte)'\r', (byte)('a' + (uint)number % 26)];
        BenchException.ThrowUnless(Libc.Write(terminal.Number, text) == text.Length, "the console takes no text");
    }

    /// <summary>Gives the console back to the kernel, if nobody else has it.</summary>
    public static void Release(int number)
    {
        int any = Libc.Open("/dev/tty0", OpenFlags.WriteOnly | OpenFlags.NoControllingTerminal);
        if (any >= 0)
        {
            Libc.Ioctl(any, VT_DISALLOCATE, number);
            Libc.Close(any);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Volatile.Write(ref _isStopping, true);
        _thread.Join();
        _characters.Dispose();
        _cells.Dispose();
        Terminal.Dispose();
    }

    private void Run()
    {
        while (!Volatile.Read(ref _isStopping))
        {
            if ((Libc.Poll(_cells.Number, PollEvents.POLLPRI, PollMs) & PollEvents.POLLPRI) != 0)
            {
                Read();
                Volatile.Write(ref _readAt, TimeProvider.System.GetTimestamp());
                Volatile.Write(ref _readings, _readings + 1);
            }
        }
    }

    private void Read()
    {
        int cells = Libc.ReadAt(_cells.Number, _cellBuffer, 0);
        int characters = Libc.ReadAt(_characters.Number, _characterBuffer, 0);
        BenchException.ThrowUnless(cells > 4 && characters == (cells - 4) * 2, $"the grid reads as {cells} and {characters} bytes");
    }
}
