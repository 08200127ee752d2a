using System.Runtime.InteropServices;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Rings;
using Xenbus.Wire;
using Xenbus.Wire.Kbdif;
using XenFbFront.Input;
using XenFbFront.Vfb;

namespace XenFbFront.Vkbd;

/// <summary>One vkbd: drains its ring into input devices, each event once and in order, whenever a worker may be killed.</summary>
internal sealed class VkbdDevice : FrontendDevice
{
    /// <summary>Fingers at most; the state has a bit for each.</summary>
    private const int MaxContacts = 64;

    /// <summary>Bounds of <see cref="_clickOrder"/>: so many clicks outweigh all that came before them.</summary>
    private const int SureOfOrder = 4;

    /// <summary>A sink that takes nothing is asked again after this time; the events stay in the ring.</summary>
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromMilliseconds(100);

    private static readonly InputRole[] s_roles = [InputRole.Keyboard, InputRole.Pointer, InputRole.Touch];

    private readonly DeviceContext _context;
    private readonly ISeats _seats;
    private readonly IScreens _screens;
    private readonly LoopTimer _retry;
    private readonly KeyboardEvent[] _events = new KeyboardEvent[EventRingLayout.KeyboardIn.SlotCount];
    private readonly InputEvent[] _output = new InputEvent[EventRingLayout.KeyboardIn.SlotCount * KeyTranslator.MaxEvents];
    private readonly IInputDevice?[] _devices = new IInputDevice?[s_roles.Length];
    private readonly InputDeviceSpec?[] _specs = new InputDeviceSpec?[s_roles.Length];
    private readonly LatencyHistogram?[] _latencies = new LatencyHistogram?[s_roles.Length];
    private EventRingReader _in = new(EventRingLayout.KeyboardIn);
    private Seat _seat;
    private SharedPages? _shared;
    private VkbdModes _modes;
    private VkbdState _state;
    private bool _isConnected;
    private bool _isTakenOver;
    private bool _isSinkRefusing;
    private bool _isReleaseDue;
    private long _delivered;
    private ScreenSize _size = new(800, 600);
    private ScreenSize _sizeBefore;
    private uint _sizeSince;
    private uint _seen;
    private int _clickOrder;
    // The first of what is in the ring; null when nothing is.
    private long? _seenAt;

