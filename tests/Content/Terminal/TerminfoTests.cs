using System.Diagnostics;
using System.Text;
using XenFbFront.Content.Terminal;
using Xunit;

namespace XenFbFront.Tests.Content.Terminal;

/// <summary>The terminal does what the terminfo entry says that it claims to be: each capability as tput writes it, and each key as infocmp has it.</summary>
public sealed class TerminfoTests
{
    private const string Five = "11111\r\n22222\r\n33333\r\n44444\r\n55555\e[H";

    // Capability and its parameters, what is on the screen of 10x5 before, what is there after, and where the cursor is.
    public static TheoryData<string, string, string, int, int> Effects => new()
    {
        { "cup 2 3", Five, "11111\n22222\n33333\n44444\n55555", 3, 2 },
        { "home", "ab", "ab", 0, 0 },
        { "clear", Five, "", 0, 0 },
        { "hpa 4", "ab", "ab", 4, 0 },
        { "vpa 3", "ab", "ab", 2, 3 },
        { "cuu1", "\e[3;3H", "", 2, 1 },
        { "cud1", "\e[2;1H", "", 0, 2 },
        { "cuf1", "", "", 1, 0 },
        { "cub1", "abc", "abc", 2, 0 },
        { "cuu 2", "\e[4;4H", "", 3, 1 },
        { "cud 2", "\e[2;4H", "", 3, 3 },
        { "cuf 3", "\e[2;2H", "", 4, 1 },
        { "cub 3", "\e[2;6H", "", 2, 1 },
        { "cr", "abc", "abc", 0, 0 },
        { "nel", "abc", "abc", 0, 1 },
        { "ht", "ab", "ab", 8, 0 },
        { "cbt", "\e[1;10H", "", 8, 0 },
        { "ed", Five + "\e[3;3H", "11111\n22222\n33", 2, 2 },
        { "el", Five + "\e[3;3H", "11111\n22222\n33\n44444\n55555", 2, 2 },
        { "el1", Five + "\e[3;3H", "11111\n22222\n   33\n44444\n55555", 2, 2 },
        { "ech 2", Five + "\e[3;3H", "11111\n22222\n33  3\n44444\n55555", 2, 2 },
        { "ich 2", "abcdef\e[3G", "ab  cdef", 2, 0 },
        { "dch 2", "abcdef\e[3G", "abef", 2, 0 },
        { "dch1", "abcdef\e[3G", "abdef", 2, 0 },
        { "il 2", Five + "\e[2;1H", "11111\n\n\n22222\n33333", 0, 1 },
        { "il1", Five + "\e[2;1H", "11111\n\n22222\n33333\n44444", 0, 1 },
        { "dl 2", Five + "\e[2;1H", "11111\n44444\n55555", 0, 1 },
        { "dl1", Five + "\e[2;1H", "11111\n33333\n44444\n55555", 0, 1 },
        { "csr 1 3", Five, "11111\n22222\n33333\n44444\n55555", 0, 0 },
        { "ind", Five + "\e[5;2H", "22222\n33333\n44444\n55555", 1, 4 },
        { "ri", Five + "\e[1;2H", "\n11111\n22222\n33333\n44444", 1, 0 },
        { "indn 2", Five, "33333\n44444\n55555", 0, 0 },
        { "rin 2", Five, "\n\n11111\n22222\n33333", 0, 0 },
        { "sc", "ab", "ab", 2, 0 },
        { "rc", "ab\e7\e[4;4H", "ab", 2, 0 },
        { "tbc", "\r\e[2G", "", 1, 0 },
        { "bel", "ab", "ab", 2, 0 },
        { "rep 120 5", "ab", "abxxxxx", 7, 0 },
    };

