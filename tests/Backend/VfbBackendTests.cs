using Xenbus.Wire;
using XenFbFront.Backend;
using XenFbFront.Tests.Backend.Support;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Backend;

public class VfbBackendTests
{
    [Theory]
    [InlineData(32, "x86_64-abi")]
    [InlineData(32, "x86_32-abi")]
    [InlineData(32, "arm-abi")]
    [InlineData(32, null)]
    [InlineData(24, "x86_64-abi")]
    [InlineData(16, "x86_64-abi")]
    [InlineData(8, "x86_64-abi")]
    public void Connect_AnyDepthAndLayout_ShowsThePicture(int depth, string? protocol)
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new(rig, 300, 200, depth, stride: 300 * depth / 8 + 4, protocol: protocol);
        new Random(depth).NextBytes(frontend.Pixels.Bytes);
        frontend.Connect();

        uint[] expected = new uint[300 * 200];
        for (int y = 0; y < 200; y++)
        {
            PixelConverter.Convert(frontend.Pixels.Bytes[(y * frontend.Stride)..], depth, expected.AsSpan(y * 300, 300));
        }

        Assert.Equal((300, 200), (rig.Host.Screen.Width, rig.Host.Screen.Height));
        Assert.Equal(expected, rig.Host.Screen.Pixels.ToArray());
    }

    [Theory]
    [InlineData("x86_64-abi")]
    [InlineData("x86_32-abi")]
    public void Connect_SeveralDirectoryPages_MapsEveryPageAtItsPlace(string protocol)
    {
        // 1920 * 1200 * 4 bytes are 2250 pages: five directory pages of 512 entries, three of 1024.
        using BackendRig rig = new();
        using ScriptedVfb frontend = new(rig, 1920, 1200, protocol: protocol);
        for (int y = 0; y < 1200; y++)
        {
            frontend.SetPixel(y, y, (uint)(y + 1));
        }

        frontend.Connect();
        for (int y = 0; y < 1200; y++)
        {
            Assert.Equal((uint)(y + 1), rig.Host.Screen.Pixels[y * 1920 + y]);
        }
    }

    [Fact]
    public void Update_AfterQuiet_IsShownAtOnceAndOnlyThere()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        rig.Advance(16);
        List<(ScreenRectangle, bool)> shown = [];
        rig.Host.Screen.Changed += (rectangle, resized) => shown.Add((rectangle, resized));
        frontend.SetPixel(10, 5, 0xff112233);
        frontend.SetPixel(20, 5, 0xff445566);
        long before = rig.Vfb.Counters.PixelsConverted;

        frontend.Update(10, 5, 2, 1);
        Assert.Equal([(new ScreenRectangle(10, 5, 2, 1), false)], shown);
        Assert.Equal(0x112233u, rig.Host.Screen.Pixels[5 * 64 + 10]);
        Assert.Equal(0u, rig.Host.Screen.Pixels[5 * 64 + 20]);
        Assert.Equal(2, rig.Vfb.Counters.PixelsConverted - before);
        Assert.Equal(1u, frontend.Word(8));
        Assert.True(frontend.TakeNotification());
    }

    [Fact]
    public void Updates_DuringTheRefreshTime_AreShownTogetherAtItsEnd()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        rig.Advance(16);
        frontend.Update(0, 0, 1, 1);
        long before = rig.Vfb.Counters.Refreshes;
        frontend.Update(1, 0, 1, 1);
        frontend.Update(2, 0, 1, 1);
        rig.Advance(15);
        Assert.Equal(before, rig.Vfb.Counters.Refreshes);
        rig.Advance(1);
        Assert.Equal(before + 1, rig.Vfb.Counters.Refreshes);
        // The refresh was followed by a quiet time, after which no timer runs.
        rig.Advance(16);
        Assert.Null(rig.Loop.TimeToNextTimer());
        Assert.Equal(before + 1, rig.Vfb.Counters.Refreshes);
    }

    [Theory]
    [InlineData(8, 0, 8)]
    [InlineData(9, 1, 64 * 48)]
    [InlineData(51, 1, 64 * 48)]
    public void Updates_OfOneRefresh_BecomeTheWholeScreenFromTheNinth(int count, int fallbacks, int pixels)
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        rig.Advance(16);
        long before = rig.Vfb.Counters.PixelsConverted;
        for (int i = 0; i < count; i++)
        {
            frontend.Update(i, 0, 1, 1, notifies: false);
        }

        frontend.Notify();
        Assert.Equal(fallbacks, rig.Vfb.Counters.FullScreenFallbacks);
        Assert.Equal(count, rig.Vfb.Counters.Rectangles);
        Assert.Equal(pixels, rig.Vfb.Counters.PixelsConverted - before);
        Assert.Equal((uint)count, frontend.Word(8));
    }

    [Fact]
    public void Update_PartlyOrNotOnTheScreen_IsClippedOrIgnored()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        rig.Advance(16);
        long before = rig.Vfb.Counters.PixelsConverted;
        frontend.Update(60, 40, int.MaxValue, int.MaxValue, notifies: false);
        frontend.Update(-10, -10, 5, 5, notifies: false);
        frontend.Update(5, 5, -1, 5);
        Assert.Equal(4 * 8, rig.Vfb.Counters.PixelsConverted - before);
        Assert.Equal((1, 2), (rig.Vfb.Counters.Rectangles, rig.Vfb.Counters.EmptyRectangles));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void UpdatesNotOfferedOrNotWanted_WholeScreenEachTick(bool feature, bool wanted)
    {
        using BackendRig rig = new(new() { RequestsUpdates = wanted, RefreshMs = 20 });
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect(tellsUpdates: feature);
        Assert.NotEqual("1", rig.BackendNode("vfb", "request-update"));
        for (uint i = 1; i <= 5; i++)
        {
            frontend.SetPixel(3, 3, i);
            rig.Advance(20);
            Assert.Equal(i, rig.Host.Screen.Pixels[3 * 64 + 3]);
        }

        Assert.Equal(6, rig.Vfb.Counters.Refreshes);
    }

    [Fact]
    public void Resize_WithinTheMemory_ShowsTheNewSizeFromTheOffset()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        rig.Advance(16);
        frontend.Pixels.Bytes[1000] = 0x77;
        bool? wasResize = null;
        rig.Host.Screen.Changed += (_, resized) => wasResize = resized;
        frontend.Resize(32, 20, 128, 32, 1000);
        Assert.True(wasResize);
        Assert.Equal((32, 20), (rig.Host.Screen.Width, rig.Host.Screen.Height));
        Assert.Equal(0x77u, rig.Host.Screen.Pixels[0]);
    }

    [Fact]
    public void Resize_OfOffsetOnly_IsAFlipNotAResize()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new(rig, 64, 96);
        frontend.SetWord(20, 48);
        frontend.Connect();
        rig.Advance(16);
        frontend.Pixels.Bytes[48 * 256] = 0x55;
        bool? wasResize = null;
        rig.Host.Screen.Changed += (_, resized) => wasResize = resized;
        frontend.Resize(64, 48, 256, 32, 48 * 256);
        Assert.False(wasResize);
        Assert.Equal(0x55u, rig.Host.Screen.Pixels[0]);
    }

    [Fact]
    public void Resize_BeyondTheMemoryAtConnect_IsCutOrIgnored()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        rig.Advance(16);
        frontend.Resize(64, 480, 256, 32, 0);
        Assert.Equal(48, rig.Host.Screen.Height);
        rig.Advance(16);
        frontend.Resize(64, 48, 256, 32, 64 * 48 * 4);
        frontend.Resize(64, 48, 0, 32, 0);
        frontend.Resize(64, 48, 256, 12, 0);
        Assert.Equal(3, rig.Vfb.Counters.RejectedResizes);
        Assert.Equal(XenbusState.Connected, frontend.BackendState);
    }

    [Fact]
    public void Videoram_SmallerThanTheMemory_CutsTheHeight()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new(rig, 1024, 512);
        frontend.Write("videoram", 1);
        frontend.Connect();
        Assert.Equal(256, rig.Host.Screen.Height);
        Assert.Equal(1 << 20, rig.Vfb.LengthBytes);
    }

    [Fact]
    public void RefreshPeriod_BeforeAndWhileConnected_IsSentToAFrontendThatTellsUpdates()
    {
        using BackendRig rig = new();
        rig.Host.Input.RefreshPeriod(40);
        rig.Settle();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        Assert.Equal(1u, frontend.Word(4));
        Assert.Equal((1u, 40u), (frontend.Word(1024), frontend.Word(1028)));
        rig.Host.Input.RefreshPeriod(0);
        rig.Settle();
        Assert.Equal(2u, frontend.Word(4));
        Assert.Equal((1u, 0u), (frontend.Word(1064), frontend.Word(1068)));
    }

    [Fact]
    public void RefreshPeriod_FrontendWithoutUpdates_IsNotSent()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect(tellsUpdates: false);
        rig.Host.Input.RefreshPeriod(40);
        rig.Settle();
        Assert.Equal(0u, frontend.Word(4));
    }

    [Fact]
    public void RefreshPeriod_RingFull_NewestIsSentWhenThereIsRoom()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        for (uint i = 0; i < 25; i++)
        {
            Assert.True(rig.Vfb.SendRefreshPeriod(i));
        }

        Assert.False(rig.Vfb.SendRefreshPeriod(100));
        Assert.False(rig.Vfb.SendRefreshPeriod(101));
        Assert.Equal(25u, frontend.Word(4));
        frontend.SetWord(0, 25);
        frontend.Notify();
        Assert.Equal(26u, frontend.Word(4));
        Assert.Equal(101u, frontend.Word(1028));
    }

    [Fact]
    public void Notification_WithNothingInTheRing_IsAnsweredAllTheSame()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        frontend.TakeNotification();
        frontend.Notify();
        Assert.True(frontend.TakeNotification());
    }

    [Fact]
    public void StopDraining_LeavesTheRingUntilResumed()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        rig.Advance(16);
        frontend.TakeNotification();
        rig.Vfb.StopDraining();
        for (int i = 0; i < 51; i++)
        {
            frontend.Update(i, 0, 1, 1);
        }

        Assert.Equal(0u, frontend.Word(8));
        Assert.False(frontend.TakeNotification());
        rig.Vfb.ResumeDraining();
        Assert.Equal(51u, frontend.Word(8));
        Assert.Equal(1, rig.Vfb.Counters.FullScreenFallbacks);
    }

    [Fact]
    public void Ring_StartedBelowTheWrap_GoesOver()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new(rig);
        frontend.SetWord(8, 0xfffffff0);
        frontend.SetWord(12, 0xfffffff0);
        frontend.Connect();
        // 16 slots up to the wrap and 20 after, all of them rectangles of one pixel each.
        for (uint index = 0xfffffff0; index != 20; index++)
        {
            Span<byte> slot = frontend.Page.Bytes.Slice(2048 + (int)(index % 51) * 40, 40);
            slot[0] = 2;
            slot[12] = 1;
            slot[16] = 1;
            frontend.SetWord(12, index + 1);
            frontend.Notify();
        }

        Assert.Equal(20u, frontend.Word(8));
        Assert.Equal(36, rig.Vfb.Counters.Rectangles);
    }

    [Fact]
    public void SteadyUpdates_AllocateNothing()
    {
        using BackendRig rig = new();
        using ScriptedVfb frontend = new ScriptedVfb(rig).Connect();
        VfbBackend vfb = rig.Vfb;
        int runs = AllocationMeter.AssertNone(() => Run(2000));
        Assert.Equal(2000 * runs, vfb.Counters.Rectangles);

        void Run(int count)
        {
            for (int i = 0; i < count; i++)
            {
                frontend.Update(i % 64, 0, 1, 1, notifies: false);
                vfb.OnPortEvent(isFresh: true);
            }
        }
    }
}