    public VkbdDevice(DeviceContext context, ISeats seats, IScreens screens)
    {
        _context = context;
        _seats = seats;
        _screens = screens;
        _seat = PresentSeat;
        _retry = context.Loop.CreateTimer(() => Drain());
        _screens.Changed += FollowScreens;
        _seats.Changed += FollowSeat;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<DeviceFigure> Figures =>
    [
        new("events", _delivered, IsCounter: true, "Events of the ring that were delivered"),
        new("ring_events", _isConnected && _shared is { } shared && _in.Look(shared.Bytes) != RingStatus.Broken ? _in.Available : 0, IsCounter: false, "Events in the ring that no input device has taken yet"),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<DeviceLatency> Latencies
    {
        get
        {
            List<DeviceLatency> stages = [];
            foreach (InputRole role in s_roles)
            {
                if (_latencies[(int)role] is { } times)
                {
                    (string stage, string help) = role switch
                    {
                        InputRole.Keyboard => ("keyboard", "Time from events being seen in the ring to their keys being written to the input device"),
                        InputRole.Pointer => ("pointer", "Time from events being seen in the ring to the pointer being written to the input device"),
                        InputRole.Touch => ("touch", "Time from events being seen in the ring to the fingers being written to the input device"),
                    };
                    stages.Add(new(stage, times, help));
                }
            }

            return stages;
        }
    }

    private bool HasScreen => _screens.Has(_context.Identity.Id);

    /// <summary>Whom it would serve if it connected now.</summary>
    private Seat PresentSeat => _seats.Of(_context.Identity.Id, HasScreen);

    private ref VkbdNotes Notes => ref MemoryMarshal.AsRef<VkbdNotes>(_context.Resources.Notes);

    /// <inheritdoc/>
    public override void CheckPrepare() => _context.CheckFrames();

    /// <inheritdoc/>
    public override void Prepare(IDictionary<string, string> details)
    {
        LeaveSeatIfAnother();
        _seat = PresentSeat;
        _modes = ReadModes();
        OpenDevices();
        _shared = _context.Resources.AllocatePages(1, isWritable: true, out GrantReference[] references);
        GuestFrame[] frame = new GuestFrame[1];
        _context.Domain.ResolveFrames(_shared, frame);
        _shared.Bytes.Clear();
        _in = new(EventRingLayout.KeyboardIn);
        // What is still down because its device did not take the release is released when that works.
        _state.Next = default;
        Notes = new() { Modes = _modes, Even = _state, HasNoScreen = (byte)(HasScreen ? 0 : 1) };

        details[PublishedNodes.PageReference] = frame[0].ToString();
        details[PublishedNodes.PageGrant] = references[0].ToString();
        details["request-abs-pointer"] = _modes.IsAbsolute != 0 ? "1" : "0";
        details["request-raw-pointer"] = _modes.IsRaw != 0 ? "1" : "0";
        details["request-multi-touch"] = _modes.ContactCount > 0 ? "1" : "0";
    }

    /// <inheritdoc/>
    public override void TakeOver()
    {
        ref VkbdNotes notes = ref Notes;
        _seat = _seats.Of(_context.Identity.Id, notes.HasNoScreen == 0);
        _modes = notes.Modes;
        _state = StatePair.Present(notes.Generation, notes.Even, notes.Odd);
        // First of all what keys are released by, should the rest not succeed.
        _isTakenOver = true;
        OpenDevices();
        _shared = _context.Resources.TakeOverPages(0);
        _in = EventRingReader.TakeOver(EventRingLayout.KeyboardIn, _shared.Bytes, out RingStatus status);
        if (Array.Exists(s_roles, role => _state.Next[(int)role] - _in.Consumed > (uint)_in.Available))
        {
            // What was delivered by the notes is neither consumed nor in the ring.
            status = RingStatus.Broken;
        }

        if (status != RingStatus.Broken)
        {
            SettleIntent(ref notes);
        }

        foreach (IInputDevice? device in _devices)
        {
            device?.Resume(MemoryMarshal.AsBytes<ulong>(_state.Held));
        }

        if (status == RingStatus.Broken)
        {
            throw new XenException("take over", _context.Identity.Name, 0, "the ring indices in the shared page are impossible");
        }
    }

    /// <inheritdoc/>
    public override void Connect()
    {
        _isConnected = true;
        _isTakenOver = false;
        _size = _screens.SizeTaken(_context.Identity.Id) ?? _size;
        _sizeBefore = _size;
        _sizeSince = _seen = _in.Consumed;
        Drain();
        FollowScreens();
    }

    /// <inheritdoc/>
    public override void BackendChanged()
    {
    }

    /// <inheritdoc/>
    public override bool OnEvent() => Drain();

    /// <inheritdoc/>
    public override void Disconnect()
    {
        // What was typed before the end is delivered. Nobody waits for room in the ring any more, and after a restore the port is not to be touched.
        if (_isConnected && _shared is { } shared && _in.Look(shared.Bytes) != RingStatus.Broken && _in.Available > 0)
        {
            DeliverAll(shared.Bytes, _in.Available);
        }

        // Nobody would tell of the release of what is held any more.
        _isReleaseDue |= _isConnected || _isTakenOver;
        _isConnected = _isTakenOver = false;
        _retry.Cancel();
        _shared = null;
        ReleaseIfDue();
        LeaveSeatIfAnother();
    }

    /// <inheritdoc/>
    public override void Remove()
    {
        Disconnect();
        foreach (IInputDevice? device in _devices)
        {
            device?.Remove();
        }
    }

    /// <inheritdoc/>
    /// <remarks>The input devices live on in the holder with what is held: a successor takes them over, and programs in the guest notice nothing.</remarks>
    protected override void Dispose(bool disposing)
    {
        _screens.Changed -= FollowScreens;
        _seats.Changed -= FollowSeat;
        _isConnected = false;
        _shared = null;
        _retry.Dispose();
        foreach (IInputDevice? device in _devices)
        {
            device?.Dispose();
        }
    }

    /// <summary>Its screen came or went: by another connection it gets another seat, and what is held is released at the present one.</summary>
    private void FollowScreens()
    {
        if (_isConnected && PresentSeat != _seat)
        {
            Log.ChangingSeat(_context.Logger, _context.Identity.Name, HasScreen ? "came" : "is gone");
            _context.Reconnect();
        }
    }

    /// <summary>Input devices of another seat's sink would not be understood by this one's; they end before the connection's record does.</summary>
    private void LeaveSeatIfAnother()
    {
        if (PresentSeat != _seat)
        {
            RemoveDevices();
        }
    }

    private void RemoveDevices()
    {
        for (int i = 0; i < _devices.Length; i++)
        {
            _devices[i]?.Remove();
            (_devices[i], _specs[i]) = (null, null);
        }
    }

    /// <summary>Its screen shows another source: what is in the ring still goes to the present seat, what is held is released there, and the next event goes to the other. The backend sees nothing of it.</summary>
    private void FollowSeat()
    {
        Seat next = PresentSeat;
        if (!_isConnected || next == _seat)
        {
            // Without a connection the next one takes it.
            return;
        }

        Drain();
        if (!_isConnected)
        {
            return;
        }

        if (next.Sink == _seat.Sink)
        {
            _seat = next;
            foreach (InputDeviceSpec? spec in _specs)
            {
                if (spec is not null)
                {
                    next.Observer?.OnOpened(spec);
                }
            }

            return;
        }

        _isReleaseDue = true;
        ReleaseIfDue();
        if (_isReleaseDue)
        {
            throw new XenException("leave", _seat.Sink.Description, 0, "it takes nothing at present, so what is held there cannot be released; try again when the program on it reads");
        }

        Seat former = _seat;
        RemoveDevices();
        try
        {
            _seat = next;
            OpenDevices();
        }
        catch (XenException)
        {
            RemoveDevices();
            _seat = former;
            OpenDevices();
            throw;
        }
    }

    private VkbdModes ReadModes()
    {
        // Most of what can be offered is not there: one look at the names is quicker than one at each node.
        string[]? names = _context.ListBackend();
        bool IsOffered(string feature) => names?.Contains(feature) is not false && _context.IsOffered(feature);
        bool isAbsolute = IsOffered("feature-abs-pointer");
        bool isRaw = isAbsolute && IsOffered("feature-raw-pointer");
        // What is in the nodes is the range for good (kernel: xen-kbdfront.c). QEMU has none and tells pixels of its screen (xenfb.c: xenfb_send_position).
        bool isScaled = isAbsolute && !isRaw && _context.ReadBackend("width") is null && _context.ReadBackend("height") is null;
        bool hasTouch = IsOffered("feature-multi-touch");
        return new()
        {
            HasKeyboard = (byte)(IsOffered("feature-disable-keyboard") ? 0 : 1),
            HasPointer = (byte)(IsOffered("feature-disable-pointer") ? 0 : 1),
            IsAbsolute = (byte)(isAbsolute ? 1 : 0),
            IsRaw = (byte)(isRaw ? 1 : 0),
            IsScaled = (byte)(isScaled ? 1 : 0),
            MaxX = isRaw || isScaled ? PositionScale.Max : _context.ReadBackend("width", 800, 1, 65536) - 1,
            MaxY = isRaw || isScaled ? PositionScale.Max : _context.ReadBackend("height", 600, 1, 65536) - 1,
            ContactCount = hasTouch ? _context.ReadBackend("multi-touch-num-contacts", 1, 1, MaxContacts) : 0,
            TouchMaxX = hasTouch ? _context.ReadBackend("multi-touch-width", 800, 1, 65536) - 1 : 0,
            TouchMaxY = hasTouch ? _context.ReadBackend("multi-touch-height", 600, 1, 65536) - 1 : 0,
        };
    }

    /// <summary>Input devices survive a reconnection, so that programs in the guest need not notice it; one that must change is made anew.</summary>
    private void OpenDevices()
    {
        int id = _context.Identity.Id;
        OpenDevice(_modes.HasKeyboard != 0 ? new(InputRole.Keyboard, id) : null, InputRole.Keyboard);
        OpenDevice(
            _modes.HasPointer != 0 ? new(InputRole.Pointer, id) { IsAbsolute = _modes.IsAbsolute != 0, MaxX = _modes.MaxX, MaxY = _modes.MaxY } : null,
            InputRole.Pointer);
        OpenDevice(
            _modes.ContactCount > 0
                ? new(InputRole.Touch, id) { ContactCount = _modes.ContactCount, MaxX = _modes.TouchMaxX, MaxY = _modes.TouchMaxY }
                : null,
            InputRole.Touch);
    }

    private void OpenDevice(InputDeviceSpec? wanted, InputRole role)
    {
        int index = (int)role;
        InputDeviceSpec? spec = wanted is null ? null : wanted with { KeptAs = _seat.Sink.KeepsAs };
        if (_devices[index] is not null && spec == _specs[index])
        {
            return;
        }

        _devices[index]?.Remove();
        _devices[index]?.Dispose();
        (_devices[index], _specs[index]) = (null, null);
        if (spec is not null)
        {
            _devices[index] = _seat.Sink.Open(spec, _context.Descriptors);
            _specs[index] = spec;
            _latencies[index] ??= new();
            // Of a connection with other modes, or of a seat that a predecessor was leaving when it was killed.
            KeptInput.Drop(_context.Descriptors, spec.KeepPrefix);
            _seat.Observer?.OnOpened(spec);
        }
    }

    /// <summary>Delivers everything that is in the ring.</summary>
    /// <returns>Whether there was anything.</returns>
    private bool Drain()
    {
        ReleaseIfDue();
        if (!_isConnected || _shared is not { } shared)
        {
            return false;
        }

        Span<byte> page = shared.Bytes;
        if (_in.Look(page) == RingStatus.Broken)
        {
            _context.Fail("backend's index of the keyboard's in ring is impossible");
            return true;
        }

        int count = _in.Available;
        if (count == 0 || _retry.IsRunning)
        {
            return false;
        }

        _seenAt ??= _context.Loop.Clock.GetTimestamp();

        if (DeliverAll(page, count))
        {
            // A backend that found the ring full waits for this.
            _context.Notify();
        }
        else
        {
            _retry.Start(s_retryAfter);
        }

        return true;
    }

    /// <summary>Delivers events of the ring and takes them out of it.</summary>
    /// <returns>False when a device takes nothing now; what was delivered before is noted, and all are still in the ring.</returns>
    private bool DeliverAll(Span<byte> page, int count)
    {
        CopyEvents(page, count);
        TraceEvents(count);
        LearnClickOrder(count);
        ScalePositions(count);
        foreach (InputRole role in s_roles)
        {
            if (!Deliver(role, count))
            {
                return false;
            }
        }

        _in.Consume(page, count);
        _delivered += count;
        _seenAt = null;
        return true;
    }

    /// <summary>Those that were not seen before: a device that takes nothing now makes the others be copied again.</summary>
    private void TraceEvents(int count)
    {
        if (_context.Trace is not { } trace)
        {
            return;
        }

        uint end = _in.Consumed + (uint)count;
        for (uint next = _seen; next != end; next++)
        {
            trace.OnMessage(_context.Identity, isOut: false, MemoryMarshal.AsBytes(_events.AsSpan((int)(next - _in.Consumed), 1)), end, _in.Consumed);
        }
    }

    private void CopyEvents(ReadOnlySpan<byte> page, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _in.Copy(page, i, MemoryMarshal.AsBytes(_events.AsSpan(i, 1)));
        }
    }

    /// <summary>
    /// QEMU tells of a button at once and of the move before it when the viewer's report is complete (hw/display/xenfb.c: xenfb_mouse_event,
    /// xenfb_mouse_sync), so each button is followed by a position or a motion. Other backends keep the order, and then a button is
    /// mostly the last that they say. A few clicks tell which of them this is.
    /// </summary>
    private void LearnClickOrder(int count)
    {
        uint open = 0;
        uint end = _in.Consumed + (uint)count;
        for (uint next = _seen; next != end; next++)
        {
            ref readonly KeyboardEvent source = ref _events[next - _in.Consumed];
            if (KeyTranslator.RoleOf(source) != InputRole.Pointer)
            {
                continue;
            }

            uint button = source.Type == KeyboardEventType.Key ? 1u << (int)(source.Keycode - InputCodes.BTN_LEFT) : 0;
            if (button == 0)
            {
                _clickOrder = open != 0 ? Math.Min(_clickOrder + 1, SureOfOrder) : _clickOrder;
            }
            else if ((open & button) != 0)
            {
                // Down and up without a move between them: QEMU never says that.
                _clickOrder = -SureOfOrder;
            }

            open = button == 0 ? 0 : open | button;
        }

        _clickOrder = open != 0 ? Math.Max(_clickOrder - 2, -SureOfOrder) : _clickOrder;
    }

    /// <summary>
    /// Positions in pixels are of the size that the backend goes by when it tells them. What was in the ring at the last look was told before a change
    /// that is seen now. Of what came since, the beginning may be as well: up to the last position that only the size before has room for.
    /// </summary>
    /// <remarks>The ring was looked at before the size is, so a change that is not seen was later than all of these events.</remarks>
    private void ScalePositions(int count)
    {
        uint end = _in.Consumed + (uint)count;
        if (_modes.IsScaled != 0)
        {
            ScreenSize size = _screens.SizeTaken(_context.Identity.Id) ?? _size;
            if (size != _size)
            {
                (_sizeBefore, _size, _sizeSince) = (_size, size, _seen);
                for (uint next = _seen; next != end; next++)
                {
                    ref readonly KeyboardEvent source = ref _events[next - _in.Consumed];
                    if (source.Type == KeyboardEventType.Position && !PositionScale.IsOn(_size, source) && PositionScale.IsOn(_sizeBefore, source))
                    {
                        _sizeSince = next + 1;
                    }
                }
            }

            for (uint next = _in.Consumed; next != end; next++)
            {
                ref KeyboardEvent source = ref _events[next - _in.Consumed];
                if (source.Type == KeyboardEventType.Position)
                {
                    PositionScale.Scale(ref source, (int)(next - _sizeSince) < 0 ? _sizeBefore : _size);
                }
            }
        }

        _seen = end;
    }

    /// <summary>Delivers what one role has not got yet of the copied events.</summary>
    /// <returns>False when its device takes nothing now; what was delivered before is noted.</returns>
    private bool Deliver(InputRole role, int count)
    {
        int index = (int)role;
        uint end = _in.Consumed + (uint)count;
        for (uint next = _state.Next[index]; next != end;)
        {
            VkbdState state = _state;
            uint until = TranslateRun(role, ref state, next, end, out int outputCount, out ushort key, out bool isKeyDown);
            state.Next[index] = until;
            if (outputCount > 0 && _devices[index] is { } device)
            {
                Announce(role, until, device.Position, key, isKeyDown);
                int errno = device.Write(_output.AsSpan(0, outputCount));
                if (errno != 0)
                {
                    Notes.IntentGeneration = 0;
                    TellRefusal(errno);
                    return false;
                }

                _isSinkRefusing = false;
                if (_seenAt is { } seenAt)
                {
                    _latencies[index]!.Add(_context.Loop.Clock.GetElapsedTime(seenAt));
                }

                _seat.Observer?.OnDelivered(role, _output.AsSpan(0, outputCount));
            }

            Commit(state);
            next = until;
        }

        return true;
    }

    /// <summary>
    /// Translates events of one role until one of them would touch the key again that the first key event changed: so that key's state tells, at
    /// any time after, whether the write happened.
    /// </summary>
    private uint TranslateRun(InputRole role, ref VkbdState state, uint next, uint end, out int outputCount, out ushort key, out bool isKeyDown)
    {
        outputCount = 0;
        key = 0;
        isKeyDown = false;
        uint movedUntil = next;
        for (; next != end; next++)
        {
            ref readonly KeyboardEvent source = ref _events[next - _in.Consumed];
            if (KeyTranslator.RoleOf(source) != role)
            {
                continue;
            }

            bool isButton = role == InputRole.Pointer && source.Type == KeyboardEventType.Key;
            if (isButton && _clickOrder >= 0 && (int)(next - movedUntil) >= 0 && FindMoveOfClick(next, end, key) is var move && move != end)
            {
                // Whoever takes over translates the same events again: they are one run, and their order changes nothing in the state.
                outputCount += KeyTranslator.Translate(_events[move - _in.Consumed], _modes, ref state, _output.AsSpan(outputCount));
                movedUntil = move + 1;
            }
            else if (!isButton && role == InputRole.Pointer && (int)(next - movedUntil) < 0)
            {
                // The one that was put before its click.
                continue;
            }

            ushort sourceKey = KeyTranslator.KeyOf(source);
            if (key != 0 && sourceKey == key)
            {
                break;
            }

            bool wasDown = sourceKey != 0 && state.IsHeld(sourceKey);
            outputCount += KeyTranslator.Translate(source, _modes, ref state, _output.AsSpan(outputCount));
            if (key == 0 && sourceKey != 0 && state.IsHeld(sourceKey) != wasDown)
            {
                key = sourceKey;
                isKeyDown = !wasDown;
            }
        }

        return next;
    }

    /// <summary>The position or motion that directly follows a button, or several of them, in what is there now.</summary>
    /// <param name="click">Ring index of the first button.</param>
    /// <param name="end">Ring index behind what is there.</param>
    /// <param name="key">The key that ends the run, or 0.</param>
    /// <returns>Its ring index; <paramref name="end"/> when there is none, or the same button is told of twice before it.</returns>
    private uint FindMoveOfClick(uint click, uint end, ushort key)
    {
        uint buttons = 0;
        for (uint next = click; next != end; next++)
        {
            ref readonly KeyboardEvent source = ref _events[next - _in.Consumed];
            if (KeyTranslator.RoleOf(source) != InputRole.Pointer)
            {
                continue;
            }

            if (source.Type != KeyboardEventType.Key)
            {
                return next;
            }

            uint button = 1u << (int)(source.Keycode - InputCodes.BTN_LEFT);
            if (source.Keycode == key || (buttons & button) != 0)
            {
                break;
            }

            buttons |= button;
        }

        return end;
    }

    private void Announce(InputRole role, uint until, long position, ushort key, bool isKeyDown)
    {
        ref VkbdNotes notes = ref Notes;
        notes.IntentRole = (int)role;
        notes.IntentUntil = until;
        notes.IntentPosition = position;
        notes.IntentKey = key;
        notes.IntentKeyIsDown = (byte)(isKeyDown ? 1 : 0);
        Volatile.Write(ref notes.IntentGeneration, notes.Generation + 1);
    }

    private void Commit(in VkbdState state)
    {
        ref VkbdNotes notes = ref Notes;
        StatePair.Commit(ref notes.Generation, ref notes.Even, ref notes.Odd, state);
        _state = state;
    }

    /// <summary>The predecessor was killed around a write: finds out whether it happened.</summary>
    private void SettleIntent(ref VkbdNotes notes)
    {
        if (notes.IntentGeneration != notes.Generation + 1 || notes.IntentRole is < 0 or > 2)
        {
            return;
        }

        InputRole role = (InputRole)notes.IntentRole;
        int index = notes.IntentRole;
        int count = (int)Math.Min(notes.IntentUntil - _in.Consumed, (uint)_in.Available);
        bool wasCarriedOut = _devices[index]?.WasCarriedOut(notes.IntentPosition, notes.IntentKey, notes.IntentKeyIsDown != 0) ?? false;
        if (wasCarriedOut)
        {
            // Translating the same events again, without writing, gives the state that the predecessor could not note.
            CopyEvents(_shared!.Bytes, count);
            VkbdState state = _state;
            TranslateRun(role, ref state, _state.Next[index], _in.Consumed + (uint)count, out _, out _, out _);
            state.Next[index] = _in.Consumed + (uint)count;
            Commit(state);
        }

        notes.IntentGeneration = 0;
    }

    /// <summary>Releases what an ended connection left down, before anything of the next one is delivered; tries again when a device takes nothing now.</summary>
    private void ReleaseIfDue()
    {
        if (!_isReleaseDue || _retry.IsRunning)
        {
            return;
        }

        _isReleaseDue = false;
        foreach (InputRole role in s_roles)
        {
            _isReleaseDue |= !TryRelease(role);
        }

        if (_isReleaseDue)
        {
            _retry.Start(s_retryAfter);
        }
    }

    private bool TryRelease(InputRole role)
    {
        while (true)
        {
            // More may be held than the buffer has room for; each turn releases as much as fits.
            VkbdState state = _state;
            int count = KeyTranslator.ReleaseAll(role, ref state, _output);
            if (count == 0)
            {
                return true;
            }

            if (_devices[(int)role] is { } device)
            {
                int errno = device.Write(_output.AsSpan(0, count));
                if (errno != 0)
                {
                    TellRefusal(errno);
                    return false;
                }

                _isSinkRefusing = false;
                _seat.Observer?.OnDelivered(role, _output.AsSpan(0, count));
            }

            Commit(state);
        }
    }

    private void TellRefusal(int errno)
    {
        if (!_isSinkRefusing)
        {
            _isSinkRefusing = true;
            Log.SinkRefuses(_context.Logger, _context.Identity.Name, _seat.Sink.Description, new XenException("write", _seat.Sink.Description, errno).Message);
        }
    }
}
