using System.Text;
using XenFbFront.Content.Terminal;
using Xunit;

namespace XenFbFront.Tests.Content.Terminal;

public class TerminalModesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("text \e[31m\e[2J\e[5;7H\e[?25h\e[?7h", "")]
    [InlineData("\e[?1049h", "\e[?1049h")]
    [InlineData("\e[?1049hx\e[?1049l", "")]
    [InlineData("\e[?47h\e[?1h\e=\e[?2004h", "\e[?1049h\e[?1h\e[?2004h\e=")]
    [InlineData("\e[?25l\e[?7l", "\e[?7l\e[?25l")]
    [InlineData("\e[?1002;1006h\e[4h", "\e[?1002h\e[?1006h\e[4h")]
    [InlineData("\e[1h", "")]
    [InlineData("\e[?1h\e[!p", "")]
    [InlineData("\e[?1h\e[?1000h\ec", "")]
    [InlineData("\e]0;title \e[?1h\a", "\e[?1h")]
    [InlineData("\e]0;[?1h\a", "")]
    [InlineData("\ePtext\e\\\e[?1h", "\e[?1h")]
    [InlineData("\e[?1\x18h", "")]
    [InlineData("\e[?1\nh", "\e[?1h")]
    [InlineData("\e(0\e[?1h", "\e[?1h")]
    [InlineData("\e[?99999999999999999999h", "")]
    [InlineData("\e[?104", "\e[?104")]
    [InlineData("\e", "\e")]
    [InlineData("\e[?1h\e[?1049l\e[?20", "\e[?1h\e[?20")]
    public void Read_InAnyPieces_LeavesWhatIsOn(string output, string expected)
    {
        for (int piece = 1; piece <= output.Length + 1; piece++)
        {
            TerminalModes modes = default;
            byte[] bytes = Encoding.UTF8.GetBytes(output);
            for (int i = 0; i < bytes.Length; i += piece)
            {
                modes.Read(bytes.AsSpan(i, Math.Min(piece, bytes.Length - i)));
            }

            Assert.Equal(expected, Written(modes));
        }
    }

    [Fact]
    public void Write_EverythingChanged_Fits()
    {
        TerminalModes modes = default;
        modes.Read(Encoding.UTF8.GetBytes("\e[?1049;1;5;6;1000;1002;1003;1004;1006;2004h\e[?7;25l\e[4h\e=\e[" + new string('1', 57)));

        Assert.InRange(Written(modes).Length, 100, TerminalModes.MaxWritten);
    }

    [Fact]
    public void Read_EndlessSequence_IsGivenUp()
    {
        TerminalModes modes = default;
        modes.Read(Encoding.UTF8.GetBytes("\e[" + new string('1', 1000) + "\e[?1h"));

        Assert.Equal("\e[?1h", Written(modes));
    }

    private static string Written(TerminalModes modes)
    {
        Span<byte> target = stackalloc byte[TerminalModes.MaxWritten];
        return Encoding.UTF8.GetString(target[..modes.Write(target)]);
    }
}
