using XenFbFront.Input;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Content;

/// <summary>What is known of keyboard, pointer and fingers from the events so far: the model behind <see cref="KeysSource"/>. Never allocates after construction.</summary>
internal sealed class InputState
{
    /// <summary>Most keys and buttons shown as held at a time; hands have fewer fingers, and a stuck key is shown among the first.</summary>
    public const int MaximumHeld = 32;

    /// <summary>Most contacts followed; events of higher slots are only written to the log.</summary>
    public const int MaximumContacts = 16;

    private const ushort REL_HWHEEL = 0x06;

    private readonly ushort[] _held = new ushort[MaximumHeld];
    private readonly Contact[] _contacts = new Contact[MaximumContacts];
    private int _heldCount;
    private int _slot;
    private int _motionX, _motionY, _wheelMotionX, _wheelMotionY;
    private bool _positionIsPending, _motionIsPending;

    /// <summary>What happened.</summary>
    public InputLog Log { get; } = new();

    /// <summary>Events so far, packet ends not counted.</summary>
    public long EventCount { get; private set; }

    /// <summary>Keys and buttons that are down, in the order in which they went down.</summary>
    public ReadOnlySpan<ushort> Held => _held.AsSpan(0, _heldCount);

    /// <summary>Whether the last word on the pointer was a position; otherwise it was a motion.</summary>
    public bool IsAbsolute { get; private set; }

    /// <summary>Whether there has been any word on the pointer.</summary>
    public bool HasPointer { get; private set; }

    /// <summary>Last position, in the device's units.</summary>
    public int AbsoluteX { get; private set; }

    /// <summary>Last position, in the device's units.</summary>
    public int AbsoluteY { get; private set; }

    /// <summary>Sum of all motion since <see cref="TakeMotion"/>.</summary>
    public (int X, int Y) Motion { get; private set; }

    /// <summary>Sum of all wheel clicks, away from the person and to the right positive.</summary>
    public (int Vertical, int Horizontal) Wheel { get; private set; }

    /// <summary>Contacts by slot, <see cref="MaximumContacts"/> of them.</summary>
    public ReadOnlySpan<Contact> Contacts => _contacts;

    /// <summary>Whether a code is a button and not a key. C: the BTN_ ranges of linux/input-event-codes.h.</summary>
    public static bool IsButton(ushort code) => code is (>= 0x100 and < 0x160) or (>= 0x220 and < 0x224) or >= 0x2c0;

    /// <summary>Whether a key or button is down.</summary>
    public bool IsHeld(ushort code) => Held.Contains(code);

    /// <summary>Takes the motion that has summed up.</summary>
    public (int X, int Y) TakeMotion()
    {
        (int X, int Y) motion = Motion;
        Motion = default;
        return motion;
    }

    /// <summary>Takes in events of one device, whole packets.</summary>
    public void Apply(InputRole role, ReadOnlySpan<InputEvent> events)
    {
        foreach (ref readonly InputEvent input in events)
        {
            if (input.Type == EV_SYN)
            {
                LogPending(role);
                continue;
            }

            if (input.Type == EV_KEY)
            {
                // What moved before the click is told before the click. Where a finger is, is known at the end of its packet only.
                LogPointer(role);
            }

            EventCount++;
            switch (input.Type)
            {
                case EV_KEY:
                    ApplyKey(role, input);
                    break;
                case EV_REL:
                    ApplyRelative(role, input);
                    break;
                case EV_ABS:
                    ApplyAbsolute(role, input);
                    break;
                default:
                    LogOther(role, input);
                    break;
            }
        }

        LogPending(role);
    }

    private void ApplyKey(InputRole role, in InputEvent input)
    {
        int place = Held.IndexOf(input.Code);
        if (input.Value == 0)
        {
            if (place >= 0)
            {
                _held.AsSpan(place + 1, _heldCount - place - 1).CopyTo(_held.AsSpan(place));
                _heldCount--;
            }
        }
        else if (place < 0 && _heldCount < MaximumHeld)
        {
            _held[_heldCount++] = input.Code;
        }

        InputLog.Kind what = input.Value switch { 0 => InputLog.Kind.Up, 2 => InputLog.Kind.Repeat, _ => InputLog.Kind.Down };
        Log.Add(EventCount, role, what, input.Code);
    }

