using XenFbFront.Configuration;
using Xunit;

namespace XenFbFront.Tests.Configuration;

public sealed class HelpTests
{
    [Fact]
    public void Usual_FitsAScreen()
    {
        string[] lines = LinesOf(Help.Usual);
        Assert.InRange(lines.Length, 10, 24);
        Assert.All(lines, static line => Assert.InRange(line.Length, 1, 80));
        Assert.All(lines, static line => Assert.Equal(line.TrimEnd(), line));
    }

    [Fact]
    public void Usual_SaysNothingThatTheWholeOneDoesNot()
    {
        string[] whole = LinesOf(Help.Whole);
        Assert.All(LinesOf(Help.Usual), line => Assert.True(line.Contains("--help-all", StringComparison.Ordinal) || whole.Contains(line), line));
    }

    [Fact]
    public void Whole_NamesEveryOption_WithinALine()
    {
        string[] lines = LinesOf(Help.Whole);
        Assert.All(lines, static line => Assert.InRange(line.Length, 1, 80));
        Assert.All(lines, static line => Assert.Equal(line.TrimEnd(), line));
        Assert.All(OptionTable.All.Where(static option => option.Name != "help-all"), option => Assert.Contains(lines, line => line.StartsWith($"  --{option.Name} {option.Value}", StringComparison.Ordinal)));
    }

    /// <summary>What the help calls the default of an option is what the program has when nothing is said.</summary>
    [Theory]
    [InlineData("scale")]
    [InlineData("cursor")]
    [InlineData("blink")]
    [InlineData("depth")]
    [InlineData("keymap")]
    [InlineData("unbind")]
    [InlineData("grant-reserve")]
    [InlineData("log")]
    public void Default_IsTheProgramsOwn(string name)
    {
        Option option = OptionTable.Find(name)!;
        DaemonOptions options = new();
        option.Set!(options, option.Default!);
        DaemonOptions silent = new();
        Assert.Equal(
            (silent.Scale, silent.Cursor, silent.BlinkMs, silent.Screen.Depth, silent.Keymap, silent.Unbind, silent.GrantReserve, silent.LogLevel),
            (options.Scale, options.Cursor, options.BlinkMs, options.Screen.Depth, options.Keymap, options.Unbind, options.GrantReserve, options.LogLevel));
    }

    private static string[] LinesOf(string text) => text.TrimEnd('\n').Split('\n');
}
