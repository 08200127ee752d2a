using XenFbFront.Configuration;
using Xunit;

namespace XenFbFront.Tests.Configuration;

public sealed class ConfigurationLineTests
{
    [Theory]
    [InlineData("size = 800x600", "size", "800x600")]
    [InlineData("\tsize=800x600 \r", "size", "800x600")]
    [InlineData("depth = 8   # of the old screen", "depth", "8")]
    [InlineData("depth = 8\t#of the old screen", "depth", "8")]
    [InlineData("font = /fonts/a#b.psf", "font", "/fonts/a#b.psf")]
    [InlineData("term = sh -c '#not a comment'", "term", "sh -c '#not a comment'")]
    [InlineData("term = sh -c \"echo a; echo b\"   # with quotes of its own", "term", "sh -c \"echo a; echo b\"")]
    [InlineData("term = \"sh -c 'echo a # b'\"   # and this is one", "term", "sh -c 'echo a # b'")]
    [InlineData("term = \"echo \\\"a\\\" \\\\ \\n\"", "term", "echo \"a\" \\ \\n")]
    [InlineData("term = 'echo \"a\" \\ # b'", "term", "echo \"a\" \\ # b")]
    [InlineData("term = \"  top  \"", "term", "  top  ")]
    [InlineData("vfb = 1=term:top -d 1", "vfb", "1=term:top -d 1")]
    [InlineData("font =", "font", "")]
    [InlineData("font = # none", "font", "")]
    [InlineData("font = \"\"", "font", "")]
    public void Line_IsTakenApart(string line, string name, string value)
    {
        Assert.True(ConfigurationLine.TryParse(line, out string readName, out string readValue));
        Assert.Equal((name, value), (readName, readValue));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r")]
    [InlineData("# size = 800x600")]
    [InlineData("   #")]
    public void Comment_SaysNothing(string line) => Assert.False(ConfigurationLine.TryParse(line, out _, out _));

    [Theory]
    [InlineData("depth", "`depth` is not `name = value`")]
    [InlineData("= 3", "`= 3` is not `name = value`")]
    [InlineData("depth # = 3", "`depth # = 3` is not `name = value`")]
    [InlineData("term = \"top", "term: the closing \" is missing")]
    [InlineData("term = 'top\"", "term: the closing ' is missing")]
    [InlineData("term = \"/my bin/top\" -d 1", "term: `-d 1` stands behind the closing \"; put the whole value in quotes: term = \"\\\"/my bin/top\\\" -d 1\"")]
    [InlineData("term = sh -c 'a # b'", "term: a # within quotes begins a comment, unless the whole value stands in quotes: term = \"sh -c 'a # b'\"")]
    public void WrongLine_SaysWhatIsRight(string line, string expected) =>
        Assert.Equal(expected, Assert.Throws<OptionException>(() => ConfigurationLine.TryParse(line, out _, out _)).Message);

    [Theory]
    [InlineData("800x600")]
    [InlineData("a#b 'c' \"d\"")]
    [InlineData("a # b")]
    [InlineData("#")]
    [InlineData(" a\t")]
    [InlineData("\"a\"")]
    [InlineData("'a' \\ \\\" # b")]
    public void Quoted_IsReadAsItWas(string value)
    {
        Assert.True(ConfigurationLine.TryParse($"term = {ConfigurationLine.Quote(value)}   # said", out _, out string read));
        Assert.Equal(value, read);
    }
}
