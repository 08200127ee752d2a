using Xenbus.Wire.Kbdif;
using XenFbFront.Input;
using XenFbFront.Vkbd;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Vkbd;

public sealed class KeyTranslatorTests
{
    private static readonly (int, int, int) s_syn = (EV_SYN, SYN_REPORT, 0);

    private readonly VkbdModes _absolute = new()
    {
        HasKeyboard = 1,
        HasPointer = 1,
        IsAbsolute = 1,
        IsRaw = 1,
        MaxX = 32767,
        MaxY = 32767,
        ContactCount = 5,
        TouchMaxX = 799,
        TouchMaxY = 599,
    };

    private readonly VkbdModes _relative = new() { HasKeyboard = 1, HasPointer = 1, MaxX = 799, MaxY = 599 };
    private VkbdState _state;

    [Fact]
    public void Key_DownRepeatUp_IsOneTwoZero()
    {
        Assert.Equal([(EV_KEY, 30, 1), s_syn], Translate(Key(30, 1)));
        Assert.Equal([(EV_KEY, 30, 2), s_syn], Translate(Key(30, 1)));
        Assert.Equal([(EV_KEY, 30, 2), s_syn], Translate(Key(30, 255)));
        Assert.Equal([(EV_KEY, 30, 0), s_syn], Translate(Key(30, 0)));
        Assert.Empty(Translate(Key(30, 0)));
    }

    [Fact]
    public void Button_PressedAgain_IsNotRepeated()
    {
        Assert.Equal([(EV_KEY, BTN_LEFT, 1), s_syn], Translate(Key(BTN_LEFT, 1)));
        Assert.Empty(Translate(Key(BTN_LEFT, 1)));
        Assert.Equal([(EV_KEY, BTN_LEFT, 0), s_syn], Translate(Key(BTN_LEFT, 0)));
    }

