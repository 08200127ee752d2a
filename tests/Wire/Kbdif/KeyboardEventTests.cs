using CsCheck;
using Xenbus.Wire.Kbdif;
using XenFbFront.Tests.Support;
using XenFbFront.Tests.Vectors;
using Xunit;

namespace XenFbFront.Tests.Wire.Kbdif;

public class KeyboardEventTests
{
    public static TheoryData<string> Kinds => [.. s_vectors.Keys];

    private static readonly Dictionary<string, (KeyboardEvent Event, byte[] Bytes)> s_vectors = new()
    {
        ["motion"] = (new() { Type = KeyboardEventType.Motion, RelativeX = -3, RelativeY = 700, RelativeZ = -1 }, KeyboardVectors.Motion),
        ["key"] = (new() { Type = KeyboardEventType.Key, Pressed = 1, Keycode = 0x110 }, KeyboardVectors.Key),
        ["position"] = (new() { Type = KeyboardEventType.Position, AbsoluteX = 32767, AbsoluteY = 5, PositionZ = 2 }, KeyboardVectors.Position),
        ["touch down"] = (Touch(MultiTouchType.Down, 9) with { TouchX = 1023, TouchY = 767 }, KeyboardVectors.TouchDown),
        ["touch up"] = (Touch(MultiTouchType.Up, 255), KeyboardVectors.TouchUp),
        ["touch motion"] = (Touch(MultiTouchType.Motion, 1) with { TouchX = -2, TouchY = 65536 }, KeyboardVectors.TouchMotion),
        ["touch synchronise"] = (Touch(MultiTouchType.Synchronise, 0), KeyboardVectors.TouchSynchronise),
        ["touch shape"] = (Touch(MultiTouchType.Shape, 2) with { Major = uint.MaxValue, Minor = 40 }, KeyboardVectors.TouchShape),
        ["touch orientation"] = (Touch(MultiTouchType.Orientation, 3) with { Orientation = -180 }, KeyboardVectors.TouchOrientation),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Print_EachKind_GivesTheVector(string kind) => Assert.Equal(s_vectors[kind].Bytes, StructBytes.Print(s_vectors[kind].Event));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parse_EachVector_GivesTheEvent(string kind) =>
        Assert.Equal(StructBytes.Print(s_vectors[kind].Event), StructBytes.Print(StructBytes.Parse<KeyboardEvent>(s_vectors[kind].Bytes)));

    [Fact]
    public void Parse_Vectors_GiveTheFieldsOfTheirKind()
    {
        KeyboardEvent motion = StructBytes.Parse<KeyboardEvent>(KeyboardVectors.Motion);
        KeyboardEvent key = StructBytes.Parse<KeyboardEvent>(KeyboardVectors.Key);
        KeyboardEvent position = StructBytes.Parse<KeyboardEvent>(KeyboardVectors.Position);
        KeyboardEvent down = StructBytes.Parse<KeyboardEvent>(KeyboardVectors.TouchDown);
        KeyboardEvent shape = StructBytes.Parse<KeyboardEvent>(KeyboardVectors.TouchShape);
        KeyboardEvent orientation = StructBytes.Parse<KeyboardEvent>(KeyboardVectors.TouchOrientation);

        Assert.Equal((KeyboardEventType.Motion, -3, 700, -1), (motion.Type, motion.RelativeX, motion.RelativeY, motion.RelativeZ));
        Assert.Equal((KeyboardEventType.Key, (byte)1, 0x110u), (key.Type, key.Pressed, key.Keycode));
        Assert.Equal((KeyboardEventType.Position, 32767, 5, 2), (position.Type, position.AbsoluteX, position.AbsoluteY, position.PositionZ));
        Assert.Equal((MultiTouchType.Down, (byte)9, 1023, 767), (down.MultiTouch, down.ContactId, down.TouchX, down.TouchY));
        Assert.Equal((MultiTouchType.Shape, (byte)2, uint.MaxValue, 40u), (shape.MultiTouch, shape.ContactId, shape.Major, shape.Minor));
        Assert.Equal((MultiTouchType.Orientation, (byte)3, (short)-180), (orientation.MultiTouch, orientation.ContactId, orientation.Orientation));
    }

    /// <summary>A backend may send any bytes: all of them are some event, and they are kept.</summary>
    [Fact]
    public void Parse_AnyBytes_RoundTrip() => Gen.Byte.Array[40].Sample(bytes =>
        StructBytes.Print(StructBytes.Parse<KeyboardEvent>(bytes)).AsSpan().SequenceEqual(bytes));

    private static KeyboardEvent Touch(MultiTouchType type, byte contact) => new() { Type = KeyboardEventType.MultiTouch, MultiTouch = type, ContactId = contact };
}
