using System.Runtime.InteropServices;
using Xenbus.Domain;
using Xenbus.Wire;
using Xenbus.Wire.Fbif;
using Xenbus.Wire.Kbdif;
using XenFbFront.Control;
using Xunit;

namespace XenFbFront.Tests.Control;

public sealed class RingWordsTests
{
    [Fact]
    public void Framebuffer_EachMessage_HasItsNumbers()
    {
        Assert.Equal("UPDATE 1,2 640x400", Words("vfb", true, new FramebufferUpdate { Type = FramebufferWire.UpdateType, X = 1, Y = 2, Width = 640, Height = 400 }));
        Assert.Equal(
            "RESIZE 640x400 stride 2560 depth 32 offset 0",
            Words("vfb", true, new FramebufferResize { Type = FramebufferWire.ResizeType, Width = 640, Height = 400, StrideBytes = 2560, Depth = 32 }));
        Assert.Equal("REFRESH_PERIOD 30 ms", Words("vfb", false, new FramebufferRefreshPeriod { Type = FramebufferWire.RefreshPeriodType, PeriodMs = 30 }));
        Assert.Equal("REFRESH_PERIOD 0: nobody looks", Words("vfb", false, new FramebufferRefreshPeriod { Type = FramebufferWire.RefreshPeriodType }));
        Assert.Equal("type 99", Words("vfb", false, new FramebufferRefreshPeriod { Type = 99 }));
    }

    [Fact]
    public void Keyboard_EachMessage_HasItsNumbers()
    {
        Assert.Equal("MOTION 3,-4", Words("vkbd", false, new KeyboardEvent { Type = KeyboardEventType.Motion, RelativeX = 3, RelativeY = -4 }));
        Assert.Equal("POS 3,4 wheel -1", Words("vkbd", false, new KeyboardEvent { Type = KeyboardEventType.Position, AbsoluteX = 3, AbsoluteY = 4, PositionZ = -1 }));
        Assert.Equal("MTOUCH DOWN contact 2 at 30,40", Words("vkbd", false, new KeyboardEvent { Type = KeyboardEventType.MultiTouch, MultiTouch = MultiTouchType.Down, ContactId = 2, TouchX = 30, TouchY = 40 }));
        Assert.Equal("MTOUCH SYN", Words("vkbd", false, new KeyboardEvent { Type = KeyboardEventType.MultiTouch, MultiTouch = MultiTouchType.Synchronise }));
        Assert.Equal("type 77", Words("vkbd", false, new KeyboardEvent { Type = (KeyboardEventType)77 }));
    }

    /// <summary>Each code that a keyboard can send is hidden; a button says nothing that was typed.</summary>
    [Fact]
    public void Key_IsHiddenUnlessAskedFor()
    {
        KeyboardEvent key = new() { Type = KeyboardEventType.Key, Pressed = 1 };
        for (key.Keycode = 1; key.Keycode < 256; key.Keycode++)
        {
            Assert.Equal("KEY *** pressed", Words("vkbd", false, key));
            Assert.Equal($"KEY {key.Keycode} pressed", RingWords.Of("vkbd", false, Slot(key), showsKeys: true));
        }

        Assert.Equal("KEY 272 released", Words("vkbd", false, new KeyboardEvent { Type = KeyboardEventType.Key, Keycode = 272 }));
    }

    [Theory]
    [InlineData(XenbusState.Initialised, XenbusState.InitWait, "waiting for the backend (Connected)")]
    [InlineData(XenbusState.Initialising, XenbusState.Initialising, "waiting for the backend (InitWait)")]
    [InlineData(XenbusState.Initialising, XenbusState.InitWait, "it is the frontend's turn (Initialised)")]
    [InlineData(XenbusState.Initialised, XenbusState.Connected, "it is the frontend's turn (Connected)")]
    [InlineData(XenbusState.Connected, XenbusState.Connected, "both are at work")]
    [InlineData(XenbusState.Closing, XenbusState.Connected, "waiting for the backend (Closing)")]
    [InlineData(XenbusState.Closed, XenbusState.Closing, "waiting for the backend (Closed)")]
    [InlineData(XenbusState.Initialised, XenbusState.Unknown, "there is no backend: its directory is gone, or may not be read")]
    public void States_SayWhoWaits(XenbusState ours, XenbusState theirs, string words) =>
        Assert.Equal(words, StateWords.Of(new(new("vfb", 0, "device/vfb/0", "/local/domain/0/backend/vfb/1/0", DomainId.Zero), ours, theirs, null, null, static () => [], static () => [])));

    private static string Words<T>(string type, bool isOut, T message)
        where T : unmanaged => RingWords.Of(type, isOut, Slot(message), showsKeys: false);

    private static byte[] Slot<T>(T message)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in message)).ToArray();
}
