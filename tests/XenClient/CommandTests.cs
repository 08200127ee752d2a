using XenFbFront.Tests.Xen;
using Xunit;

namespace XenFbFront.Tests.XenClient;

public class CommandTests
{
    [Fact]
    public void ParseAll_CommandsDividedByDashes_GivesEach()
    {
        List<Command> commands = Command.ParseAll(["wait-text", "login:", "--", "type", "root\\n", "--", "size"]);

        Assert.Equal(["wait-text", "type", "size"], commands.Select(command => command.Name));
    }

    [Theory]
    [InlineData]
    [InlineData("size", "--")]
    [InlineData("size", "extra")]
    [InlineData("dance")]
    [InlineData("wait-size", "800")]
    [InlineData("wait-size", "800x0")]
    [InlineData("pattern", "--of", "800")]
    [InlineData("pattern-file", "picture.ppm")]
    [InlineData("leave-open", "soon")]
    [InlineData("type", "\\q")]
    [InlineData("key")]
    [InlineData("key", "NoSuchKey")]
    [InlineData("button", "0", "down")]
    [InlineData("button", "1", "sideways")]
    [InlineData("wheel", "around", "1")]
    [InlineData("keyboard-random", "1", "0")]
    [InlineData("points", "-1", "5")]
    [InlineData("leave-open", "-1")]
    public void ParseAll_NotACommand_IsRefusedBeforeAnythingRuns(params string[] words) => Assert.Throws<UsageException>(() => Command.ParseAll(words));

    [Fact]
    public void Take_Options_LeavesTheCommand()
    {
        ReadOnlySpan<string> words = ["--deadline", "2.5", "--font", "12x24", "size"];

        ClientOptions options = ClientOptions.Take(ref words);

        Assert.Equal((24, TimeSpan.FromSeconds(2.5)), (options.Font.CellHeight, options.Deadline));
        Assert.Equal(["size"], words.ToArray());
    }

    [Theory]
    [InlineData("--font", "9x9")]
    [InlineData("--deadline")]
    [InlineData("--deadline", "soon")]
    [InlineData("--nothing", "x")]
    public void Take_WrongOption_IsRefused(params string[] words) => Assert.Throws<UsageException>(() =>
    {
        ReadOnlySpan<string> rest = words;
        ClientOptions.Take(ref rest);
    });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("5900")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:0")]
    [InlineData("somewhere:5900")]
    public void Address_NotHostAndPort_IsRefused(string? word) => Assert.Throws<UsageException>(() => ClientOptions.Address(word));

    [Fact]
    public void Address_HostAndPort_IsUnderstood()
    {
        Assert.Equal("127.0.0.1:5951", ClientOptions.Address("localhost:5951").ToString());
        Assert.Equal("[::1]:5951", ClientOptions.Address("[::1]:5951").ToString());
    }
}