    [Theory]
    [InlineData(0u, null)]
    [InlineData(1u, InputRole.Keyboard)]
    [InlineData(0xffu, InputRole.Keyboard)]
    [InlineData(0x100u, null)]
    [InlineData(0x10fu, null)]
    [InlineData(0x110u, InputRole.Pointer)]
    [InlineData(0x117u, InputRole.Pointer)]
    [InlineData(0x118u, null)]
    [InlineData(0x14au, null)]
    [InlineData(0x15fu, null)]
    [InlineData(0x160u, InputRole.Keyboard)]
    [InlineData(0x2ffu, InputRole.Keyboard)]
    [InlineData(0x300u, null)]
    [InlineData(0x80000000u, null)]
    [InlineData(0xffffffffu, null)]
    public void Keycode_BelongsToAKeyboardAPointerOrNobody(uint keycode, InputRole? expected) =>
        Assert.Equal(expected, KeyTranslator.RoleOf(Key(keycode, 1)));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(255)]
    public void UnknownType_IsNobodysAndNothing(byte type)
    {
        KeyboardEvent source = new() { Type = (KeyboardEventType)type };
        Assert.Null(KeyTranslator.RoleOf(source));
        Assert.Empty(Translate(source));
        Assert.Equal(0, KeyTranslator.KeyOf(source));
    }

    [Fact]
    public void Wheel_CountsTheOtherWay_AndInHighResolutionToo()
    {
        Assert.Equal([(EV_REL, REL_WHEEL, -1), (EV_REL, REL_WHEEL_HI_RES, -120), s_syn], Translate(new() { Type = KeyboardEventType.Motion, RelativeZ = 1 }));
        Assert.Equal([(EV_REL, REL_WHEEL, 2), (EV_REL, REL_WHEEL_HI_RES, 240), s_syn], Translate(new() { Type = KeyboardEventType.Motion, RelativeZ = -2 }));
        Assert.Equal(
            [(EV_REL, REL_WHEEL, 127), (EV_REL, REL_WHEEL_HI_RES, 15240), s_syn],
            Translate(new() { Type = KeyboardEventType.Motion, RelativeZ = int.MinValue }));
    }

    [Fact]
    public void Motion_OfARelativePointer_IsPassedWithinReason()
    {
        Assert.Equal([(EV_REL, REL_X, 3), (EV_REL, REL_Y, -4), s_syn], Translate(new() { Type = KeyboardEventType.Motion, RelativeX = 3, RelativeY = -4 }, _relative));
        Assert.Equal(
            [(EV_REL, REL_X, 32767), (EV_REL, REL_Y, -32767), s_syn],
            Translate(new() { Type = KeyboardEventType.Motion, RelativeX = int.MaxValue, RelativeY = int.MinValue }, _relative));
        Assert.Empty(Translate(new() { Type = KeyboardEventType.Motion }, _relative));
    }

    [Fact]
    public void Position_OfAnAbsolutePointer_IsCutToItsRange()
    {
        Assert.Equal([(EV_ABS, ABS_X, 5), (EV_ABS, ABS_Y, 6), s_syn], Translate(new() { Type = KeyboardEventType.Position, AbsoluteX = 5, AbsoluteY = 6 }));
        Assert.Equal(
            [(EV_ABS, ABS_X, 0), (EV_ABS, ABS_Y, 32767), (EV_REL, REL_WHEEL, -1), (EV_REL, REL_WHEEL_HI_RES, -120), s_syn],
            Translate(new() { Type = KeyboardEventType.Position, AbsoluteX = -1, AbsoluteY = int.MaxValue, PositionZ = 1 }));
    }

    [Fact]
    public void PointerEventOfTheOtherKind_GivesOnlyItsWheel()
    {
        Assert.Empty(Translate(new() { Type = KeyboardEventType.Position, AbsoluteX = 5 }, _relative));
        Assert.Empty(Translate(new() { Type = KeyboardEventType.Motion, RelativeX = 5 }));
        Assert.Equal(3, Translate(new() { Type = KeyboardEventType.Position, AbsoluteX = 5, PositionZ = 1 }, _relative).Count);
    }

    [Fact]
    public void Touch_OneFinger_IsAPacketOfProtocolB()
    {
        Assert.Equal(
            [
                (EV_ABS, ABS_MT_SLOT, 0), (EV_ABS, ABS_MT_TRACKING_ID, 0), (EV_KEY, BTN_TOUCH, 1),
                (EV_ABS, ABS_MT_POSITION_X, 10), (EV_ABS, ABS_MT_POSITION_Y, 20), (EV_ABS, ABS_X, 10), (EV_ABS, ABS_Y, 20),
            ],
            Translate(Touch(MultiTouchType.Down, 0, 10, 20)));
        Assert.Equal([s_syn], Translate(Touch(MultiTouchType.Synchronise, 0)));
        Assert.Equal(
            [(EV_ABS, ABS_MT_SLOT, 0), (EV_ABS, ABS_MT_POSITION_X, 11), (EV_ABS, ABS_MT_POSITION_Y, 20), (EV_ABS, ABS_X, 11), (EV_ABS, ABS_Y, 20)],
            Translate(Touch(MultiTouchType.Motion, 0, 11, 20)));
        Assert.Equal([(EV_ABS, ABS_MT_SLOT, 0), (EV_ABS, ABS_MT_TRACKING_ID, -1), (EV_KEY, BTN_TOUCH, 0)], Translate(Touch(MultiTouchType.Up, 0)));
    }

    [Fact]
    public void Touch_SecondFinger_HasItsOwnIdAndMovesNoPointer()
    {
        Translate(Touch(MultiTouchType.Down, 0, 10, 20));
        Assert.Equal(
            [(EV_ABS, ABS_MT_SLOT, 3), (EV_ABS, ABS_MT_TRACKING_ID, 1), (EV_ABS, ABS_MT_POSITION_X, 799), (EV_ABS, ABS_MT_POSITION_Y, 0)],
            Translate(Touch(MultiTouchType.Down, 3, int.MaxValue, -7)));
        Assert.Equal([(EV_ABS, ABS_MT_SLOT, 0), (EV_ABS, ABS_MT_TRACKING_ID, -1)], Translate(Touch(MultiTouchType.Up, 0)));
        Assert.Equal([(EV_ABS, ABS_MT_SLOT, 3), (EV_ABS, ABS_MT_TRACKING_ID, -1), (EV_KEY, BTN_TOUCH, 0)], Translate(Touch(MultiTouchType.Up, 3)));
    }

    [Theory]
    [InlineData(MultiTouchType.Down, 255)]
    [InlineData(MultiTouchType.Down, 5)]
    [InlineData(MultiTouchType.Up, 0)]
    [InlineData(MultiTouchType.Motion, 0)]
    [InlineData(MultiTouchType.Shape, 0)]
    [InlineData(MultiTouchType.Orientation, 64)]
    [InlineData((MultiTouchType)6, 0)]
    [InlineData((MultiTouchType)255, 255)]
    public void Touch_OfNoFingerThatIsDownOrCanBe_IsNothing(MultiTouchType type, byte contact) =>
        Assert.Empty(Translate(Touch(type, contact, 1, 1)));

    [Fact]
    public void Touch_ShapeAndAngle_AreCutToTheirRange()
    {
        Translate(Touch(MultiTouchType.Down, 1, 1, 1));
        Assert.Equal(
            [(EV_ABS, ABS_MT_SLOT, 1), (EV_ABS, ABS_MT_TOUCH_MAJOR, 799), (EV_ABS, ABS_MT_TOUCH_MINOR, 7)],
            Translate(new() { Type = KeyboardEventType.MultiTouch, MultiTouch = MultiTouchType.Shape, ContactId = 1, Major = uint.MaxValue, Minor = 7 }));
        Assert.Equal(
            [(EV_ABS, ABS_MT_SLOT, 1), (EV_ABS, ABS_MT_ORIENTATION, -180)],
            Translate(new() { Type = KeyboardEventType.MultiTouch, MultiTouch = MultiTouchType.Orientation, ContactId = 1, Orientation = short.MinValue }));
    }

    [Fact]
    public void NoTouchDevice_NoContactIsValid() => Assert.Empty(Translate(Touch(MultiTouchType.Down, 0), _relative));

    [Fact]
    public void ReleaseAll_ReleasesEachOnceAndOnlyTheRolesOwn()
    {
        Translate(Key(30, 1));
        Translate(Key(0x2ff, 1));
        Translate(Key(BTN_RIGHT, 1));
        Translate(Touch(MultiTouchType.Down, 2, 1, 1));
        Assert.Equal([(EV_KEY, 30, 0), s_syn, (EV_KEY, 0x2ff, 0), s_syn], Release(InputRole.Keyboard, 100));
        Assert.Empty(Release(InputRole.Keyboard, 100));
        Assert.Equal([(EV_KEY, BTN_RIGHT, 0), s_syn], Release(InputRole.Pointer, 100));
        Assert.Equal([(EV_ABS, ABS_MT_SLOT, 2), (EV_ABS, ABS_MT_TRACKING_ID, -1), (EV_KEY, BTN_TOUCH, 0), s_syn], Release(InputRole.Touch, 100));
        Assert.Empty(Release(InputRole.Touch, 100));
    }

    /// <summary>At each length of the output: never beyond its end, and several calls release everything.</summary>
    [Fact]
    public void ReleaseAll_IntoAShortOutput_ReleasesWhatFits()
    {
        for (int room = 4; room < 20; room++)
        {
            _state = default;
            for (byte contact = 0; contact < 5; contact++)
            {
                Translate(Key(30u + contact, 1));
                Translate(Touch(MultiTouchType.Down, contact, 1, 1));
            }

            foreach (InputRole role in (ReadOnlySpan<InputRole>)[InputRole.Keyboard, InputRole.Touch])
            {
                int calls = 0;
                while (Release(role, room).Count > 0)
                {
                    Assert.True(++calls < 10);
                }
            }

            Assert.Equal(0ul, _state.Touching);
            Assert.False(_state.IsHeld(30) || _state.IsHeld(34));
        }
    }

    /// <summary>Whatever a backend writes into a slot: no exception, no more output than promised, nothing outside the declared ranges.</summary>
    [Fact]
    public void RandomSlots_StayInRange()
    {
        Random random = new(3);
        byte[] slot = new byte[40];
        for (int i = 0; i < 200_000; i++)
        {
            random.NextBytes(slot);
            slot[0] = (byte)random.Next(0, 7);
            slot[1] = (byte)random.Next(0, 8);
            slot[2] = (byte)(random.Next(3) == 0 ? slot[2] : random.Next(0, 6));
            KeyboardEvent source = Support.StructBytes.Parse<KeyboardEvent>(slot);
            if (KeyTranslator.RoleOf(source) is null)
            {
                continue;
            }

            foreach ((int type, int code, int value) in Translate(source, random.Next(2) == 0 ? _absolute : _relative))
            {
                bool isInRange = (type, code) switch
                {
                    (EV_KEY, _) => code is > 0 and <= KEY_MAX && value is >= 0 and <= 2,
                    (EV_ABS, ABS_MT_SLOT) => value is >= 0 and < 5,
                    (EV_ABS, ABS_MT_TRACKING_ID) => value is >= -1 and <= 0xffff,
                    (EV_ABS, ABS_MT_ORIENTATION) => value is >= -180 and <= 180,
                    (EV_ABS, _) => value is >= 0 and <= 32767,
                    (EV_REL, _) => value is >= -32767 and <= 32767,
                    _ => (type, code, value) == s_syn,
                };
                Assert.True(isInRange, $"{type} {code} {value} of {Convert.ToHexString(slot)}");
            }
        }
    }

    private static KeyboardEvent Key(uint keycode, byte pressed) => new() { Type = KeyboardEventType.Key, Keycode = keycode, Pressed = pressed };

    private static KeyboardEvent Touch(MultiTouchType type, byte contact, int x = 0, int y = 0) =>
        new() { Type = KeyboardEventType.MultiTouch, MultiTouch = type, ContactId = contact, TouchX = x, TouchY = y };

    private List<(int Type, int Code, int Value)> Translate(KeyboardEvent source) => Translate(source, _absolute);

    private List<(int Type, int Code, int Value)> Translate(KeyboardEvent source, in VkbdModes modes)
    {
        InputEvent[] output = new InputEvent[KeyTranslator.MaxEvents];
        return List(output.AsSpan(0, KeyTranslator.Translate(source, modes, ref _state, output)));
    }

    private List<(int Type, int Code, int Value)> Release(InputRole role, int room)
    {
        InputEvent[] output = new InputEvent[room];
        return List(output.AsSpan(0, KeyTranslator.ReleaseAll(role, ref _state, output)));
    }

    private static List<(int Type, int Code, int Value)> List(ReadOnlySpan<InputEvent> events)
    {
        List<(int, int, int)> list = [];
        foreach (InputEvent item in events)
        {
            list.Add((item.Type, item.Code, item.Value));
        }

        return list;
    }
}
