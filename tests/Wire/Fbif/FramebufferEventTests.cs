using CsCheck;
using Xenbus.Wire.Fbif;
using XenFbFront.Tests.Support;
using XenFbFront.Tests.Vectors;
using Xunit;

namespace XenFbFront.Tests.Wire.Fbif;

public class FramebufferEventTests
{
    private static readonly FramebufferUpdate s_update = new() { Type = FramebufferWire.UpdateType, X = -1, Y = 258, Width = 640, Height = 1 };

    private static readonly FramebufferResize s_resize = new()
    {
        Type = FramebufferWire.ResizeType,
        Width = 1920,
        Height = 1080,
        StrideBytes = 7680,
        Depth = 32,
        OffsetBytes = 8294400,
    };

    private static readonly FramebufferRefreshPeriod s_period = new() { Type = FramebufferWire.RefreshPeriodType, PeriodMs = 13333 };

    private static readonly FramebufferRefreshPeriod s_noRefresh = new() { Type = FramebufferWire.RefreshPeriodType, PeriodMs = FramebufferWire.NoRefresh };

    [Fact]
    public void Print_EachEvent_GivesTheVector()
    {
        Assert.Equal(FramebufferVectors.Update, StructBytes.Print(s_update));
        Assert.Equal(FramebufferVectors.Resize, StructBytes.Print(s_resize));
        Assert.Equal(FramebufferVectors.RefreshPeriod, StructBytes.Print(s_period));
        Assert.Equal(FramebufferVectors.NoRefresh, StructBytes.Print(s_noRefresh));
    }

    [Fact]
    public void Parse_EachVector_GivesTheEvent()
    {
        Assert.Equal(s_update, StructBytes.Parse<FramebufferUpdate>(FramebufferVectors.Update));
        Assert.Equal(s_resize, StructBytes.Parse<FramebufferResize>(FramebufferVectors.Resize));
        Assert.Equal(s_period, StructBytes.Parse<FramebufferRefreshPeriod>(FramebufferVectors.RefreshPeriod));
        Assert.Equal(s_noRefresh, StructBytes.Parse<FramebufferRefreshPeriod>(FramebufferVectors.NoRefresh));
    }

    [Fact]
    public void Update_AnyValues_SurvivesTheWireAndLeavesTheRestZero() => Gen.Select(Gen.Int, Gen.Int, Gen.Int, Gen.Int).Sample((x, y, width, height) =>
    {
        byte[] bytes = StructBytes.Print(new FramebufferUpdate() { Type = FramebufferWire.UpdateType, X = x, Y = y, Width = width, Height = height });
        FramebufferUpdate back = StructBytes.Parse<FramebufferUpdate>(bytes);
        return (back.X, back.Y, back.Width, back.Height) == (x, y, width, height)
            && !bytes.AsSpan(1, 3).ContainsAnyExcept((byte)0) && !bytes.AsSpan(20).ContainsAnyExcept((byte)0);
    });

    [Fact]
    public void Resize_AnyValues_SurvivesTheWireAndLeavesTheRestZero() => Gen.Select(Gen.Int, Gen.Int, Gen.Int, Gen.Int).Sample((width, height, stride, offset) =>
    {
        byte[] bytes = StructBytes.Print(new FramebufferResize() { Width = width, Height = height, StrideBytes = stride, Depth = 32, OffsetBytes = offset });
        FramebufferResize back = StructBytes.Parse<FramebufferResize>(bytes);
        return (back.Width, back.Height, back.StrideBytes, back.Depth, back.OffsetBytes) == (width, height, stride, 32, offset)
            && !bytes.AsSpan(0, 4).ContainsAnyExcept((byte)0) && !bytes.AsSpan(24).ContainsAnyExcept((byte)0);
    });
}