    private void ApplyRelative(InputRole role, in InputEvent input)
    {
        switch (input.Code)
        {
            case REL_X:
                _motionX = Sum(_motionX, input.Value);
                _motionIsPending = true;
                break;
            case REL_Y:
                _motionY = Sum(_motionY, input.Value);
                _motionIsPending = true;
                break;
            case REL_WHEEL:
                _wheelMotionY = Sum(_wheelMotionY, input.Value);
                break;
            case REL_HWHEEL:
                _wheelMotionX = Sum(_wheelMotionX, input.Value);
                break;
            default:
                LogOther(role, input);
                break;
        }
    }

    private void ApplyAbsolute(InputRole role, in InputEvent input)
    {
        switch (input.Code)
        {
            // A touch screen sends its first finger as ABS_X and ABS_Y too; that is no pointer.
            case ABS_X when role == InputRole.Pointer:
                AbsoluteX = input.Value;
                _positionIsPending = true;
                break;
            case ABS_Y when role == InputRole.Pointer:
                AbsoluteY = input.Value;
                _positionIsPending = true;
                break;
            case ABS_MT_SLOT:
                _slot = input.Value;
                break;
            case ABS_MT_TRACKING_ID when (uint)_slot < MaximumContacts:
                ref Contact contact = ref _contacts[_slot];
                if (input.Value < 0)
                {
                    contact = contact with { IsDown = false, HasNews = false };
                    Log.Add(EventCount, role, InputLog.Kind.TouchUp, (ushort)_slot);
                }
                else
                {
                    contact = contact with { IsDown = true, IsNew = true, HasNews = true };
                }

                break;
            case ABS_MT_POSITION_X when (uint)_slot < MaximumContacts:
                _contacts[_slot] = _contacts[_slot] with { X = input.Value, HasNews = true };
                break;
            case ABS_MT_POSITION_Y when (uint)_slot < MaximumContacts:
                _contacts[_slot] = _contacts[_slot] with { Y = input.Value, HasNews = true };
                break;
            case ABS_X or ABS_Y:
                break;
            default:
                LogOther(role, input);
                break;
        }
    }

    /// <summary>At the end of a packet: both coordinates are known, so what moved becomes one line.</summary>
    private void LogPending(InputRole role)
    {
        LogPointer(role);
        if (role == InputRole.Touch)
        {
            LogContacts(role);
        }
    }

    private void LogPointer(InputRole role)
    {
        if (_positionIsPending)
        {
            _positionIsPending = false;
            (HasPointer, IsAbsolute, Motion) = (true, true, default);
            Log.Add(EventCount, role, InputLog.Kind.Position, 0, AbsoluteX, AbsoluteY);
        }

        if (_motionIsPending)
        {
            _motionIsPending = false;
            (HasPointer, IsAbsolute) = (true, false);
            Motion = (Sum(Motion.X, _motionX), Sum(Motion.Y, _motionY));
            Log.Add(EventCount, role, InputLog.Kind.Motion, 0, _motionX, _motionY);
            (_motionX, _motionY) = (0, 0);
        }

        if ((_wheelMotionX | _wheelMotionY) != 0)
        {
            Wheel = (Sum(Wheel.Vertical, _wheelMotionY), Sum(Wheel.Horizontal, _wheelMotionX));
            Log.Add(EventCount, role, InputLog.Kind.Wheel, 0, _wheelMotionY, _wheelMotionX);
            (_wheelMotionX, _wheelMotionY) = (0, 0);
        }
    }

    private void LogContacts(InputRole role)
    {
        for (int slot = 0; slot < MaximumContacts; slot++)
        {
            ref Contact contact = ref _contacts[slot];
            if (contact.HasNews)
            {
                Log.Add(EventCount, role, contact.IsNew ? InputLog.Kind.TouchDown : InputLog.Kind.TouchMove, (ushort)slot, contact.X, contact.Y);
                contact = contact with { IsNew = false, HasNews = false };
            }
        }
    }

    private void LogOther(InputRole role, in InputEvent input) => Log.Add(EventCount, role, InputLog.Kind.Other, input.Code, input.Type, input.Value);

    /// <summary>A sum that stays at the ends of the range instead of wrapping: the values are a peer's, and may be anything.</summary>
    private static int Sum(int first, int second) => (int)Math.Clamp((long)first + second, int.MinValue, int.MaxValue);

    /// <summary>One finger.</summary>
    /// <param name="X">Position in the device's units.</param>
    /// <param name="Y">Position in the device's units.</param>
    /// <param name="IsDown">Whether it touches.</param>
    /// <param name="IsNew">Whether it came down in the packet that is being read.</param>
    /// <param name="HasNews">Whether the packet that is being read told something of it.</param>
    public readonly record struct Contact(int X, int Y, bool IsDown, bool IsNew, bool HasNews);
}
