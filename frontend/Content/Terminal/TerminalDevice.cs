using Xenbus.Linux.Interop;
using XenFbFront.Input;
using XenFbFront.Input.Keys;

namespace XenFbFront.Content.Terminal;

/// <summary>An input device of the built-in terminal: what it is given counts as a whole and at once, or not at all.</summary>
internal abstract class TerminalDevice(TerminalSource source) : IInputDevice
{
    /// <summary>Bytes that one event becomes at most: fifteen cursor keys for five notches of the wheel, or a report of the pointer with large numbers.</summary>
    private const int MaxBytesPerEvent = 64;

    /// <summary>The terminal.</summary>
    protected TerminalSource Source => source;

    /// <summary>The session on it.</summary>
    protected TerminalSession Session => source.Session;

    /// <summary>Modifier keys that are down, for the terminal.</summary>
    protected VtermModifiers Modifiers => ModifiersOf(Session.Input.Keys.Effective);

    /// <inheritdoc/>
    public long Position => Session.InputGeneration;

    /// <inheritdoc/>
    /// <remarks>Refuses when the program has not read for so long that there is no room: the events then wait in the ring of the backend.</remarks>
    public int Write(ReadOnlySpan<InputEvent> events)
    {
        if (Session.InputRoom < events.Length * MaxBytesPerEvent)
        {
            return Errno.EAGAIN;
        }

        Session.BeginInput();
        foreach (ref readonly InputEvent item in events)
        {
            Take(item);
        }

        Session.EndInput();
        return 0;
    }

    /// <inheritdoc/>
    public bool? WasCarriedOut(long positionBefore, ushort key, bool isDownAfter) => Position != positionBefore;

    /// <inheritdoc/>
    public void Remove()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Takes one event.</summary>
    protected abstract void Take(in InputEvent item);

    /// <summary>Modifiers as the terminal counts them; the layout's own have done their work.</summary>
    protected static VtermModifiers ModifiersOf(KeyModifiers modifiers) =>
        ((modifiers & KeyModifiers.Shift) != 0 ? VtermModifiers.Shift : 0)
        | ((modifiers & KeyModifiers.Alt) != 0 ? VtermModifiers.Alt : 0)
        | ((modifiers & KeyModifiers.Control) != 0 ? VtermModifiers.Control : 0);
}
