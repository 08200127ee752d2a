using System.Runtime.InteropServices;

namespace XenFbFront.Content.Terminal;

/// <summary>The first page of a <see cref="TerminalMemory"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 328)]
internal struct TerminalRecord
{
    /// <summary><see cref="TerminalMemory.Magic"/>.</summary>
    [FieldOffset(0)] public uint Magic;

    /// <summary><see cref="TerminalMemory.Version"/>.</summary>
    [FieldOffset(4)] public uint Version;

    /// <summary>Bytes of output so far.</summary>
    [FieldOffset(8)] public ulong Head;

    /// <summary>Bytes of output before the log was last emptied.</summary>
    [FieldOffset(16)] public ulong Start;

    /// <summary>A <see cref="TerminalPhase"/>.</summary>
    [FieldOffset(24)] public uint Phase;

    /// <summary>How many workers in a row have died at <see cref="DiedAt"/>.</summary>
    [FieldOffset(28)] public uint Deaths;

    /// <summary>Bytes of input that the pseudo-terminal has taken; wraps.</summary>
    [FieldOffset(32)] public uint InputHead;

    /// <summary>Number of the present <see cref="TerminalInputState"/>, which is <see cref="Even"/> or <see cref="Odd"/>.</summary>
    [FieldOffset(36)] public uint InputGeneration;

    /// <summary>The program's process.</summary>
    [FieldOffset(40)] public int ProcessId;

    /// <summary>Columns that the program was told last; 0 before the first.</summary>
    [FieldOffset(44)] public ushort Columns;

    /// <summary>Rows that the program was told last; 0 before the first.</summary>
    [FieldOffset(46)] public ushort Rows;

    /// <summary>State of the input, for even generations.</summary>
    [FieldOffset(48)] public TerminalInputState Even;

    /// <summary>State of the input, for odd generations.</summary>
    [FieldOffset(48 + TerminalInputState.Bytes)] public TerminalInputState Odd;

    /// <summary>What output that is not kept any more has set.</summary>
    [FieldOffset(240)] public TerminalModes Modes;

    /// <summary>Which byte of the output a reader of the log is at, counted from 1; 0 while nobody reads it.</summary>
    [FieldOffset(312)] public ulong Replaying;

    /// <summary>The same of the last reader that has not come to the end; 0 after one that has.</summary>
    [FieldOffset(320)] public ulong DiedAt;
}
