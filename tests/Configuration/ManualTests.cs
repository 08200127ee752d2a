using System.Text.RegularExpressions;
using XenFbFront.Configuration;
using XenFbFront.Control;
using XenFbFront.Tests.EndToEnd;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Configuration;

/// <summary>The manual pages and README.md name what the table of options has, all of it and nothing else.</summary>
public sealed partial class ManualTests
{
    private const string Requirement = "XENFBFRONT_REQUIRE_MANUAL";

    private static readonly string s_folder = Path.Combine(Frontends.RepositoryRoot, "frontend", "Packaging", "man");

    public static TheoryData<string> Pages => ["xenfbfront.8", "xenfbfront.conf.5"];

    [Fact]
    public void ProgramsPage_HasEachOption_WithItsValue()
    {
        string page = Read("xenfbfront.8");
        Assert.Equal(
            OptionTable.All.Select(static option => (option.Name, Plain(option.Value))),
            OptionItem().Matches(page).Select(static match => (match.Groups[1].Value, match.Groups[2].Value)));
    }

    [Fact]
    public void FilesPage_HasEachOptionThatMayStandThere()
    {
        string page = Read("xenfbfront.conf.5");
        Assert.Equal(
            OptionTable.All.Where(static option => !option.IsForCommandLine).Select(static option => (option.Name, option.Alone ?? Plain(option.Value))),
            SettingItem().Matches(page).Select(static match => (match.Groups[1].Value, match.Groups[2].Value)));
    }

    [Fact]
    public void Pages_NameEachFixedWord()
    {
        foreach (Option option in OptionTable.All.Where(static option => option.Words.Length > 0))
        {
            foreach (string name in (string[])["xenfbfront.8", "xenfbfront.conf.5"])
            {
                string item = ItemOf(Read(name), option.Name);
                Assert.All(option.Words, word => Assert.True(item.Contains(word, StringComparison.Ordinal), $"{name}: {option.Name} does not tell of {word}"));
            }
        }
    }

    [Fact]
    public void ProgramsPage_HasEachCommandOfCtl_AndEachExitStatus()
    {
        string page = Read("xenfbfront.8");
        Assert.All(CommandsOfCtl, command => Assert.Contains($"\n.It Cm {command}", page));
        string statuses = page[page.IndexOf(".Sh EXIT STATUS", StringComparison.Ordinal)..];
        Assert.All(
            (int[])[ExitStatus.Success, ExitStatus.Failure, ExitStatus.Usage, ExitStatus.Environment, ExitStatus.Interrupted], status => Assert.Contains($"\n.It {status}\n", statuses));
    }

    /// <summary>The example of the page is one that the program takes.</summary>
    [Fact]
    public void FilesPage_ItsExampleHolds()
    {
        string page = Read("xenfbfront.conf.5");
        string example = page[(page.IndexOf(".Bd -literal\n", StringComparison.Ordinal) + 13)..];
        Settings settings = CommandLine.Read([], _ => example[..example.IndexOf(".Ed", StringComparison.Ordinal)]);
        Assert.Empty(settings.Mistakes);
        Assert.Empty(settings.Warnings);
        Assert.Equal("journalctl -f   # the log", settings.Options.Framebuffers[1].Command);
    }

    [Fact]
    public void Readme_HasARowForEachUsualOption()
    {
        string readme = File.ReadAllText(Path.Combine(Frontends.RepositoryRoot, "README.md"));
        Assert.All(OptionTable.All.Where(static option => option.Set is not null && option.Name != "grant-reserve"), option => Assert.Contains($"\n| `--{option.Name}", readme));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_MandocAndGroffHaveNoComplaint(string name)
    {
        string page = Path.Combine(s_folder, name);
        Assert.Equal((0, ""), Command.RunOrSkip(Requirement, "mandoc", "-T", "lint", "-W", "warning", page));
        (int status, string output) = Command.RunOrSkip(Requirement, "groff", "-ww", "-mandoc", "-Tutf8", "-z", page);
        Assert.Equal((0, ""), (status, output));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_IsReadableOn80Columns(string name)
    {
        (int status, string output) = Command.RunOrSkip(Requirement, "mandoc", "-T", "utf8", "-O", "width=78", Path.Combine(s_folder, name));
        string[] lines = Overstruck().Replace(output, string.Empty).Split('\n');
        Assert.Equal(0, status);
        Assert.InRange(lines.Length, 60, 500);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.All((string[])["NAME", "SYNOPSIS", "DESCRIPTION", "FILES", "EXAMPLES", "SEE ALSO"], section => Assert.Contains(section, lines));
    }

    internal static string[] CommandsOfCtl => [.. ControlCommands.Help.Split('\n').Where(static line => line.StartsWith("  ", StringComparison.Ordinal)).Select(static line => line.TrimStart().Split(' ')[0])];

    private static string Read(string name) => File.ReadAllText(Path.Combine(s_folder, name));

    /// <summary>Manual pages are read on terminals of any kind.</summary>
    private static string Plain(string text) => text.Replace("…", "...", StringComparison.Ordinal);

    private static string ItemOf(string page, string name)
    {
        Match item = Regex.Match(page, $@"^\.It (Fl -|Ic ){name}( .*)?$", RegexOptions.Multiline);
        Assert.True(item.Success, name);
        int end = page.IndexOf("\n.It", item.Index + 1, StringComparison.Ordinal);
        return page[item.Index..(end < 0 ? page.Length : end)];
    }

    [GeneratedRegex(@"^\.It Fl -(\S+)(?: Ar (.*))?$", RegexOptions.Multiline)]
    private static partial Regex OptionItem();

    [GeneratedRegex(@"^\.It Ic (\S+) Ar (.*)$", RegexOptions.Multiline)]
    private static partial Regex SettingItem();

    [GeneratedRegex(".\x08")]
    private static partial Regex Overstruck();
}
