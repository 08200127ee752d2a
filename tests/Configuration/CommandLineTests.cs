using Microsoft.Extensions.Logging;
using XenFbFront.Configuration;
using XenFbFront.Content;
using XenFbFront.Vfb;
using Xunit;

namespace XenFbFront.Tests.Configuration;

public sealed class CommandLineTests
{
    public static TheoryData<string> OptionsWithValue => ["source", "vt", "font", "fallback-font", "scale", "geometry", "cursor", "blink", "size", "max-size", "depth", "sink", "grant-reserve", "loopback", "log"];

    [Fact]
    public void NoArguments_NoFile_AreTheDefaults()
    {
        DaemonOptions options = Parse();
        Assert.Equal((SourceKind.Automatic, 0, null, 0, 32), (options.Source, options.VirtualTerminal, options.Font, options.Screen.Sizes.Length, options.Screen.Depth));
        Assert.Equal((SinkKind.Automatic, null, null, LogLevel.Information), (options.Sink, options.RecordFile, options.Loopback, options.LogLevel));
        Assert.Equal((true, false), (options.HasHolder, options.IsWorker));
    }

    [Fact]
    public void EveryOption_SetsItsValue_WithSpaceOrEqualsSign()
    {
        string[] pairs = ["source", "pattern", "vt", "7", "font", "/f=1.psf", "size", "1024x768", "depth", "16", "sink", "record:/tmp/in=1.log", "loopback", "/dir", "log", "debug"];
        List<string> spaced = [], joined = [];
        for (int i = 0; i < pairs.Length; i += 2)
        {
            spaced.AddRange(["--" + pairs[i], pairs[i + 1]]);
            joined.Add($"--{pairs[i]}={pairs[i + 1]}");
        }

        foreach (List<string> arguments in (List<string>[])[spaced, joined])
        {
            DaemonOptions options = Parse([.. arguments, "--no-holder", "--worker"]);
            Assert.Equal((SourceKind.Pattern, 7, "/f=1.psf", new ScreenSize(1024, 768), 16), (options.Source, options.VirtualTerminal, options.Font, Assert.Single(options.Screen.Sizes), options.Screen.Depth));
            Assert.Equal((SinkKind.Recorder, "/tmp/in=1.log", "/dir", LogLevel.Debug), (options.Sink, options.RecordFile, options.Loopback, options.LogLevel));
            Assert.Equal((false, true), (options.HasHolder, options.IsWorker));
        }
    }

    [Theory]
    [InlineData("--unbind", true)]
    [InlineData("--unbind=yes", true)]
    [InlineData("--unbind=no", false)]
    public void Unbind_AloneOrWithAnAnswer(string argument, bool expected)
    {
        DaemonOptions options = Parse(argument, "--vt", "3");
        Assert.Equal((expected, 3), (options.Unbind, options.VirtualTerminal));
        Assert.False(Parse().Unbind);
        Assert.Equal("--unbind maybe: must be yes or no", Assert.Throws<OptionException>(() => Parse("--unbind=maybe")).Message);
        Assert.Equal("--unbind needs a value: --unbind yes", Assert.Throws<OptionException>(() => Parse("--unbind=")).Message);
    }

    [Fact]
    public void Unbind_InTheFile_TheCommandLineWins()
    {
        Assert.True(CommandLine.Parse([], _ => "unbind = yes\n").Unbind);
        Assert.False(CommandLine.Parse(["--unbind=no"], _ => "unbind = yes\n").Unbind);
        Assert.Contains("unbind needs a value: unbind = yes", Assert.Throws<OptionException>(() => CommandLine.Parse([], _ => "unbind =\n")).Message);
    }

    [Fact]
    public void LastOneWins()
    {
        Assert.Equal(24, Parse("--depth", "16", "--depth=24").Screen.Depth);
        DaemonOptions options = Parse("--sink", "record:/x", "--sink", "none");
        Assert.Equal((SinkKind.None, null), (options.Sink, options.RecordFile));
    }

    [Theory]
    [InlineData("source", "console", SourceKind.Console)]
    [InlineData("source", "keys", SourceKind.Keys)]
    public void Source_EachName(string name, string value, SourceKind expected) => Assert.Equal(expected, Parse($"--{name}", value).Source);

