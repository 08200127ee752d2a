using XenFbFront.Tests.Xen;
using Xunit;
using static XenFbFront.Tests.Xen.RfbTestClient;

namespace XenFbFront.Tests.Viewer;

public class RfbPictureTests
{
    private const int Raw = 0;
    private const int Zrle = 16;
    private const int Tight = 7;

    public static TheoryData<string, int> FormatsAndEncodings()
    {
        TheoryData<string, int> data = [];
        foreach (string format in s_formats.Keys)
        {
            data.Add(format, Raw);
            data.Add(format, Zrle);
            data.Add(format, Tight);
        }

        return data;
    }

    private static readonly Dictionary<string, Format> s_formats = new()
    {
        ["native"] = Format.Native,
        ["big endian"] = Format.BigEndian32,
        ["high"] = Format.High32,
        ["high big endian"] = Format.High32BigEndian,
        ["30 bits"] = Format.Deep32,
        ["565"] = Format.LittleEndian565,
        ["565 big endian"] = Format.BigEndian565,
        ["233"] = Format.Bgr233,
        ["colour map"] = Format.ColourMap8,
    };

    [Theory]
    [MemberData(nameof(FormatsAndEncodings))]
    public async Task Update_AnyFormatAndEncoding_ShowsTheScreenPixelForPixel(string formatName, int encoding)
    {
        Format format = s_formats[formatName];
        await using RfbFixture fixture = new(801, 601);
        fixture.Paint(new(0, 0, 801, 601), Mixed);
        using RfbTestClient client = fixture.Connect();
        client.SetPixelFormat(format);
        client.SetEncodings(encoding);
        client.Refresh();
        Assert.Equal(fixture.Pixels().Select(format.ValueOf), client.Picture);
    }

    [Theory]
    [InlineData(Zrle, "noise")]
    [InlineData(Tight, "noise")]
    [InlineData(Zrle, "solid")]
    [InlineData(Tight, "solid")]
    [InlineData(Zrle, "2")]
    [InlineData(Tight, "2")]
    [InlineData(Zrle, "3")]
    [InlineData(Tight, "3")]
    [InlineData(Zrle, "16")]
    [InlineData(Tight, "16")]
    [InlineData(Zrle, "17")]
    [InlineData(Tight, "17")]
    [InlineData(Zrle, "127")]
    [InlineData(Tight, "127")]
    [InlineData(Zrle, "128")]
    [InlineData(Tight, "128")]
    [InlineData(Zrle, "256")]
    [InlineData(Tight, "256")]
    [InlineData(Zrle, "257")]
    [InlineData(Tight, "257")]
    [InlineData(Zrle, "bars")]
    [InlineData(Tight, "bars")]
    public async Task Compressed_ContentOfEveryKind_ShowsTheScreenPixelForPixel(int encoding, string content)
    {
        await using RfbFixture fixture = new(1366, 768);
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(encoding);
        Random random = new(20260728);
        Func<int, int, uint> colour = content switch
        {
            "noise" => (_, _) => (uint)random.Next(1 << 24),
            "solid" => (_, _) => 0x336699,
            "bars" => (x, y) => (uint)((x / 40 + y / 9) * 0x010307),
            _ => (_, _) => (uint)random.Next(int.Parse(content)) * 0x020101 & 0xffffff,
        };
        // Twice, through the same zlib stream.
        for (int i = 0; i < 2; i++)
        {
            fixture.Paint(new(0, 0, 1366, 768), colour);
            client.Refresh();
            Assert.Equal(fixture.Pixels(), client.Picture);
        }
    }

    [Theory]
    [InlineData(Zrle, 1, 1)]
    [InlineData(Tight, 1, 1)]
    [InlineData(Zrle, 63, 1)]
    [InlineData(Tight, 63, 1)]
    [InlineData(Zrle, 64, 64)]
    [InlineData(Tight, 64, 64)]
    [InlineData(Zrle, 65, 129)]
    [InlineData(Tight, 65, 129)]
    [InlineData(Zrle, 1, 2000)]
    [InlineData(Tight, 1, 2000)]
    [InlineData(Zrle, 4100, 65)]
    [InlineData(Tight, 4100, 65)]
    [InlineData(Tight, 2049, 3)]
    public async Task Compressed_OddSizes_ShowsTheScreenPixelForPixel(int encoding, int width, int height)
    {
        await using RfbFixture fixture = new(width, height);
        fixture.Paint(new(0, 0, width, height), Mixed);
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(encoding);
        client.Refresh();
        Assert.Equal(fixture.Pixels(), client.Picture);
    }

    [Fact]
    public async Task Zrle_EachContent_TakesTheFormMadeForIt()
    {
        await using RfbFixture fixture = new(64 * 5, 64);
        Random random = new(7);
        fixture.Paint(new(0, 0, 64 * 5, 64), (x, y) => (x / 64) switch
        {
            0 => 0x123456,
            1 => (uint)random.Next(2) * 0xffffff,
            2 => (uint)(y * 64 + x) / 50,
            3 => (uint)(y * 64 + x) / 9 % 100,
            _ => (uint)random.Next(1 << 24),
        });
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(Zrle);
        client.Refresh();
        Assert.Equal(fixture.Pixels(), client.Picture);
        Assert.Contains((byte)1, client.Subencodings);
        Assert.Contains((byte)2, client.Subencodings);
        Assert.Contains(client.Subencodings, sub => sub > 130);
        Assert.Contains((byte)0, client.Subencodings);
    }

