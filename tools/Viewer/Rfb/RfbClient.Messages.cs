using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>What the client sends, RFC 6143 §7.5 and the extensions.</summary>
internal sealed partial class RfbClient
{
    // A longer one is a client that lost its place in the stream; what is skipped takes no memory.
    private const uint CutTextMostBytes = int.MaxValue;

    // There are about fifty encodings.
    private const int EncodingsMost = 1024;

    // Bits of a pointer event's mask. §7.5.5.
    private const byte WheelUp = 1 << 3;
    private const byte WheelDown = 1 << 4;

    // Bits of the mask that are buttons. Bits 5 and 6 are a horizontal wheel, for which the guest's pointer has no axis.
    private static readonly (byte Bit, uint Keycode)[] s_buttons =
    [
        (1 << 0, LinuxKeys.BTN_LEFT),
        (1 << 1, LinuxKeys.BTN_MIDDLE),
        (1 << 2, LinuxKeys.BTN_RIGHT),
        (1 << 7, LinuxKeys.BTN_SIDE),
    ];

    // Only the reader's thread touches these.
    private readonly HeldKeys _held = new();
    private byte _buttons;

    private void ReadMessages()
    {
        while (true)
        {
            byte type = _in.ReadByte();
            switch (type)
            {
                case RfbProtocol.SetPixelFormat:
                    ReadPixelFormat();
                    break;
                case RfbProtocol.SetEncodings:
                    ReadEncodings();
                    break;
                case RfbProtocol.FramebufferUpdateRequest:
                    ReadUpdateRequest();
                    break;
                case RfbProtocol.KeyEvent:
                    ReadKey();
                    break;
                case RfbProtocol.PointerEvent:
                    ReadPointer();
                    break;
                case RfbProtocol.ClientCutText:
                    SkipCutText();
                    break;
                case RfbProtocol.SetDesktopSize:
                    ReadDesktopSize();
                    break;
                case RfbProtocol.QemuClientMessage:
                    ReadQemuMessage();
                    break;
                default:
                    throw new RfbProtocolException($"sent a message of unknown type {type}");
            }
        }
    }

    private void ReadPixelFormat()
    {
        Span<byte> wire = stackalloc byte[RfbPixelFormat.WireBytes];
        _in.Skip(3);
        _in.Read(wire);
        RfbPixelWriter pixels = new(RfbPixelFormat.Parse(wire));
        lock (_gate)
        {
            _pixels = pixels;
            _colourMapDue = !pixels.Format.IsTrueColour;
            Monitor.PulseAll(_gate);
        }
    }

    private void ReadEncodings()
    {
        _in.Skip(1);
        int count = _in.ReadUInt16();
        if (count > EncodingsMost)
        {
            throw new RfbProtocolException($"listed {count} encodings");
        }

        int? encoding = null;
        int level = DefaultLevel;
        bool canResize = false, canResizeExtended = false, knowsQemuKeys = false;
        for (int i = 0; i < count; i++)
        {
            int listed = (int)_in.ReadUInt32();
            switch (listed)
            {
                case RfbProtocol.Raw or RfbProtocol.Zrle or RfbProtocol.Tight:
                    // The list is in the client's order of preference. §7.5.2.
                    encoding ??= listed;
                    break;
                case >= RfbProtocol.CompressionLevel0 and <= RfbProtocol.CompressionLevel9:
                    level = listed - RfbProtocol.CompressionLevel0;
                    break;
                case RfbProtocol.DesktopSize:
                    canResize = true;
                    break;
                case RfbProtocol.ExtendedDesktopSize:
                    canResizeExtended = true;
                    break;
                case RfbProtocol.QemuExtendedKeyEventEncoding:
                    knowsQemuKeys = true;
                    break;
            }
        }

        lock (_gate)
        {
            _encoding = encoding ?? RfbProtocol.Raw;
            _level = level;
            _canResize = canResize || canResizeExtended;
            // Both are announced once, by a rectangle that tells the client that it may use the extension.
            _extendedSizeDue |= canResizeExtended && !_canResizeExtended;
            _canResizeExtended = canResizeExtended;
            _qemuKeysDue |= knowsQemuKeys && !_knowsQemuKeys;
            _knowsQemuKeys |= knowsQemuKeys;
            Monitor.PulseAll(_gate);
        }
    }

