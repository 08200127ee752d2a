using Xenbus.Wire.Kbdif;
using XenFbFront.Input;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Vkbd;

/// <summary>Turns events of the keyboard protocol into events of the kernel's input subsystem: pure, and the backend's numbers are checked here.</summary>
/// <remarks>Same event and same state give the same result: after a take-over what was already delivered is translated again to learn the state.</remarks>
public static class KeyTranslator
{
    /// <summary>Events that one protocol event becomes at most.</summary>
    public const int MaxEvents = 8;

    /// <summary>Wheel notches in one event beyond this are a broken backend's.</summary>
    private const int MaxWheel = 127;

    /// <summary>Pixels of motion in one event beyond this are a broken backend's.</summary>
    private const int MaxMotion = 32767;

    private const int HiResPerNotch = 120;

    /// <summary>The input device that an event is for, or null when it is for none.</summary>
    public static InputRole? RoleOf(in KeyboardEvent source) => source.Type switch
    {
        KeyboardEventType.Key when IsButton(source.Keycode) => InputRole.Pointer,
        KeyboardEventType.Key when IsKey(source.Keycode) => InputRole.Keyboard,
        KeyboardEventType.Motion or KeyboardEventType.Position => InputRole.Pointer,
        KeyboardEventType.MultiTouch => InputRole.Touch,
        _ => null,
    };

    /// <summary>The key or button that an event is about, or 0.</summary>
    public static ushort KeyOf(in KeyboardEvent source) =>
        source.Type == KeyboardEventType.Key && source.Keycode <= KEY_MAX ? (ushort)source.Keycode : (ushort)0;

    /// <summary>Translates one event.</summary>
    /// <param name="source">A private copy of the slot, for an existing device of its role.</param>
    /// <param name="modes">What was agreed with the backend.</param>
    /// <param name="state">Changed by the event.</param>
    /// <param name="output">Room for <see cref="MaxEvents"/>.</param>
    /// <returns>Events written; 0 for an event that changes nothing or makes no sense.</returns>
    public static int Translate(in KeyboardEvent source, in VkbdModes modes, ref VkbdState state, Span<InputEvent> output) => source.Type switch
    {
        KeyboardEventType.Key => Key(source, ref state, output),
        KeyboardEventType.Motion => Motion(source, modes, output),
        KeyboardEventType.Position => Position(source, modes, output),
        KeyboardEventType.MultiTouch => MultiTouch(source, modes, ref state, output),
        _ => 0,
    };

    /// <summary>Releases everything of a role that is held.</summary>
    /// <param name="role">Keyboard or pointer: keys or buttons; touch: fingers.</param>
    /// <param name="state">Nothing of the role is held afterwards, unless the output was too short.</param>
    /// <param name="output">A key takes two events, a finger two, and one ends the touch packet.</param>
    /// <returns>Events written.</returns>
    public static int ReleaseAll(InputRole role, ref VkbdState state, Span<InputEvent> output)
    {
        int count = 0;
        if (role == InputRole.Touch)
        {
            for (int contact = 0; contact < 64 && count + 4 <= output.Length; contact++)
            {
                if ((state.Touching >> contact & 1) != 0)
                {
                    state.Touching &= ~(1ul << contact);
                    output[count++] = new(EV_ABS, ABS_MT_SLOT, contact);
                    output[count++] = new(EV_ABS, ABS_MT_TRACKING_ID, -1);
                }
            }

            if (count > 0)
            {
                output[count++] = new(EV_KEY, BTN_TOUCH, 0);
                output[count++] = new(EV_SYN, SYN_REPORT, 0);
            }

            return count;
        }

        for (uint code = 0; code <= KEY_MAX && count + 2 <= output.Length; code++)
        {
            if (state.IsHeld((int)code) && IsButton(code) == (role == InputRole.Pointer))
            {
                state.SetHeld((int)code, false);
                output[count++] = new(EV_KEY, (ushort)code, 0);
                output[count++] = new(EV_SYN, SYN_REPORT, 0);
            }
        }

        return count;
    }

    private static bool IsButton(uint code) => code is >= BTN_LEFT and <= BTN_TASK;

    /// <summary>Keys lie below the buttons of mice, joysticks and pens (0x100 to 0x15f) and above them.</summary>
    private static bool IsKey(uint code) => code is > 0 and < 0x100 or >= 0x160 and <= KEY_MAX;

    private static int Key(in KeyboardEvent source, ref VkbdState state, Span<InputEvent> output)
    {
        int code = (int)source.Keycode;
        bool isDown = source.Pressed != 0;
        bool wasDown = state.IsHeld(code);
        int value = isDown ? 1 : 0;
        if (isDown && wasDown)
        {
            if (IsButton(source.Keycode))
            {
                return 0;
            }

            // The backend repeats keys by pressing them again; the input core knows value 2 for that and passes it on as it is.
            value = 2;
        }
        else if (isDown == wasDown)
        {
            return 0;
        }

        state.SetHeld(code, isDown);
        output[0] = new(EV_KEY, (ushort)code, value);
        output[1] = new(EV_SYN, SYN_REPORT, 0);
        return 2;
    }

