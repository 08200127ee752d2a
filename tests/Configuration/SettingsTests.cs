using XenFbFront.Configuration;
using XenFbFront.Vfb;
using Xunit;

namespace XenFbFront.Tests.Configuration;

public sealed class SettingsTests
{
    private const string Path = CommandLine.DefaultConfigurationFile;

    [Theory]
    [InlineData("depth = 15", ":1: --depth 15: must be 8, 16, 24 or 32")]
    [InlineData("\n\nsice = 1x1", ":3: there is no `sice`; did you mean size? xenfbfront --help-all lists the names")]
    [InlineData("--size = 1x1", ":1: there is no `--size`; did you mean size? xenfbfront --help-all lists the names")]
    [InlineData("colour = red", ":1: there is no `colour`; xenfbfront --help-all lists the names")]
    [InlineData("depth", ":1: `depth` is not `name = value`")]
    [InlineData("worker = 1", ":1: there is no `worker`; xenfbfront --help-all lists the names")]
    [InlineData("no-holder = yes", ":1: no-holder is for the command line only")]
    [InlineData("config = /a", ":1: config is for the command line only")]
    [InlineData("font =", ":1: font needs a value: font = FILE")]
    [InlineData("unbind =", ":1: unbind needs a value: unbind = yes")]
    [InlineData("size = # none", ":1: size needs a value: size = WxH,…")]
    [InlineData("depth = 32\nsize = 8x600", ":2: --size 8x600: 8x600 is outside 16x16 to 16384x16384")]
    [InlineData("max-size = 8x600", ":1: --max-size 8x600: 8x600 is outside 16x16 to 16384x16384")]
    public void WrongLine_SaysFileAndNumber(string text, string expected)
    {
        Assert.Equal([Path + expected], Read(text).Mistakes);
        Assert.Equal(Path + expected, Assert.Throws<OptionException>(() => CommandLine.Parse([], _ => text)).Message);
    }

    [Fact]
    public void SeveralMistakes_AllAreFound_TheProgramNamesTheFirst()
    {
        const string text = "sice = 1x1\ndepth = 32\nvt = 64\nterm = \"top\n";
        Settings settings = Read(text, "--log", "loud", "--scale", "9", "--bell", "--vt", "99");
        Assert.Equal([$"{Path}:1: there", $"{Path}:3: --vt", $"{Path}:4: term:", "--log loud:", "--scale 9:", "unknown option"], settings.Mistakes.Select(static line => string.Join(' ', line.Split(' ')[..2])));
        Assert.Equal(
            $"{settings.Mistakes[0]}; 1 more mistake is listed by xenfbfront --check-config",
            Assert.Throws<OptionException>(() => CommandLine.Parse(["--log", "loud"], _ => text.Split('\n')[0])).Message);
        Assert.Equal(
            $"{settings.Mistakes[0]}; 3 more mistakes are listed by xenfbfront --check-config", Assert.Throws<OptionException>(() => CommandLine.Parse(["--log", "loud"], _ => text)).Message);
    }

    [Fact]
    public void SaidTwiceInTheFile_IsWarnedOf_TheLaterHolds()
    {
        Settings settings = Read("size = 800x600\nsize = 1=640x480\nvfb = 1=keys\nvfb = 2=keys\nsize = 1024x768\nvfb = 1=pattern\n");
        Assert.Equal([$"{Path}:5: size is said again; what {Path}:1 says does not count", $"{Path}:6: vfb 1 is said again; what {Path}:3 says does not count"], settings.Warnings);
        Assert.Equal(new ScreenSize(1024, 768), Assert.Single(settings.Options.Screen.Sizes));
        Assert.Equal(SourceKind.Pattern, settings.Options.Framebuffers[1].Kind);
    }

    [Fact]
    public void TheCommandLineOverTheFile_IsNoMistake()
    {
        // A size of the file that does not count need not fit.
        Settings settings = Read("size = 16384x16384\n", "--size", "800x600", "--log", "debug", "--log", "error");
        Assert.Empty(settings.Mistakes);
        Assert.Empty(settings.Warnings);
    }

    [Fact]
    public void Warnings_ReachWhoStartsTheProgram()
    {
        List<string> warnings = [];
        CommandLine.Parse([], static _ => "vt = 1\nvt = 2\n", warnings.Add);
        Assert.Equal([$"{Path}:2: vt is said again; what {Path}:1 says does not count"], warnings);
    }

    [Theory]
    [InlineData("term = top", SourceKind.Terminal)]
    [InlineData("source = keys\nterm = top", SourceKind.Keys)]
    [InlineData("term = top\nsource = keys", SourceKind.Keys)]
    public void Term_ImpliesItsSource_UnlessAnotherIsSaid(string text, SourceKind expected) => Assert.Equal(expected, Read(text).Options.Source);

    [Fact]
    public void Print_TellsWhereEachComesFrom()
    {
        string[] lines = Read("term = \"sh -c 'a # b'\"\nsize = 800x600\nsize = 1=640x480\n", "--log=debug", "--no-holder", "--unbind").Print().Split('\n');
        Assert.Contains("term = \"sh -c 'a # b'\"".PadRight(39) + $" # {Path}:1", lines);
        Assert.Contains($"size = 800x600                          # {Path}:2", lines);
        Assert.Contains($"size = 1=640x480                        # {Path}:3", lines);
        Assert.Contains("log = debug                             # command line", lines);
        Assert.Contains("unbind = yes                            # command line", lines);
        Assert.Contains("# --no-holder                           # command line", lines);
        Assert.Contains("# source: term, as term is said", lines);
        Assert.Contains("# depth: 32 (default)", lines);
        Assert.Contains("# max-size: not set", lines);
    }

    [Fact]
    public void Print_IsAFileThatSaysTheSame()
    {
        Settings settings = Read("term = \"sh -c 'a # b'\"\nvfb = 2=term: \"x\" # y\nfont = \"#1.psf\"\n", "--size", "1=640x480,800x600", "--depth=16");
        Settings again = Read(settings.Print());
        Assert.Empty(again.Mistakes);
        Assert.Equal(ValuesOf(settings), ValuesOf(again));
    }

    [Fact]
    public void Check_MistakesOnStandardError_WithTheStatusOfTheProgram()
    {
        Assert.Equal((2, "", $"xenfbfront: {Path}:1: there is no `sice`; did you mean size? xenfbfront --help-all lists the names\n"), Check("sice = 1x1"));
        (int status, string output, string error) = Check("vt = 1\nvt = 2", "--check-config", "--depth", "8");
        Assert.Equal((0, $"xenfbfront: {Path}:2: vt is said again; what {Path}:1 says does not count\n"), (status, error));
        Assert.Contains($"vt = 2                                  # {Path}:2\n", output);
        Assert.Contains("depth = 8                               # command line\n", output);
    }

    [Fact]
    public void ByteOrderMark_IsNoName() => Assert.Equal(3, Read("\uFEFFvt = 3\r\n").Options.VirtualTerminal);

    private static string[] ValuesOf(Settings settings) => [.. settings.Print().Split('\n').Where(static line => !line.StartsWith('#')).Select(static line => line.Split(" # command line")[0].Split(" # /etc")[0].TrimEnd())];

    private static (int Status, string Output, string Error) Check(string text, params string[] arguments)
    {
        string[] written = ["", "", ""];
        int status = ConfigurationCheck.Run(arguments, path => path == Path ? text : null, (descriptor, line) => written[descriptor] += line);
        return (status, written[1], written[2]);
    }

    private static Settings Read(string text, params string[] arguments) => CommandLine.Read(arguments, _ => text);
}