    [Theory]
    [InlineData("error", LogLevel.Error)]
    [InlineData("warning", LogLevel.Warning)]
    [InlineData("info", LogLevel.Information)]
    public void LogLevel_EachName(string value, LogLevel expected) => Assert.Equal(expected, Parse("--log", value).LogLevel);

    [Theory]
    [InlineData("--source", "video", "--source video: must be console, term, pattern or keys")]
    [InlineData("--vt", "0", "--vt 0: must be 1 to 63")]
    [InlineData("--vt", "64", "--vt 64: must be 1 to 63")]
    [InlineData("--vt", "-1", "--vt -1: must be 1 to 63")]
    [InlineData("--size", "1024", "--size 1024: must be WIDTHxHEIGHT in pixels, as in 1024x768")]
    [InlineData("--size", "1024x", "--size 1024x: must be WIDTHxHEIGHT in pixels, as in 1024x768")]
    [InlineData("--size", "1024x768x32", "--size 1024x768x32: must be WIDTHxHEIGHT in pixels, as in 1024x768")]
    [InlineData("--size", "99999999999x1", "--size 99999999999x1: must be WIDTHxHEIGHT in pixels, as in 1024x768")]
    [InlineData("--size", "8x600", "--size 8x600: 8x600 is outside 16x16 to 16384x16384")]
    [InlineData("--size", "16384x16384", "--size 16384x16384: 16384x16384 at 32 bits needs more than the 246 MiB that the protocol can describe")]
    [InlineData("--depth", "15", "--depth 15: must be 8, 16, 24 or 32")]
    [InlineData("--depth", "x", "--depth x: must be 8, 16, 24 or 32")]
    [InlineData("--sink", "file", "--sink file: must be auto, uinput, uhid, console, record:FILE or none")]
    [InlineData("--sink", "record:", "--sink record:: must be auto, uinput, uhid, console, record:FILE or none")]
    [InlineData("--log", "trace", "--log trace: must be error, warning, info or debug")]
    [InlineData("--config", "/missing", "--config /missing: no such file")]
    [InlineData("--sice", "1x1", "unknown option --sice; did you mean --size? xenfbfront --help-all lists them")]
    [InlineData("file", "x", "unknown option file; xenfbfront --help-all lists them")]
    [InlineData("-h", "x", "unknown option -h; xenfbfront --help-all lists them")]
    [InlineData("--no-holder=1", "x", "--no-holder takes no value")]
    [InlineData("--version", "x", "--version stands alone, or with xenfbfront itself")]
    [InlineData("--max_size", "1x1", "unknown option --max_size; did you mean --max-size? xenfbfront --help-all lists them")]
    [InlineData("-size", "1x1", "unknown option -size; did you mean --size? xenfbfront --help-all lists them")]
    [InlineData("--worker=1", "x", "unknown option --worker=1; xenfbfront --help-all lists them")]
    public void WrongArgument_OneLineSaysWhatIsRight(string argument, string value, string expected) =>
        Assert.Equal(expected, MessageOf(() => Parse(argument, value)));

    [Theory]
    [MemberData(nameof(OptionsWithValue))]
    public void MissingValue_SaysWhichKind(string name)
    {
        Assert.StartsWith($"--{name} needs a value: --{name} ", MessageOf(() => Parse($"--{name}")));
        Assert.StartsWith($"--{name} needs a value: --{name} ", MessageOf(() => Parse($"--{name}=")));
        Assert.StartsWith($"--{name} needs a value: --{name} ", MessageOf(() => Parse($"--{name}", "")));
    }

    [Theory]
    [InlineData("keep", ConsoleGeometryKind.Keep, 0, 0)]
    [InlineData("fit", ConsoleGeometryKind.Fit, 0, 0)]
    [InlineData("100x37", ConsoleGeometryKind.Fixed, 100, 37)]
    [InlineData("4096x1", ConsoleGeometryKind.Fixed, 4096, 1)]
    public void Geometry_OfTheConsole(string value, ConsoleGeometryKind kind, int columns, int rows)
    {
        Assert.Equal(new(kind, columns, rows), Parse("--geometry", value).Geometry);
        Assert.Equal(ConsoleGeometryKind.Automatic, Parse().Geometry.Kind);
    }

