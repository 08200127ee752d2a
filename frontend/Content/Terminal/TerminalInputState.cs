using System.Runtime.InteropServices;
using XenFbFront.Input.Keys;

namespace XenFbFront.Content.Terminal;

/// <summary>What input has come to: changed as a whole, so that each event counts once whenever a worker is killed.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct TerminalInputState
{
    /// <summary>Bytes of one.</summary>
    public const int Bytes = 96;

    /// <summary>Bytes of input made so far; wraps.</summary>
    [FieldOffset(0)] public uint QueueTail;

    /// <summary>Where the pointer is, in the units of its device, or pixels for one that tells of motion.</summary>
    [FieldOffset(4)] public int PointerX;

    /// <summary>Where the pointer is.</summary>
    [FieldOffset(8)] public int PointerY;

    /// <summary>Modifiers, locks, dead keys.</summary>
    [FieldOffset(16)] public KeyComposerState Keys;
}
