using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using XenFbFront.Input.Keys;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Input.Console;

/// <summary>A keyboard whose keys are typed into a virtual terminal, byte by byte.</summary>
/// <param name="file">The memory file.</param>
/// <param name="page">Its mapping, which holds <see cref="ConsoleNotes"/>; disposed with the device.</param>
/// <param name="spec">A keyboard.</param>
/// <param name="descriptors">Who keeps the file.</param>
/// <param name="path">The terminal, opened for each delivery: a login program hangs it up under whoever has it open.</param>
/// <param name="keymap">The kernel's.</param>
/// <param name="logger">Is told of what is left out.</param>
internal sealed class ConsoleKeyboard(
    Descriptor file, SharedPages page, InputDeviceSpec spec, IDescriptorStore descriptors, string path, Keymap keymap, ILogger logger)
    : KeptDevice(file, spec, descriptors)
{
    // How a terminal reads its keyboard. C: K_XLATE, K_UNICODE in linux/kd.h.
    private const int Translated = 1, TranslatedToUnicode = 3;

    /// <summary>Meta sets the highest bit. C: K_METABIT in linux/kd.h.</summary>
    private const int MetaBit = 3;

    /// <summary>Locks, without those that a terminal begins with.</summary>
    private const int LockMask = 7;

    /// <summary>Terminals that the kernel tells to be in use. C: struct vt_stat in linux/vt.h has 16 bits, the lowest for none.</summary>
    private const int KnownTerminals = 15;

    private readonly KeyAction[] _actions = new KeyAction[KeyComposer.MaxActions];
    private Keymap _keymap = keymap;
    private bool _isResumed;
    private Trouble _told;
    private uint _skip;

    // Of the delivery at hand.
    private int _terminal, _keyboardMode, _metaMode;

    /// <summary>Why nothing is typed, each said once until typing works again.</summary>
    private enum Trouble
    {
        None,
        Closed,
        Raw,
        Refused,
    }

    /// <inheritdoc/>
    /// <remarks>Deliveries, not bytes.</remarks>
    public override long Position => Notes.Generation;

    private ref ConsoleNotes Notes => ref MemoryMarshal.AsRef<ConsoleNotes>(page.Bytes);

    /// <inheritdoc/>
    /// <remarks>What cannot be typed is dropped: text that arrived minutes later, somewhere else, would do harm.</remarks>
    public override int Write(ReadOnlySpan<InputEvent> events)
    {
        ref ConsoleNotes notes = ref Notes;
        KeyComposerState state = StatePair.Present(notes.Generation, notes.Even, notes.Odd);
        if (!_isResumed)
        {
            // A new connection after a predecessor's: nothing is held any more.
            _isResumed = true;
            state.Held = default;
        }

        if (notes.DoneGeneration != notes.Generation + 1)
        {
            notes.Done = 0;
            Volatile.Write(ref notes.DoneGeneration, notes.Generation + 1);
        }

        _skip = notes.Done;
        OpenTerminal();
        try
        {
            Type(events, ref state);
        }
        finally
        {
            if (_terminal >= 0)
            {
                Libc.Close(_terminal);
            }
        }

        StatePair.Commit(ref notes.Generation, ref notes.Even, ref notes.Odd, state);
        return 0;
    }

    /// <inheritdoc/>
    /// <remarks>A delivery that was begun is finished by the next one, which is the same again: what is done of it is left out.</remarks>
    public override bool? WasCarriedOut(long positionBefore, ushort key, bool isDownAfter) => Position > positionBefore;

    /// <inheritdoc/>
    public override void Resume(ReadOnlySpan<byte> keysDown) => _isResumed = true;

    /// <inheritdoc/>
    public override void Dispose()
    {
        page.Dispose();
        base.Dispose();
    }

    private void OpenTerminal()
    {
        _terminal = ConsoleSink.OpenTerminal(path);
        _keyboardMode = _terminal < 0 ? _terminal : Libc.GetKeyboardMode(_terminal);
        _metaMode = _terminal < 0 ? _terminal : Libc.GetMetaMode(_terminal);
        if (_terminal < 0)
        {
            Tell(Trouble.Closed, -_terminal);
        }
    }

    private void Type(ReadOnlySpan<InputEvent> events, ref KeyComposerState state)
    {
        int locks = _terminal < 0 ? -1 : Libc.GetKeyboardLocks(_terminal);
        foreach (ref readonly InputEvent item in events)
        {
            if (item.Type != EV_KEY)
            {
                continue;
            }

            if (locks >= 0)
            {
                // Each terminal has its own, and a person may have set them otherwise.
                state.LockBits = (byte)(locks & LockMask);
                if (item.Value != 0 && !_keymap.IsCurrent(_terminal, state.Effective, item.Code))
                {
                    ReloadKeymap();
                }
            }

            int count = KeyComposer.Translate(_keymap, ref state, item.Code, item.Value, _actions);
            if (locks >= 0 && state.LockBits != (locks & LockMask))
            {
                locks = locks & ~LockMask | state.LockBits;
                Libc.SetKeyboardLocks(_terminal, locks);
            }

            foreach (ref readonly KeyAction action in _actions.AsSpan(0, count))
            {
                Perform(action, state);
            }
        }
    }

    private void ReloadKeymap()
    {
        // Somebody ran loadkeys. It is read whole then, which takes half a millisecond.
        try
        {
            _keymap = Keymap.FromKernel(_terminal);
        }
        catch (Xenbus.XenException)
        {
            // The terminal went between two calls; the keymap that was read before still is the best one known.
        }
    }

    private void Perform(in KeyAction action, in KeyComposerState state)
    {
        if (_terminal < 0)
        {
            return;
        }

        switch (action.Kind)
        {
            case KeyActionKind.Text:
                TypeText(action);
                break;
            case KeyActionKind.Key:
                TypeKey(action);
                break;
            case KeyActionKind.Console:
                Activate(action.Value);
                break;
            case KeyActionKind.PreviousConsole:
                ActivateNeighbour(-1);
                break;
            case KeyActionKind.NextConsole:
                ActivateNeighbour(1);
                break;
            case KeyActionKind.Hold when IsDue():
                Libc.HoldOutput(_terminal, (state.Locks & KeyLocks.Scroll) != 0);
                break;
            case KeyActionKind.Boot:
                Log.BootLeftAlone(logger, Spec.DeviceName);
                break;
            default:
                // What is left has no call: the console before this one, scrolling back, which recent kernels cannot do either, and the
                // secure attention key.
                break;
        }
    }

    private void TypeText(in KeyAction action)
    {
        bool hasMeta = (action.Modifiers & KeyModifiers.Alt) != 0;
        int character = action.Value;
        if (hasMeta && _metaMode == MetaBit)
        {
            TypeCharacter(character | 0x80);
            return;
        }

        if (hasMeta)
        {
            TypeByte(0x1b);
        }

        TypeCharacter(character);
    }

    private void TypeCharacter(int character)
    {
        if (_keyboardMode == Translated)
        {
            // The terminal's own 8-bit set, of which only the first half and Latin-1 are known.
            if (character <= byte.MaxValue)
            {
                TypeByte((byte)character);
            }

            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        if (Rune.TryCreate(character, out Rune rune))
        {
            TypeBytes(bytes[..rune.EncodeToUtf8(bytes)]);
        }
    }

    private void TypeKey(in KeyAction action)
    {
        if (action.Value != 0)
        {
            TypeByte((byte)action.Value);
        }
        else if (action.Function >= 0)
        {
            TypeBytes(_keymap.FunctionText(action.Function));
        }
        else
        {
            TypeBytes(action.Key switch
            {
                NamedKey.Up => "\e[A"u8,
                NamedKey.Down => "\e[B"u8,
                NamedKey.Right => "\e[C"u8,
                NamedKey.Left => "\e[D"u8,
                NamedKey.Begin => "\e[G"u8,
                _ => default,
            });
        }
    }

    private void TypeBytes(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            TypeByte(value);
        }
    }

    private void TypeByte(byte value)
    {
        if (!IsDue())
        {
            return;
        }

        if (_keyboardMode is not (Translated or TranslatedToUnicode))
        {
            Tell(Trouble.Raw, 0);
            return;
        }

        int result = Libc.TypeInto(_terminal, value);
        Tell(result < 0 ? Trouble.Refused : Trouble.None, -result);
    }

    /// <summary>Counts what is done of a delivery; false for what a predecessor did before it was killed.</summary>
    /// <remarks>Counted before it is done: of a kill between the two a byte is lost, where the other order would type it twice, and a password fails either way.</remarks>
    private bool IsDue()
    {
        if (_skip > 0)
        {
            _skip--;
            return false;
        }

        ref ConsoleNotes notes = ref Notes;
        Volatile.Write(ref notes.Done, notes.Done + 1);
        return true;
    }

    private void ActivateNeighbour(int step)
    {
        if (Libc.GetVirtualTerminals(_terminal, out int active, out int inUse) < 0)
        {
            return;
        }

        for (int i = 1; i < KnownTerminals; i++)
        {
            int candidate = (active - 1 + (step + KnownTerminals) * i) % KnownTerminals + 1;
            if ((inUse >> candidate & 1) != 0)
            {
                Activate(candidate);
                return;
            }
        }
    }

    private void Activate(int number)
    {
        if (IsDue())
        {
            Libc.ActivateVirtualTerminal(_terminal, number);
        }
    }

    private void Tell(Trouble trouble, int errno)
    {
        if (trouble == _told)
        {
            return;
        }

        _told = trouble;
        switch (trouble)
        {
            case Trouble.Closed:
                Log.ConsoleTakesNothing(logger, Spec.DeviceName, path, Errno.Text(errno));
                break;
            case Trouble.Raw:
                Log.ConsoleTakesNothing(logger, Spec.DeviceName, path, "a program reads its keyboard raw");
                break;
            case Trouble.Refused:
                Log.ConsoleTakesNothing(logger, Spec.DeviceName, path, $"{Errno.Text(errno)}; {ConsoleSink.RemedyOf(errno)}");
                break;
            case Trouble.None:
                break;
        }
    }
}
