using XenFbFront.Configuration;
using XenFbFront.Loopback;
using Xunit;

namespace XenFbFront.Tests.Loopback;

public sealed class LoopbackOptionsTests
{
    /// <summary>Options of the frontend that make no sense here: the tool says them itself, or they are about a real guest.</summary>
    private static readonly string[] s_notHandedOn = ["--unbind", "--grant-reserve", "--loopback", "--config", "--check-config", "--no-holder", "--help", "--help-all", "--version"];

    public static TheoryData<string> HandedOn => [.. Help.Whole.Split('\n')
        .Select(static line => line.TrimStart().Split(' ')[0]).Where(static name => name.StartsWith("--", StringComparison.Ordinal)).Except(s_notHandedOn)];

    [Theory]
    [MemberData(nameof(HandedOn))]
    public void Help_NamesEachOptionThatIsHandedOn(string name) => Assert.Contains($"{name} ", LoopbackOptions.Help);

    [Fact]
    public void Help_FitsAScreen()
    {
        string[] lines = LoopbackOptions.Help.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 10, 24);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void Parse_TheFrontendsOptions_AreHandedOnAsTheyAre()
    {
        LoopbackOptions options = LoopbackOptions.Parse(["--scale", "2", "--cursor=block", "--vfb", "0=console:2", "--frames", "3"]);
        Assert.Equal(["--scale", "2", "--cursor", "block", "--vfb", "0=console:2"], options.FrontendArguments);
        Assert.Equal(3, options.Frames);
    }

    [Theory]
    [InlineData("--scale", "9")]
    [InlineData("--nonsense", "1")]
    [InlineData("--frames", "0")]
    [InlineData("--window", "perhaps")]
    [InlineData("--vnc", "nowhere")]
    public void Parse_WrongValue_SaysWhichBeforeAnythingIsStarted(string name, string value) =>
        Assert.Contains(name, Assert.Throws<OptionException>(() => LoopbackOptions.Parse([name, value])).Message);
}
