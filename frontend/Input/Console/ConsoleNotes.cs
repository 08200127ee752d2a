using System.Runtime.InteropServices;
using XenFbFront.Input.Keys;

namespace XenFbFront.Input.Console;

/// <summary>What a successor of the process must know of keys that were typed into a terminal. Lies in a memory file that the holder keeps.</summary>
/// <remarks>
/// The bytes of one delivery are typed one by one, and a process can be killed between any two. So they are counted as they go, and the state
/// after a delivery is written beside the one before it and made valid by a single store to <see cref="Generation"/>.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 176)]
internal struct ConsoleNotes
{
    /// <summary>Deliveries finished; the valid state is <see cref="Even"/> or <see cref="Odd"/> by its lowest bit.</summary>
    [FieldOffset(0)] public uint Generation;

    /// <summary>The delivery that <see cref="Done"/> counts, as <see cref="Generation"/> is when it is finished.</summary>
    [FieldOffset(4)] public uint DoneGeneration;

    /// <summary>Bytes typed and other actions carried out of that delivery.</summary>
    [FieldOffset(8)] public uint Done;

    /// <summary>State of even generations.</summary>
    [FieldOffset(16)] public KeyComposerState Even;

    /// <summary>State of odd generations.</summary>
    [FieldOffset(96)] public KeyComposerState Odd;
}
