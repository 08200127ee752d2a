using XenFbFront.Input;

namespace XenFbFront.Content;

/// <summary>What happened, one line each, the last <see cref="Capacity"/> of them; never allocates after construction.</summary>
/// <remarks>Lines that only repeat the one before with other values, as motion does, replace it and count up, so that a moving pointer does not
/// push the keys out of sight.</remarks>
internal sealed class InputLog
{
    /// <summary>Lines kept: more than fit on a screen of 4320 pixels with the smallest built-in font are never looked at.</summary>
    public const int Capacity = 256;

    private readonly Entry[] _entries = new Entry[Capacity];
    private long _added;

    /// <summary>What a line tells.</summary>
    public enum Kind
    {
        /// <summary>Key or button <see cref="Entry.Code"/> went down.</summary>
        Down,

        /// <summary>Key or button went up.</summary>
        Up,

        /// <summary>Key repeated.</summary>
        Repeat,

        /// <summary>Pointer is at (First, Second) of its range.</summary>
        Position,

        /// <summary>Pointer moved by (First, Second).</summary>
        Motion,

        /// <summary>Wheel turned by First vertically, Second horizontally.</summary>
        Wheel,

        /// <summary>Contact <see cref="Entry.Code"/> went down at (First, Second).</summary>
        TouchDown,

        /// <summary>Contact moved to (First, Second).</summary>
        TouchMove,

        /// <summary>Contact went up.</summary>
        TouchUp,

        /// <summary>Event of type First with <see cref="Entry.Code"/> and value Second that has no line of its own.</summary>
        Other,
    }

    /// <summary>Lines there are, 0 to <see cref="Capacity"/>.</summary>
    public int Count => (int)Math.Min(_added, Capacity);

    /// <summary>A line; 0 is the newest, <see cref="Count"/> - 1 the oldest.</summary>
    public ref readonly Entry this[int age] => ref _entries[(int)((_added - 1 - age) % Capacity)];

    /// <summary>Adds a line, or replaces the newest when this one goes on with it.</summary>
    public void Add(long number, InputRole role, Kind what, ushort code = 0, int first = 0, int second = 0)
    {
        bool goesOn = what is Kind.Repeat or Kind.Position or Kind.Motion or Kind.Wheel or Kind.TouchMove or Kind.Other;
        if (goesOn && _added > 0)
        {
            ref Entry newest = ref _entries[(int)((_added - 1) % Capacity)];
            if (newest.What == what && newest.Role == role && newest.Code == code)
            {
                newest = new(number, role, what, code, first, second, newest.Times + 1);
                return;
            }
        }

        _entries[(int)(_added++ % Capacity)] = new(number, role, what, code, first, second, 1);
    }

    /// <summary>One line.</summary>
    /// <param name="Number">Running number of the line's last event, from 1.</param>
    /// <param name="Role">Device that it came from.</param>
    /// <param name="What">What it tells.</param>
    /// <param name="Code">KEY_* or BTN_* code, slot, or code of another event.</param>
    /// <param name="First">See <see cref="Kind"/>.</param>
    /// <param name="Second">See <see cref="Kind"/>.</param>
    /// <param name="Times">How often it happened in a row.</param>
    public readonly record struct Entry(long Number, InputRole Role, Kind What, ushort Code, int First, int Second, long Times);
}
