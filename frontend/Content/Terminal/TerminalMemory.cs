using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Content.Terminal;

/// <summary>What must outlive a worker that is killed: the last output of the program, and the input that it has not taken yet.</summary>
/// <remarks>
/// <para>
/// A memory file of three parts: a page with the <see cref="TerminalRecord"/>, a ring of input, a ring of output, the log. A successor reads the
/// log into a new <see cref="VirtualTerminal"/> and has the same screen.
/// </para>
/// <para>
/// Output is read from the pseudo-terminal straight into the log, where the <see cref="ReadBytes"/> behind the head are zero: bytes that were
/// read before the head could be moved are found there, and zeros mean nothing to a terminal.
/// </para>
/// </remarks>
internal sealed unsafe class TerminalMemory : IDisposable
{
    /// <summary>Bytes of output that are kept: dozens of screens of text, one or two of the most colourful.</summary>
    public const int LogBytes = 256 * 1024;

    /// <summary>Most bytes of one read from the pseudo-terminal; the kernel gives about 4096 at once.</summary>
    public const int ReadBytes = 16 * 1024;

    /// <summary>Bytes of input that may wait: as long as a program reads nothing a person can type on for an hour.</summary>
    public const int InputBytes = 16 * 1024;

    /// <summary>So many workers that died at the same place of the log in a row did not do so by chance.</summary>
    private const int MaxDeaths = 3;

    /// <summary>A log of usual output takes milliseconds; one of nothing but requests for a screen's work each takes longer than the holder waits for a sign of life.</summary>
    private static readonly TimeSpan s_maxReplay = TimeSpan.FromSeconds(10);

    /// <summary>How exactly a place in the log is noted, bytes.</summary>
    private const int PlaceBytes = 1024;

    /// <summary>Changes with the layout.</summary>
    internal const uint Version = 3;

    internal const uint Magic = 0x74667858;

    private const int RecordBytes = 4096, LogOffset = RecordBytes + InputBytes, FileBytes = LogOffset + LogBytes;

    private byte* _address;

    private TerminalMemory(Descriptor file)
    {
        File = file;
        _address = Libc.MapShared(FileBytes, true, file.Number, 0, out int errno);
        if (_address == null)
        {
            file.Dispose();
            throw new XenException("map", "the terminal's memory", errno);
        }
    }

    /// <summary>The memory file.</summary>
    public Descriptor File { get; }

    /// <summary>Its first page.</summary>
    public ref TerminalRecord Record => ref *(TerminalRecord*)_address;

    /// <summary>Whether the log lacks some of what the program wrote since it was last emptied.</summary>
    public bool IsCut => Oldest > Record.Start;

    /// <summary>Bytes of input that still have room.</summary>
    public int InputRoom => InputBytes - (int)(Input.QueueTail - Record.InputHead);

    /// <summary>The present state of the input.</summary>
    public ref readonly TerminalInputState Input => ref StatePair.Present(Record.InputGeneration, Record.Even, Record.Odd);

    /// <summary>The next bytes of input that wait, up to the ring's end.</summary>
    public ReadOnlySpan<byte> WaitingInput
    {
        get
        {
            int start = (int)(Record.InputHead % InputBytes);
            return new(_address + RecordBytes + start, Math.Min((int)(Input.QueueTail - Record.InputHead), InputBytes - start));
        }
    }

    private ulong Oldest => Record.Head + ReadBytes > LogBytes ? Record.Head + ReadBytes - LogBytes : 0;

    private byte* Log => _address + LogOffset;

    /// <summary>New, empty memory.</summary>
    /// <exception cref="XenException">No memory file can be made.</exception>
    public static TerminalMemory Create()
    {
        TerminalMemory memory = new(Descriptor.Own(Libc.MemoryFile("xenfbfront-terminal", FileBytes), "create", "a memory file"));
        memory.Record.Magic = Magic;
        memory.Record.Version = Version;
        return memory;
    }

    /// <summary>Takes up the memory of a predecessor; null when it is another version's.</summary>
    /// <param name="file">Taken over, also on failure.</param>
    public static TerminalMemory? TryAdopt(Descriptor file)
    {
        if (Libc.SeekToEnd(file.Number) != FileBytes)
        {
            file.Dispose();
            return null;
        }

        TerminalMemory memory = new(file);
        if (memory.Record is { Magic: Magic, Version: Version })
        {
            memory.PublishRest();
            return memory;
        }

        memory.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_address != null)
        {
            Libc.Unmap(_address, FileBytes);
            _address = null;
        }