    private void ReadUpdateRequest()
    {
        bool isIncremental = _in.ReadByte() != 0;
        int x = _in.ReadUInt16(), y = _in.ReadUInt16(), width = _in.ReadUInt16(), height = _in.ReadUInt16();
        RequestUpdate(isIncremental, new(x, y, width, height));
    }

    private void ReadKey()
    {
        bool isPressed = _in.ReadByte() != 0;
        _in.Skip(2);
        uint keysym = _in.ReadUInt32();

        // A release belongs to the key that this keysym pressed, whatever the tables would say now.
        if ((!isPressed && _held.TryFind(keysym, out uint keycode)) || Keysyms.TryGetKeycode(keysym, out keycode))
        {
            PassKey(keycode, keysym, isPressed);
        }
    }

    private void ReadQemuMessage()
    {
        byte subtype = _in.ReadByte();
        if (subtype != RfbProtocol.QemuExtendedKeyEvent)
        {
            throw new RfbProtocolException($"sent a QEMU message of unknown type {subtype}");
        }

        bool isPressed = _in.ReadUInt16() != 0;
        uint keysym = _in.ReadUInt32();
        uint scancode = _in.ReadUInt32();
        if (XtScancodes.TryGetKeycode(scancode, out uint keycode) || Keysyms.TryGetKeycode(keysym, out keycode))
        {
            PassKey(keycode, keysym, isPressed);
        }
    }

    private void PassKey(uint keycode, uint keysym, bool isPressed)
    {
        // Noted before it is passed on when pressed and after when released: whatever happens in between, it is released once more
        // rather than left down.
        if (isPressed)
        {
            _held.Press(keycode, keysym);
        }

        _guest.Key(keycode, isPressed);
        if (!isPressed)
        {
            _held.Release(keycode);
        }
    }

    private void ReadPointer()
    {
        byte buttons = _in.ReadByte();
        int x = _in.ReadUInt16(), y = _in.ReadUInt16();
        lock (_gate)
        {
            // A client may still show another size than the guest has.
            x = Math.Min(x, _desktopWidth - 1);
            y = Math.Min(y, _desktopHeight - 1);
        }

        byte pressed = (byte)(buttons & ~_buttons), changed = (byte)(buttons ^ _buttons);
        _buttons = buttons;

        // The position goes first: the button means what is under the pointer now. It goes always, because another client may have moved
        // the pointer since this one did.
        bool isUp = (pressed & WheelUp) != 0, isDown = (pressed & WheelDown) != 0;
        if (isUp)
        {
            _guest.PointerAt(x, y, wheel: -1);
        }

        if (isDown)
        {
            _guest.PointerAt(x, y, wheel: 1);
        }

        if (!isUp && !isDown)
        {
            _guest.PointerAt(x, y);
        }

        foreach ((byte bit, uint keycode) in s_buttons)
        {
            if ((changed & bit) != 0)
            {
                PassKey(keycode, keysym: 0, (buttons & bit) != 0);
            }
        }
    }

    private void SkipCutText()
    {
        _in.Skip(3);
        uint length = _in.ReadUInt32();
        if (length > CutTextMostBytes)
        {
            throw new RfbProtocolException($"sent {length} bytes of cut text");
        }

        _in.Skip(length);
    }

    private void ReadDesktopSize()
    {
        // rfbproto: padding, width, height, number of screens, padding, then 16 bytes a screen.
        _in.Skip(1);
        int width = _in.ReadUInt16(), height = _in.ReadUInt16();
        int screens = _in.ReadByte();
        _in.Skip(1 + (uint)screens * 16);
        ushort answer = AnswerSize(width, height, screens);
        lock (_gate)
        {
            _resizeAnswer = answer;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Hands a size on to the guest, which decides: when it takes it, all clients are told like of any other change.</summary>
    private ushort AnswerSize(int width, int height, int screens)
    {
        if (_options.AskSize is not { } askSize)
        {
            return RfbProtocol.ResizeProhibited;
        }

        if (screens != 1 || width is 0 or > BackendScreen.MaxSide || height is 0 or > BackendScreen.MaxSide || (long)width * height > _options.MaximumPixels)
        {
            return RfbProtocol.ResizeInvalid;
        }

        lock (_gate)
        {
            if ((width, height) == (_desktopWidth, _desktopHeight))
            {
                return RfbProtocol.ResizeDone;
            }
        }

        // Not under the gate: it may take its time, and only this client's reader waits.
        askSize(width, height);
        return RfbProtocol.ResizeForwarded;
    }
}