    // Capabilities whose effect shows in what is written after them.
    public static TheoryData<string, string, string, string, int, int> EffectsOnWhatFollows => new()
    {
        { "csr 1 3", Five, "\e[4;1H\n\n", "11111\n44444\n\n\n55555", 0, 3 },
        { "smir", "abc\e[2G", "XY", "aXYbc", 3, 0 },
        { "rmir", "\e[4habc\e[2G", "XY", "aXY", 3, 0 },
        { "smam", "\e[?7l", "0123456789a", "0123456789\na", 1, 1 },
        { "rmam", "", "0123456789a", "012345678a", 9, 0 },
        { "smacs", "", "lqk", "┌─┐", 3, 0 },
        { "rmacs", "\e(0", "lqk", "lqk", 3, 0 },
        { "tbc", "", "\tx", "         x", 9, 0 },
        { "hts", "\e[3g\e[4G", "\r\tx", "   x", 4, 0 },
        { "is2", "\e[4h\e[2;3r\e[?6h", "\e[Hab\r\e[5;1H\nX", "\n\n\n\nX", 1, 4 },
        { "rs1", "\e[4hab\e[2;3r\e(0", "q", "q", 1, 0 },
        { "rs2", "\e[4h\e[2;3r", "\e[Hab\r\e[5;1H\nX", "\n\n\n\nX", 1, 4 },
    };

    [Theory]
    [MemberData(nameof(Effects))]
    public void Capability_HasItsEffect(string capability, string before, string after, int column, int row) =>
        Capability_HasItsEffectOnWhatFollows(capability, before, string.Empty, after, column, row);

    [Theory]
    [MemberData(nameof(EffectsOnWhatFollows))]
    public void Capability_HasItsEffectOnWhatFollows(string capability, string before, string then, string after, int column, int row)
    {
        using VirtualTerminal terminal = Terminal();
        terminal.Write(before);
        terminal.Write(Tput(capability));
        terminal.Write(then);

        Assert.Equal(after, terminal.Text());
        Assert.Equal((column, row), (terminal.CursorColumn, terminal.CursorRow));
    }

    [Theory]
    [InlineData("bold", 0xffffffu, 0u, TerminalAttributes.Bold)]
    [InlineData("smul", 0xaaaaaau, 0u, TerminalAttributes.Underline)]
    [InlineData("rev", 0u, 0xaaaaaau, TerminalAttributes.Reverse)]
    [InlineData("smso", 0u, 0xaaaaaau, TerminalAttributes.Reverse)]
    [InlineData("blink", 0xaaaaaau, 0u, TerminalAttributes.Blink)]
    [InlineData("dim", 0x555555u, 0u, TerminalAttributes.Dim)]
    [InlineData("invis", 0u, 0u, TerminalAttributes.Invisible)]
    [InlineData("sitm", 0xaaaaaau, 0u, TerminalAttributes.Italic)]
    [InlineData("setaf 1", 0xaa0000u, 0u, TerminalAttributes.None)]
    [InlineData("setaf 12", 0x5555ffu, 0u, TerminalAttributes.None)]
    [InlineData("setaf 196", 0xff0000u, 0u, TerminalAttributes.None)]
    [InlineData("setab 4", 0xaaaaaau, 0x0000aau, TerminalAttributes.None)]
    [InlineData("setab 11", 0xaaaaaau, 0xffff55u, TerminalAttributes.None)]
    [InlineData("setab 240", 0xaaaaaau, 0x585858u, TerminalAttributes.None)]
    [InlineData("sgr 0 1 1 0 0 1 0 0 0", 0u, 0xffffffu, TerminalAttributes.Underline | TerminalAttributes.Reverse | TerminalAttributes.Bold)]
    [InlineData("sgr 1 0 0 0 0 0 0 0 0", 0u, 0xaaaaaau, TerminalAttributes.Reverse)]
    [InlineData("sgr 0 0 0 1 1 0 0 0 0", 0x555555u, 0u, TerminalAttributes.Blink | TerminalAttributes.Dim)]
    [InlineData("sgr 0 0 0 0 0 0 1 0 0", 0u, 0u, TerminalAttributes.Invisible)]
    [InlineData("sgr 0 0 0 0 0 0 0 0 0", 0xaaaaaau, 0u, TerminalAttributes.None)]
    public void Attribute_IsAsked_AndEndsWithSgr0(string capability, uint foreground, uint background, TerminalAttributes attributes)
    {
        using VirtualTerminal terminal = Terminal();
        terminal.Write(Tput(capability) + "x" + Tput("sgr0") + "y");

        TerminalCell x = terminal.Cell(0, 0), y = terminal.Cell(0, 1);
        Assert.Equal((foreground, background, attributes), (x.Foreground, x.Background, x.Attributes));
        Assert.Equal((0xaaaaaau, 0u, TerminalAttributes.None), (y.Foreground, y.Background, y.Attributes));
    }