    private static int Motion(in KeyboardEvent source, in VkbdModes modes, Span<InputEvent> output)
    {
        int count = 0;
        if (modes.IsAbsolute == 0)
        {
            count = Add(output, count, EV_REL, REL_X, Math.Clamp(source.RelativeX, -MaxMotion, MaxMotion));
            count = Add(output, count, EV_REL, REL_Y, Math.Clamp(source.RelativeY, -MaxMotion, MaxMotion));
        }

        return EndPacket(output, AddWheel(output, count, source.RelativeZ));
    }

    private static int Position(in KeyboardEvent source, in VkbdModes modes, Span<InputEvent> output)
    {
        int count = 0;
        if (modes.IsAbsolute != 0)
        {
            output[count++] = new(EV_ABS, ABS_X, Math.Clamp(source.AbsoluteX, 0, modes.MaxX));
            output[count++] = new(EV_ABS, ABS_Y, Math.Clamp(source.AbsoluteY, 0, modes.MaxY));
        }

        return EndPacket(output, AddWheel(output, count, source.PositionZ));
    }

    private static int MultiTouch(in KeyboardEvent source, in VkbdModes modes, ref VkbdState state, Span<InputEvent> output)
    {
        if (source.MultiTouch == MultiTouchType.Synchronise)
        {
            return EndPacket(output, 0, isEmptyPacketDue: true);
        }

        int contact = source.ContactId;
        if (contact >= modes.ContactCount)
        {
            return 0;
        }

        ulong bit = 1ul << contact;
        bool isTouching = (state.Touching & bit) != 0;
        if (!isTouching && source.MultiTouch != MultiTouchType.Down)
        {
            return 0;
        }

        int count = 0;
        output[count++] = new(EV_ABS, ABS_MT_SLOT, contact);
        switch (source.MultiTouch)
        {
            case MultiTouchType.Down:
                if (!isTouching)
                {
                    output[count++] = new(EV_ABS, ABS_MT_TRACKING_ID, state.NextTrackingId);
                    // C: tracking ids are 16 bits in the input core's own drivers.
                    state.NextTrackingId = (state.NextTrackingId + 1) & 0xffff;
                    if (state.Touching == 0)
                    {
                        output[count++] = new(EV_KEY, BTN_TOUCH, 1);
                    }

                    state.Touching |= bit;
                }

                return AddTouchPosition(source, modes, state, output, count);
            case MultiTouchType.Motion:
                return AddTouchPosition(source, modes, state, output, count);
            case MultiTouchType.Up:
                output[count++] = new(EV_ABS, ABS_MT_TRACKING_ID, -1);
                state.Touching &= ~bit;
                if (state.Touching == 0)
                {
                    output[count++] = new(EV_KEY, BTN_TOUCH, 0);
                }

                return count;
            case MultiTouchType.Shape:
                output[count++] = new(EV_ABS, ABS_MT_TOUCH_MAJOR, ShapeSide(source.Major, modes));
                output[count++] = new(EV_ABS, ABS_MT_TOUCH_MINOR, ShapeSide(source.Minor, modes));
                return count;
            case MultiTouchType.Orientation:
                output[count++] = new(EV_ABS, ABS_MT_ORIENTATION, Math.Clamp((int)source.Orientation, -180, 180));
                return count;
            default:
                return 0;
        }
    }

    /// <summary>The lowest finger is also told as a single pointer, for programs that know only one.</summary>
    private static int AddTouchPosition(in KeyboardEvent source, in VkbdModes modes, in VkbdState state, Span<InputEvent> output, int count)
    {
        int x = Math.Clamp(source.TouchX, 0, modes.TouchMaxX), y = Math.Clamp(source.TouchY, 0, modes.TouchMaxY);
        output[count++] = new(EV_ABS, ABS_MT_POSITION_X, x);
        output[count++] = new(EV_ABS, ABS_MT_POSITION_Y, y);
        if ((state.Touching & (1ul << source.ContactId) - 1) == 0)
        {
            output[count++] = new(EV_ABS, ABS_X, x);
            output[count++] = new(EV_ABS, ABS_Y, y);
        }

        return count;
    }

    /// <summary>A contact is no larger than the surface, which is what the touch device declares.</summary>
    private static int ShapeSide(uint pixels, in VkbdModes modes) => (int)Math.Min(pixels, (uint)Math.Max(modes.TouchMaxX, modes.TouchMaxY));

    private static int AddWheel(Span<InputEvent> output, int count, int notches)
    {
        // The protocol counts downwards, the input core upwards.
        int upwards = -Math.Clamp(notches, -MaxWheel, MaxWheel);
        count = Add(output, count, EV_REL, REL_WHEEL, upwards);
        return Add(output, count, EV_REL, REL_WHEEL_HI_RES, upwards * HiResPerNotch);
    }

    private static int Add(Span<InputEvent> output, int count, ushort type, ushort code, int value)
    {
        if (value == 0)
        {
            return count;
        }

        output[count] = new(type, code, value);
        return count + 1;
    }

    private static int EndPacket(Span<InputEvent> output, int count, bool isEmptyPacketDue = false)
    {
        if (count > 0 || isEmptyPacketDue)
        {
            output[count++] = new(EV_SYN, SYN_REPORT, 0);
        }

        return count;
    }
}
