using Xenbus;
using XenFbFront.Configuration;
using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

public sealed class ConfiguredFontTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("xenfbfront-fonts").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    // What Debian's and Ubuntu's console-setup have in /usr/share/consolefonts.
    [InlineData("Lat15", "Fixed", "8x16", "Lat15-Fixed16.psf.gz")]
    [InlineData("Lat15", "TerminusBold", "12x24", "Lat15-TerminusBold24x12.psf.gz")]
    [InlineData("Uni2", "Terminus", "6x12", "Uni2-Terminus12x6.psf.gz")]
    [InlineData("Uni2", "Terminus", "32x16", "Uni2-Terminus32x16.psf.gz")]
    [InlineData("Uni2", "VGA", "8x8", "Uni2-VGA8.psf.gz")]
    [InlineData("CyrSlav", "VGA", "16", "CyrSlav-VGA16.psf.gz")]
    [InlineData("Greek", "Fixed", "", "Greek-Fixed16.psf.gz")]
    [InlineData("Greek", "Fixed", "guess", "Greek-Fixed16.psf.gz")]
    [InlineData("Greek", "Fixed", "18x8", "Greek-Fixed18.psf.gz")]
    public void NameOf_FaceAndSize_IsTheNameThatDebianGivesIt(string codeSet, string face, string size, string expected) =>
        Assert.Equal(expected, ConfiguredFont.NameOf(codeSet, face, size));

    [Theory]
    [InlineData("FONT=a", "a")]
    [InlineData("  FONT=\"a b\" # c", "a b")]
    [InlineData("FONT='a'\r\n", "a")]
    [InlineData("export FONT=a;X=1", "a")]
    [InlineData("FONT=a # b", "a")]
    [InlineData("FONT=a\nFONT=b\n", "b")]
    [InlineData("#FONT=a\nXFONT=b\nFONTS=c\nFONT_MAP=d", null)]
    [InlineData("FONT=", "")]
    [InlineData("FONT=\"a", "a")]
    [InlineData("", null)]
    public void ValueOf_ShellAssignment_GivesTheLastValue(string text, string? expected) => Assert.Equal(expected, ShellAssignments.ValueOf(text, "FONT"));

    [Fact]
    public void Find_NothingConfigured_GivesNone() => Assert.Null(ConfiguredFont.Find(_root));

    [Fact]
    public void Find_DebianFaceAndSize_FindsTheFile()
    {
        Write("/etc/default/console-setup", "ACTIVE_CONSOLES=\"/dev/tty[1-6]\"\nCHARMAP=\"UTF-8\"\nCODESET=\"Lat15\"\nFONTFACE=\"Terminus\"\nFONTSIZE=\"12x24\"\nVIDEOMODE=\n");
        Write("/usr/share/consolefonts/Lat15-Terminus24x12.psf.gz", "");

        AssertFound("Lat15-Terminus24x12.psf.gz", "/etc/default/console-setup", "/usr/share/consolefonts/Lat15-Terminus24x12.psf.gz");
    }

    [Fact]
    public void Find_DebianGuess_TakesWhatSetupconGuessed()
    {
        Write("/etc/default/console-setup", "CODESET=guess\nFONTFACE=Fixed\nFONTSIZE=8x16\n");
        Write("/etc/console-setup/cached_Uni2-Fixed16.psf.gz", "");
        AssertFound("Uni2-Fixed16.psf.gz", "/etc/default/console-setup", "/etc/console-setup/cached_Uni2-Fixed16.psf.gz");

        Write("/etc/console-setup/cached_setup_font.sh", "#!/bin/sh\n\nsetfont '/usr/share/consolefonts/CyrSlav-Fixed16.psf.gz' \n\nif ls /dev/fb*; then\n");
        Write("/usr/share/consolefonts/CyrSlav-Fixed16.psf.gz", "");
        AssertFound("/usr/share/consolefonts/CyrSlav-Fixed16.psf.gz", "/etc/default/console-setup", "/usr/share/consolefonts/CyrSlav-Fixed16.psf.gz");
    }

    [Fact]
    public void Find_DebianFontByName_TakesTheFirst()
    {
        Write("/etc/default/console-setup", "FONTFACE=Fixed\nFONT='lat9w-08.psf.gz brl-8x8.psf'\n");

        AssertFound("lat9w-08.psf.gz", "/etc/default/console-setup", null);
    }

    [Fact]
    public void Find_DebianFaceEmpty_AsksTheOthers()
    {
        Write("/etc/default/console-setup", "FONTFACE=\"\"\nFONTSIZE=\"\"\n");
        Write("/etc/vconsole.conf", "KEYMAP=de-latin1\nFONT=eurlatgr\n");
        Write("/usr/lib/kbd/consolefonts/eurlatgr.psfu.gz", "");

        AssertFound("eurlatgr", "/etc/vconsole.conf", "/usr/lib/kbd/consolefonts/eurlatgr.psfu.gz");
    }

    [Fact]
    public void Find_OpenRc_OnlyWhenTheServiceIsUsed()
    {
        Write("/etc/conf.d/consolefont", "# comment\nconsolefont=\"ter-132n.psf.gz\"\n");
        Write("/usr/share/consolefonts/ter-132n.psf.gz", "");
        Assert.Null(ConfiguredFont.Find(_root));

        Write("/etc/runlevels/boot/consolefont", "");
        AssertFound("ter-132n.psf.gz", "/etc/conf.d/consolefont", "/usr/share/consolefonts/ter-132n.psf.gz");
    }

    [Fact]
    public void Find_Void_AbsolutePathWithoutEnding()
    {
        Write("/etc/rc.conf", "KEYMAP=us\nFONT=/opt/fonts/my\n");
        Write("/opt/fonts/my.psf", "");

        AssertFound("/opt/fonts/my", "/etc/rc.conf", "/opt/fonts/my.psf");
    }

    [Fact]
    public void Make_ConfiguredFont_IsTakenAndExplained()
    {
        Write("/etc/vconsole.conf", "FONT=small");
        Directory.CreateDirectory(_root + "/usr/share/kbd/consolefonts");
        File.WriteAllBytes(_root + "/usr/share/kbd/consolefonts/small.psfu.gz", FontFiles.Gzip(FontFiles.Version1(14, 0)));
        FontChoice choice = FontChoice.Make(new() { Scale = 2 }, _root);

        Assert.Equal((16, 28), (choice.Font.CellWidth, choice.Font.CellHeight));
        Assert.Contains("small.psfu.gz, 8x14 times 2, as /etc/vconsole.conf says", choice.Explanation);
    }

    [Theory]
    [InlineData(null, "there is no such file")]
    [InlineData("no font", "does not start like a PSF font")]
    public void Make_ConfiguredFontUnusable_TakesTheBuiltInOneAndSaysWhy(string? content, string why)
    {
        Write("/etc/vconsole.conf", "FONT=odd");
        if (content is not null)
        {
            Write("/usr/share/consolefonts/odd.psf", content);
        }

        FontChoice choice = FontChoice.Make(new(), _root);

        Assert.Equal((8, 16), (choice.Font.CellWidth, choice.Font.CellHeight));
        Assert.Contains("odd, which /etc/vconsole.conf names, cannot be used", choice.Explanation);
        Assert.Contains(why, choice.Explanation);
    }

    [Theory]
    [InlineData("builtin", 8, 16)]
    [InlineData("builtin:16", 8, 16)]
    [InlineData("builtin:24", 12, 24)]
    [InlineData("builtin:32", 16, 32)]
    public void Make_BuiltIn_OverrulesTheConfiguration(string font, int width, int height)
    {
        Write("/etc/vconsole.conf", "FONT=odd");
        FontChoice choice = FontChoice.Make(new() { Font = font }, _root);

        Assert.Equal((width, height), (choice.Font.CellWidth, choice.Font.CellHeight));
        Assert.Equal($"font built in, {width}x{height}", choice.Explanation);
    }

    [Fact]
    public void Make_NamedFontsMissing_Throws()
    {
        Assert.ThrowsAny<XenException>(() => FontChoice.Make(new DaemonOptions { Font = "/no/such/font" }, _root));
        Assert.ThrowsAny<XenException>(() => FontChoice.Make(new DaemonOptions { FallbackFont = "/no/such/font" }, _root));
    }

    [Fact]
    public void Make_UnifontInstalled_IsTheFallbackUnlessNoneIsWanted()
    {
        Write("/usr/share/unifont/unifont.hex", "6F22:" + new string('F', 64) + "\n");

        Assert.NotEqual(FontChoice.Make(new(), _root).Font.GlyphFor(0xfffd), FontChoice.Make(new(), _root).Font.GlyphFor(0x6f22));
        FontChoice without = FontChoice.Make(new() { FallbackFont = "none" }, _root);
        Assert.Equal(without.Font.GlyphFor(0xfffd), without.Font.GlyphFor(0x6f22));
    }

    [Fact]
    public void Make_UnifontBroken_SaysSo()
    {
        Write("/usr/share/unifont/unifont.hex", "something else");

        Assert.Contains("unifont.hex: it does not start with a line like", FontChoice.Make(new(), _root).Explanation);
    }

    private void AssertFound(string name, string configuredIn, string? path)
    {
        ConfiguredFont? found = ConfiguredFont.Find(_root);

        Assert.NotNull(found);
        Assert.Equal((name, configuredIn, path is null ? null : _root + path), (found.Name, found.ConfiguredIn, found.Path));
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + path)!);
        File.WriteAllText(_root + path, text);
    }
}