    [Theory]
    [InlineData("bold", "sgr0")]
    [InlineData("smul", "rmul")]
    [InlineData("smso", "rmso")]
    [InlineData("sitm", "ritm")]
    [InlineData("setaf 3", "op")]
    [InlineData("setab 3", "op")]
    public void Attribute_Ended_IsPlain(string begin, string end)
    {
        using VirtualTerminal terminal = Terminal();
        terminal.Write(Tput(begin) + Tput(end) + "y");

        TerminalCell y = terminal.Cell(0, 0);
        Assert.Equal((0xaaaaaau, 0u, TerminalAttributes.None), (y.Foreground, y.Background, y.Attributes));
    }

    [Theory]
    [InlineData("smxx", TerminalAttributes.Strike)]
    [InlineData("rmxx", TerminalAttributes.None)]
    public void ExtendedAttribute_IsThere(string capability, TerminalAttributes attributes)
    {
        // Names of ncurses' own, which tput does not know everywhere.
        using VirtualTerminal terminal = Terminal();
        terminal.Write((capability == "rmxx" ? Entry()["smxx"] : string.Empty) + Entry()[capability] + "x");

        Assert.Equal(attributes, terminal.Cell(0, 0).Attributes);
    }

    [Fact]
    public void CursorStyle_IsAsked_AndReset()
    {
        using VirtualTerminal terminal = Terminal();
        terminal.Write(Entry()["Ss"].Replace("%p1%d", "4"));
        Assert.Equal((2, false), (terminal.CursorStyle, terminal.CursorBlinks));
        terminal.Write(Entry()["Se"]);
        Assert.Equal((1, false), (terminal.CursorStyle, terminal.CursorBlinks));
    }

    [Fact]
    public void Questions_AreAnsweredAsTheEntrySays()
    {
        TerminalRequirement.Library();
        StringBuilder replies = new();
        using VirtualTerminal terminal = new(10, 5, 10, bytes => replies.Append(Encoding.ASCII.GetString(bytes)));
        terminal.Write("\e[3;4H" + Entry()["u7"]);
        Assert.Equal("\e[3;4R", replies.ToString());
        replies.Clear();
        terminal.Write(Entry()["u9"]);
        Assert.Equal("\e[?1;2c", replies.ToString());
    }

    /// <summary>What is looked at nowhere here, each with the reason.</summary>
    private static readonly Dictionary<string, string> s_untried = new()
    {
        ["flash"] = "a reversed screen, switched back at once: a pause is the program's affair",
        ["initc"] = "the palette cannot be changed",
        ["oc"] = "the palette cannot be changed",
        ["mc0"] = "no printer",
        ["mc4"] = "no printer",
        ["mc5"] = "no printer",
        ["meml"] = "no memory to lock",
        ["memu"] = "no memory to lock",
        ["mgc"] = "no left and right margins",
        ["smglp"] = "no left and right margins",
        ["smgrp"] = "no left and right margins",
        ["smglr"] = "no left and right margins",
        ["smm"] = "Alt sends an escape, whatever is asked",
        ["rmm"] = "Alt sends an escape, whatever is asked",
        ["u6"] = "the answer to u7",
        ["u8"] = "the answer to u9",
        ["acsc"] = "a table, tried by itself",
        ["xm"] = "a format of answers",
        ["Cr"] = "the cursor has the colours of the text",
        ["Cs"] = "the cursor has the colours of the text",
        ["Ms"] = "no selection",
        ["PS"] = "nothing is pasted",
        ["PE"] = "nothing is pasted",
        ["BE"] = "nothing is pasted",
        ["BD"] = "nothing is pasted",
    };

    [Fact]
    public void Entry_EveryOutputCapability_IsTriedOrSaidNotToBe()
    {
        string tests = File.ReadAllText(SourceFile());
        Assert.All(
            Entry().Keys.Where(static name => name[0] != 'k'),
            name => Assert.True(s_untried.ContainsKey(name) || tests.Contains($"\"{name}\"") || tests.Contains($"\"{name} "), $"{name} is not tried"));
    }

    private static string SourceFile([System.Runtime.CompilerServices.CallerFilePath] string file = "") => file;