        File.Dispose();
    }

    /// <summary>Where the next output is to be put, zero so far.</summary>
    public Span<byte> Window()
    {
        int start = (int)(Record.Head % LogBytes);
        return new(Log + start, Math.Min(ReadBytes, LogBytes - start));
    }

    /// <summary>The first bytes of <see cref="Window"/> are output now.</summary>
    public void Publish(int count)
    {
        ref TerminalRecord record = ref Record;
        // Before the head moves the zeros behind it do, over the oldest output.
        ulong head = record.Head;
        for (int done = 0; done < count;)
        {
            int start = (int)((head + ReadBytes + (ulong)done) % LogBytes);
            Span<byte> oldest = new(Log + start, Math.Min(count - done, LogBytes - start));
            record.Modes.Read(oldest);
            oldest.Clear();
            done += oldest.Length;
        }

        Volatile.Write(ref record.Head, head + (ulong)count);
    }

    /// <summary>Forgets all output, and what it set.</summary>
    public void ClearLog()
    {
        ref TerminalRecord record = ref Record;
        record.Start = record.Head;
        new Span<byte>(Log, LogBytes).Clear();
        record.Modes = default;
    }

    /// <summary>Gives a new terminal all that is in the log.</summary>
    /// <remarks>
    /// Should the emulation not survive something in the log, its successors would not either, each at the same place. One that is killed from outside
    /// dies anywhere, and nothing is lost.
    /// </remarks>
    /// <returns>False when predecessors died of it, or when it takes too long; the log is empty now.</returns>
    public bool TryReplay(VirtualTerminal terminal, TimeProvider clock)
    {
        ref TerminalRecord record = ref Record;
        if (record.Replaying != 0)
        {
            record.Deaths = record.DiedAt == record.Replaying ? record.Deaths + 1 : 1;
            record.DiedAt = record.Replaying;
            record.Replaying = 0;
            if (record.Deaths >= MaxDeaths)
            {
                ClearLog();
                return false;
            }
        }

        long started = clock.GetTimestamp();
        ulong position = Math.Max(Oldest, record.Start);
        Volatile.Write(ref record.Replaying, position + 1);
        Span<byte> modes = stackalloc byte[TerminalModes.MaxWritten];
        terminal.Write(modes[..record.Modes.Write(modes)]);
        while (position < record.Head)
        {
            if (clock.GetElapsedTime(started) > s_maxReplay)
            {
                Volatile.Write(ref record.Replaying, 0);
                ClearLog();
                return false;
            }

            Volatile.Write(ref record.Replaying, position + 1);
            int start = (int)(position % LogBytes);
            int length = (int)Math.Min(record.Head - position, PlaceBytes - position % PlaceBytes);
            terminal.Write(new(Log + start, length));
            position += (ulong)length;
        }

        Volatile.Write(ref record.Replaying, 0);
        (record.DiedAt, record.Deaths) = (0, 0);
        return true;
    }

    /// <summary>Puts bytes of input behind a position, which <see cref="Commit"/> then makes count.</summary>
    /// <returns>The position behind them, or the same when they do not fit.</returns>
    public uint PutInput(uint tail, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > InputBytes - (int)(tail - Record.InputHead))
        {
            return tail;
        }

        int start = (int)(tail % InputBytes), first = Math.Min(bytes.Length, InputBytes - start);
        bytes[..first].CopyTo(new(_address + RecordBytes + start, first));
        bytes[first..].CopyTo(new(_address + RecordBytes, bytes.Length - first));
        return tail + (uint)bytes.Length;
    }

    /// <summary>Makes a state of the input the present one, at once.</summary>
    public void Commit(in TerminalInputState state)
    {
        ref TerminalRecord record = ref Record;
        StatePair.Commit(ref record.InputGeneration, ref record.Even, ref record.Odd, state);
    }

    /// <summary>The first bytes of <see cref="WaitingInput"/> were taken.</summary>
    public void TakeInput(int count) => Volatile.Write(ref Record.InputHead, Record.InputHead + (uint)count);

    /// <summary>A predecessor was killed between reading output and moving the head.</summary>
    private void PublishRest()
    {
        int length = Window().TrimEnd((byte)0).Length;
        if (length > 0)
        {
            Publish(length);
        }
    }
}