    [Theory]
    [InlineData("underline", CursorShape.Underline)]
    [InlineData("block", CursorShape.Block)]
    [InlineData("none", CursorShape.None)]
    public void Cursor_AndItsBlinking(string value, CursorShape shape)
    {
        DaemonOptions options = Parse("--cursor", value, "--blink=530");
        Assert.Equal((shape, 530), (options.Cursor, options.BlinkMs));
        Assert.Equal((CursorShape.Underline, 0), (Parse().Cursor, Parse().BlinkMs));
    }

    [Fact]
    public void Framebuffers_EachWithItsOwn()
    {
        DaemonOptions options = Parse("--vfb", "1=console:2", "--vfb=2=pattern", "--vfb", "7=console", "--vfb", "3=term", "--vfb", "4=term:top -d 1", "--vfb", "5=keys");
        Assert.Equal(
            [
                new(1, new(SourceKind.Console, 2)), new(2, new(SourceKind.Pattern)), new(3, new(SourceKind.Terminal)),
                new(4, new(SourceKind.Terminal, Command: "top -d 1")), new(5, new(SourceKind.Keys)), new(7, new(SourceKind.Console)),
            ],
            options.Framebuffers.OrderBy(static pair => pair.Key));
        Assert.Empty(Parse().Framebuffers);
    }

    [Theory]
    [InlineData("--vfb", "console:2", "--vfb console:2: must be N=WHAT as in 1=console:2")]
    [InlineData("--vfb", "x=pattern", "--vfb x=pattern: must be N=WHAT as in 1=console:2")]
    [InlineData("--vfb", "1=term:", "--vfb 1=term:: must be 1=WHAT with console, console:1 to console:63, term, term:COMMAND, keys or pattern")]
    [InlineData("--vfb", "1=console:64", "--vfb 1=console:64: must be 1=WHAT with console, console:1 to console:63, term, term:COMMAND, keys or pattern")]
    [InlineData("--geometry", "100", "--geometry 100: must be COLUMNSxROWS as in 100x37, at most 4096, or fit or keep")]
    [InlineData("--geometry", "0x25", "--geometry 0x25: must be COLUMNSxROWS as in 100x37, at most 4096, or fit or keep")]
    [InlineData("--geometry", "80x4097", "--geometry 80x4097: must be COLUMNSxROWS as in 100x37, at most 4096, or fit or keep")]
    [InlineData("--cursor", "bar", "--cursor bar: must be underline, block or none")]
    [InlineData("--blink", "49", "--blink 49: must be 50 to 10000 ms, or 0 for no blinking")]
    [InlineData("--blink", "fast", "--blink fast: must be 50 to 10000 ms, or 0 for no blinking")]
    public void WrongConsole_OneLineSaysWhatIsRight(string argument, string value, string expected) => Assert.Equal(expected, MessageOf(() => Parse(argument, value)));

    [Fact]
    public void MissingFileName_SaysSo() => Assert.Equal("--config needs a value: --config FILE", MessageOf(() => Parse("--config")));

    [Fact]
    public void File_IsRead_ArgumentsWin()
    {
        const string text = """
            # a comment
            size = 800x600

              depth=8   # of the old screen
            sink = record:/var/log/input
            """;
        DaemonOptions options = CommandLine.Parse(["--depth", "16"], path => path == CommandLine.DefaultConfigurationFile ? text : null);
        Assert.Equal((new ScreenSize(800, 600), 16, SinkKind.Recorder), (Assert.Single(options.Screen.Sizes), options.Screen.Depth, options.Sink));
    }

    [Theory]
    [InlineData("--config", "/a.conf")]
    [InlineData("--config=/a.conf")]
    public void NamedFile_IsReadInsteadOfTheDefault(params string[] arguments)
    {
        List<string> read = [];
        DaemonOptions options = CommandLine.Parse(arguments, path =>
        {
            read.Add(path);
            return "vt = 3\r\n";
        });
        Assert.Equal(["/a.conf"], read);
        Assert.Equal(3, options.VirtualTerminal);
    }

    [Fact]
    public void UnreadableFile_IsSaid() =>
        Assert.Equal("not today", MessageOf(() => CommandLine.Parse([], _ => throw new OptionException("not today"))));

    private static DaemonOptions Parse(params string[] arguments) => CommandLine.Parse(arguments, static _ => null);

    private static string MessageOf(Action action)
    {
        string message = Assert.Throws<OptionException>(action).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