    [Fact]
    public void BackColourErase_ErasesWithTheColour()
    {
        using VirtualTerminal terminal = Terminal();
        terminal.Write("abc\e[2G" + Tput("setab 1") + Tput("el"));

        Assert.Equal(0xaa0000u, terminal.Cell(0, 5).Background);
        Assert.Equal(0u, terminal.Cell(0, 0).Background);
    }

    [Fact]
    public void AlternateScreen_ComesAndGoes()
    {
        using VirtualTerminal terminal = Terminal();
        terminal.Write("shell" + Tput("smcup"));
        Assert.True(terminal.IsAlternate);
        terminal.Write(Tput("clear") + "editor" + Tput("rmcup"));
        Assert.Equal(("shell", false), (terminal.Text(), terminal.IsAlternate));
    }

    [Fact]
    public void Cursor_HiddenShownAndVeryVisible()
    {
        using VirtualTerminal terminal = Terminal();
        terminal.Write(Tput("civis"));
        Assert.False(terminal.IsCursorVisible);
        terminal.Write(Tput("cvvis"));
        Assert.Equal((true, true), (terminal.IsCursorVisible, terminal.CursorBlinks));
        terminal.Write(Tput("cnorm"));
        Assert.Equal((true, false), (terminal.IsCursorVisible, terminal.CursorBlinks));
    }

    [Fact]
    public void E3_ForgetsTheLinesAbove()
    {
        using VirtualTerminal terminal = Terminal();
        terminal.Write("a\r\nb\r\nc\r\nd\r\ne\r\nf");
        Assert.Equal(1, terminal.ScrollbackCount);
        terminal.Write(Tput("E3"));
        Assert.Equal((0, "b\nc\nd\ne\nf"), (terminal.ScrollbackCount, terminal.Text()));
    }

    [Fact]
    public void Pointer_SwitchedOnAsNcursesDoes_IsReported()
    {
        using VirtualTerminal terminal = Terminal();
        terminal.Write(Entry()["XM"].Replace("%?%p1%{1}%=%th%el%;", "h"));
        Assert.Equal(TerminalMouse.Click, terminal.Mouse);
    }

    [Fact]
    public void LastColumn_WaitsBeforeItWraps()
    {
        // am and xenl.
        using VirtualTerminal terminal = Terminal();
        terminal.Write("0123456789");
        Assert.Equal(0, terminal.CursorRow);
        terminal.Write("\r\nx");
        Assert.Equal("0123456789\nx", terminal.Text());
    }

    [Fact]
    public void LineDrawing_EveryCharacterOfAcsc_IsDrawn()
    {
        using VirtualTerminal terminal = Terminal();
        string pairs = Entry()["acsc"];
        for (int i = 0; i < pairs.Length; i += 2)
        {
            terminal.Write("\ec" + Tput("smacs") + pairs[i + 1] + Tput("rmacs"));
            int drawn = terminal.Cell(0, 0).CodePoint;
            // The DEC set replaces these all; none may stay a letter.
            Assert.True(drawn > 0x7f, $"{pairs[i]} is drawn as {(char)drawn}");
        }
    }

    [Theory]
    [InlineData("kcuu1", 103)]
    [InlineData("kcud1", 108)]
    [InlineData("kcuf1", 106)]
    [InlineData("kcub1", 105)]
    [InlineData("khome", 102)]
    [InlineData("kend", 107)]
    [InlineData("kich1", 110)]
    [InlineData("kdch1", 111)]
    [InlineData("kpp", 104)]
    [InlineData("knp", 109)]
    [InlineData("kbs", 14)]
    [InlineData("kcbt", 15, 42)]
    [InlineData("kent", 96)]
    [InlineData("kb2", 76)]
    [InlineData("kf1", 59)]
    [InlineData("kf2", 60)]
    [InlineData("kf3", 61)]
    [InlineData("kf4", 62)]
    [InlineData("kf5", 63)]
    [InlineData("kf6", 64)]
    [InlineData("kf7", 65)]
    [InlineData("kf8", 66)]
    [InlineData("kf9", 67)]
    [InlineData("kf10", 68)]
    [InlineData("kf11", 87)]
    [InlineData("kf12", 88)]
    [InlineData("kf13", 59, 42)]
    [InlineData("kf14", 60, 42)]
    [InlineData("kf17", 63, 42)]
    [InlineData("kf24", 88, 42)]
    [InlineData("kf25", 59, 29)]
    [InlineData("kLFT", 105, 42)]
    [InlineData("kRIT", 106, 42)]
    [InlineData("kHOM", 102, 42)]
    [InlineData("kEND", 107, 42)]
    [InlineData("kDC", 111, 42)]
    public void Key_SendsWhatTheEntrySays(string capability, ushort key, ushort modifier = 0)
    {
        string expected = Entry()[capability];
        using TerminalRun run = new("stty raw -echo; printf ready; exec cat -v");
        run.UntilText("ready");
        // What a program that reads keys by terminfo writes first.
        run.Terminal.Write(Tput("smkx") + "\e[2J\e[H");
        run.Press(modifier == 0 ? [key] : [modifier, key]);
        run.Until(() => run.Terminal.Text().Length > 0);
        run.UntilQuiet(30);

        Assert.Equal(expected.Replace("\e", "^[").Replace("\x7f", "^?"), run.Terminal.Text());
    }