    [Fact]
    public async Task Tight_EachContent_TakesTheFormMadeForIt()
    {
        await using RfbFixture fixture = new(64, 64 * 5);
        Random random = new(7);
        fixture.Paint(new(0, 0, 64, 64 * 5), (_, y) => (y / 64) switch
        {
            0 => 0x123456,
            1 => (uint)random.Next(2) * 0xffffff,
            2 => (uint)random.Next(3) * 0x010203,
            3 => (uint)random.Next(256) * 0x010101,
            _ => (uint)random.Next(1 << 24),
        });
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(Tight);
        client.Refresh();
        Assert.Equal(fixture.Pixels(), client.Picture);
        Assert.Equal(["copy", "fill", "palette 2", "palette 256", "palette 3"], client.TightKinds.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public async Task CompressionLevel_Asked_ChangesTheBytesAndNotThePicture(int level)
    {
        await using RfbFixture fixture = new(640, 400);
        fixture.Paint(new(0, 0, 640, 400), Mixed);
        foreach (int encoding in (int[])[Zrle, Tight])
        {
            using RfbTestClient client = fixture.Connect(), usual = fixture.Connect();
            client.SetEncodings(encoding, -256 + level);
            usual.SetEncodings(encoding);
            client.Refresh();
            usual.Refresh();
            Assert.Equal(fixture.Pixels(), client.Picture);
            Assert.NotEqual(usual.CompressedBytes, client.CompressedBytes);
        }
    }

    [Theory]
    [InlineData(Tight, Zrle)]
    [InlineData(Zrle, Tight)]
    [InlineData(Raw, Tight)]
    public async Task Encodings_Several_TheFirstOfTheListIsUsed(int first, int second)
    {
        await using RfbFixture fixture = new(130, 70);
        fixture.Paint(new(0, 0, 130, 70), Mixed);
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(-1000, 5, first, second);
        Assert.All(client.Refresh(), rectangle => Assert.Equal(first, rectangle.Encoding));
        // To and fro: each stream goes on where it was.
        foreach (int encoding in (int[])[second, first, second, Raw, first])
        {
            client.SetEncodings(encoding);
            fixture.Paint(new(3, 5, 100, 60), (x, y) => Mixed(x + encoding, y * 3));
            Assert.All(client.Refresh(), rectangle => Assert.Equal(encoding, rectangle.Encoding));
            Assert.Equal(fixture.Pixels(), client.Picture);
        }
    }

    [Fact]
    public async Task Zrle_TextLikeScreen_IsSmallerThanAFiftiethOfRaw()
    {
        await using RfbFixture fixture = new(1366, 768);
        fixture.Paint(new(0, 0, 1366, 768), (x, y) => (x * 7 / 8 + y / 16 * 31) % 5 == 0 && y % 16 < 11 ? 0xaaaaaau : 0);
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(Zrle);
        client.Refresh();
        Assert.InRange(client.CompressedBytes, 1, 1366 * 768 * 4 / 50);
    }

    [Fact]
    public async Task Update_FormatChangedBetween_FollowsIt()
    {
        await using RfbFixture fixture = new(130, 70);
        fixture.Paint(new(0, 0, 130, 70), Mixed);
        using RfbTestClient client = fixture.Connect();
        client.SetEncodings(Zrle);
        foreach (Format format in s_formats.Values)
        {
            client.SetPixelFormat(format);
            client.Refresh();
            Assert.Equal(fixture.Pixels().Select(format.ValueOf), client.Picture);
        }
    }

    [Fact]
    public async Task ColourMap_AskedFor_HoldsThreeThreeTwoBits()
    {
        await using RfbFixture fixture = new(8, 8);
        using RfbTestClient client = fixture.Connect();
        client.SetPixelFormat(Format.ColourMap8);
        Assert.Null(client.ReadMessage());
        Assert.Equal(256, client.ColourMap.Length);
        Assert.Equal((0, 0, 0), client.ColourMap[0]);
        Assert.Equal((65535, 65535, 65535), client.ColourMap[255]);
        Assert.Equal((65535, 0, 0), client.ColourMap[0b111_000_00]);
        Assert.Equal((0, 65535, 0), client.ColourMap[0b000_111_00]);
        Assert.Equal((0, 0, 65535), client.ColourMap[0b000_000_11]);
    }

    /// <summary>Solid parts, few colours, many colours and noise side by side, in tiles and across their edges.</summary>
    private static uint Mixed(int x, int y)
    {
        uint hash = (uint)(x * 73856093) ^ (uint)(y * 19349663);
        hash = hash * 2654435761 >> 8;
        return ((x / 50 + y / 70) % 5) switch
        {
            0 => 0x204060,
            1 => (hash & 1) * 0xc0ffee,
            2 => (uint)(x * 3 << 16 | y << 8 | (x + y)) & 0xffffff,
            3 => (hash & 15) * 0x111009,
            _ => hash & 0xffffff,
        };
    }
}