    [Fact]
    public void CursorKeys_AfterRmkx_AreThoseOfANewTerminal()
    {
        using TerminalRun run = new("stty raw -echo; printf ready; exec cat -v");
        run.UntilText("ready");
        run.Terminal.Write(Tput("smkx") + Tput("rmkx") + "\e[2J\e[H");
        run.Press(103);
        run.UntilText("^[[A");
    }

    // What the entry says of a key with modifiers 3 to 7: Alt, Shift-Alt, Control, Control-Shift, Control-Alt.
    [Theory]
    [InlineData("kUP", 103)]
    [InlineData("kDN", 108)]
    [InlineData("kLFT", 105)]
    [InlineData("kRIT", 106)]
    [InlineData("kHOM", 102)]
    [InlineData("kEND", 107)]
    [InlineData("kIC", 110)]
    [InlineData("kDC", 111)]
    [InlineData("kNXT", 109)]
    [InlineData("kPRV", 104)]
    public void KeyWithModifiers_SendsWhatTheEntrySays(string capability, ushort key)
    {
        ushort[][] modifiers = [[56], [42, 56], [29], [29, 42], [29, 56]];
        using TerminalRun run = new("stty raw -echo; printf ready; exec cat -v");
        run.UntilText("ready");
        List<string> expected = [], actual = [];
        for (int i = 0; i < modifiers.Length; i++)
        {
            run.Terminal.Write(Tput("smkx") + "\e[2J\e[H");
            run.Press([.. modifiers[i], key]);
            run.UntilQuiet(60);
            if (capability == "kDC" && i == 4)
            {
                // Ctrl-Alt-Del is for the machine, not for programs.
                Assert.Empty(run.Terminal.Text());
                continue;
            }

            expected.Add($"{capability}{i + 3} {Entry()[$"{capability}{i + 3}"].Replace("\e", "^[")}");
            actual.Add($"{capability}{i + 3} {run.Terminal.Text()}");
        }

        Assert.Equal(expected, actual);
    }

    private static VirtualTerminal Terminal()
    {
        TerminalRequirement.Library();
        return new(10, 5, 10, static _ => { });
    }

    private static string Tput(string arguments)
    {
        TerminalRequirement.Program("/usr/bin/tput");
        // Without padding, which only slow terminals of wire and glass need.
        return Run("/usr/bin/tput", ["-T", VirtualTerminal.TermName, .. arguments.Split(' ')]);
    }

    /// <summary>The entry's strings, without their parameters worked out.</summary>
    private static Dictionary<string, string> Entry()
    {
        TerminalRequirement.Program("/usr/bin/infocmp");
        Dictionary<string, string> entry = [];
        foreach (string line in Run("/usr/bin/infocmp", ["-1", "-x", VirtualTerminal.TermName]).Split('\n'))
        {
            string text = line.Trim().TrimEnd(',');
            int equals = text.IndexOf('=');
            if (equals > 0)
            {
                entry[text[..equals]] = text[(equals + 1)..].Replace("\\E", "\e").Replace("^H", "\b").Replace("\\177", "\x7f").Replace("^?", "\x7f").Replace("\\,", ",");
            }
        }

        return entry;
    }

    private static string Run(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
