using System.Diagnostics;
using System.Text;
using XenFbFront.Content;
using XenFbFront.Content.Terminal;
using XenFbFront.Tests.Content.Support;
using Xunit;

namespace XenFbFront.Tests.Content.Terminal;

public sealed class VirtualTerminalTests : IDisposable
{
    private const uint Grey = 0xaaaaaa, White = 0xffffff, Red = 0xaa0000, BrightRed = 0xff5555, Blue = 0x0000aa, Black = 0;

    private readonly VirtualTerminal? _terminal;
    private readonly StringBuilder _replies = new();

    public VirtualTerminalTests()
    {
        TerminalRequirement.Library();
        _terminal = new(20, 5, 100, bytes => _replies.Append(Encoding.UTF8.GetString(bytes)));
    }

    private VirtualTerminal Terminal => _terminal!;

    public void Dispose() => _terminal?.Dispose();

    [Fact]
    public void New_IsBlankWithAVisibleSteadyCursorAtTheTopLeft()
    {
        Assert.Equal(string.Empty, Terminal.Text());
        Assert.Equal((0, 0, true, false, false), (Terminal.CursorColumn, Terminal.CursorRow, Terminal.IsCursorVisible, Terminal.CursorBlinks, Terminal.IsAlternate));
        Assert.Equal((' ', Grey, Black), ((char)Terminal.Cell(0, 0).CodePoint, Terminal.Cell(0, 0).Foreground, Terminal.Cell(0, 0).Background));
    }

    [Fact]
    public void Text_WrapsAndScrolls()
    {
        Terminal.Write("0123456789012345678901\r\nb\r\nc\r\nd\r\ne");

        Assert.Equal("01\nb\nc\nd\ne", Terminal.Text());
        Assert.Equal("01234567890123456789", Terminal.Row(-1));
        Assert.Equal((1, 4), (Terminal.CursorColumn, Terminal.CursorRow));
    }

    [Theory]
    [InlineData("31", Red, Black)]
    [InlineData("1;31", BrightRed, Black)]
    [InlineData("91", BrightRed, Black)]
    [InlineData("44", Grey, Blue)]
    [InlineData("1", White, Black)]
    [InlineData("7", Black, Grey)]
    [InlineData("7;31;44", Blue, Red)]
    [InlineData("104", Grey, 0x5555ffu)]
    [InlineData("38;5;196", 0xff0000u, Black)]
    [InlineData("38;5;67", 0x5f87afu, Black)]
    [InlineData("48;5;232", Grey, 0x080808u)]
    [InlineData("48;5;255", Grey, 0xeeeeeeu)]
    [InlineData("38;5;9", BrightRed, Black)]
    [InlineData("38;2;1;2;3", 0x010203u, Black)]
    [InlineData("48;2;250;128;4", Grey, 0xfa8004u)]
    [InlineData("38:2:1:2:3", 0x010203u, Black)]
    [InlineData("31;0", Grey, Black)]
    [InlineData("31;39;44;49", Grey, Black)]
    public void Colours_AreThoseAskedFor(string attributes, uint foreground, uint background)
    {
        Terminal.Write($"\e[{attributes}mx\e[0my");

        TerminalCell cell = Terminal.Cell(0, 0);
        Assert.Equal(('x', $"{foreground:x6}", $"{background:x6}"), ((char)cell.CodePoint, $"{cell.Foreground:x6}", $"{cell.Background:x6}"));
        Assert.Equal((Grey, Black), (Terminal.Cell(0, 1).Foreground, Terminal.Cell(0, 1).Background));
    }

    [Fact]
    public void Colours_SixteenTimesSixteenPairs_AreThoseOfThePalette()
    {
        for (int foreground = 0; foreground < 16; foreground++)
        {
            for (int background = 0; background < 16; background++)
            {
                Terminal.Write($"\e[H\e[38;5;{foreground};48;5;{background}mx");
                TerminalCell cell = Terminal.Cell(0, 0);
                Assert.Equal((VcsTextGrid.DefaultPalette[foreground], VcsTextGrid.DefaultPalette[background]), (cell.Foreground, cell.Background));
            }
        }
    }

    [Theory]
    [InlineData("4", TerminalAttributes.Underline)]
    [InlineData("21", TerminalAttributes.DoubleUnderline)]
    [InlineData("4:3", TerminalAttributes.AnyUnderline)]
    [InlineData("3", TerminalAttributes.Italic)]
    [InlineData("5", TerminalAttributes.Blink)]
    [InlineData("9", TerminalAttributes.Strike)]
    [InlineData("4;9", TerminalAttributes.Underline | TerminalAttributes.Strike)]
    [InlineData("4;24", TerminalAttributes.None)]
    [InlineData("2", TerminalAttributes.Dim)]
    [InlineData("8", TerminalAttributes.Invisible)]
    [InlineData("8;4;2", TerminalAttributes.Dim | TerminalAttributes.Invisible | TerminalAttributes.Underline)]
    [InlineData("2;22", TerminalAttributes.None)]
    [InlineData("2;8;22", TerminalAttributes.Invisible)]
    [InlineData("2;8;28", TerminalAttributes.Dim)]
    [InlineData("2;0", TerminalAttributes.None)]
    [InlineData("2;;3", TerminalAttributes.Italic)]
    [InlineData("3;0;2;8", TerminalAttributes.Dim | TerminalAttributes.Invisible)]
    [InlineData("2m\u001b[8m\u001b[1", TerminalAttributes.Bold | TerminalAttributes.Dim | TerminalAttributes.Invisible)]
    [InlineData("38;5;8", TerminalAttributes.None)]
    [InlineData("38;5;2;48;2;8;2;28", TerminalAttributes.None)]
    [InlineData("38;2;8;8;8;2", TerminalAttributes.Dim)]
    [InlineData("48:2:8:8:8", TerminalAttributes.None)]
    [InlineData("11", TerminalAttributes.None)]
    [InlineData("2;19;10", TerminalAttributes.Dim)]
    [InlineData("0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;3;2", TerminalAttributes.Italic | TerminalAttributes.Dim)]
    public void Attributes_AreThoseAskedFor(string attributes, TerminalAttributes expected)
    {
        Terminal.Write($"\e[{attributes}mx");

        Assert.Equal(expected, Terminal.Cell(0, 0).Attributes);
    }

    [Theory]
    [InlineData("2", 0x555555u, Black)]
    [InlineData("2;31", 0x550000u, Black)]
    [InlineData("2;38;2;200;101;2", 0x643201u, Black)]
    [InlineData("2;7", Black, 0x555555u)]
    [InlineData("8", Black, Black)]
    [InlineData("8;44", Blue, Blue)]
    [InlineData("8;7", Grey, Grey)]
    public void DimAndInvisible_AreInTheColours(string attributes, uint foreground, uint background)
    {
        Terminal.Write($"\e[{attributes}mx");

        Assert.Equal((foreground, background), (Terminal.Cell(0, 0).Foreground, Terminal.Cell(0, 0).Background));
    }

    [Fact]
    public void DimAndInvisible_AreSavedWithTheCursor_AndComeInPieces_AndAreKeptAbove()
    {
        Terminal.Write("\e[2m\e7\e[0;8mx\e8y\r\n\e[");
        Terminal.Write("0;");
        Terminal.Write("8");
        Terminal.Write("mz\e[!pn\n\n\n\n\n\n");

        Assert.Equal((TerminalAttributes.Dim, "y"), (Terminal.Cell(-3, 0).Attributes, Terminal.Row(-3)));
        Assert.Equal((TerminalAttributes.Invisible, TerminalAttributes.None, "zn"), (Terminal.Cell(-2, 0).Attributes, Terminal.Cell(-2, 1).Attributes, Terminal.Row(-2)));
    }

    [Fact]
    public void Wide_TakesTwoCellsOfTheSameColours()
    {
        Terminal.Write("\e[41m漢\e[0mx");

        Assert.Equal((2, 0x6f22, Red), (Terminal.Cell(0, 0).Width, Terminal.Cell(0, 0).CodePoint, Terminal.Cell(0, 0).Background));
        Assert.Equal((0, ' ', Red), (Terminal.Cell(0, 1).Width, (char)Terminal.Cell(0, 1).CodePoint, Terminal.Cell(0, 1).Background));
        Assert.Equal("漢x", Terminal.Row(0));
    }

    [Fact]
    public void Wide_AtTheRightEdge_WrapsWhole()
    {
        Terminal.Write("\e[20G漢");

        Assert.Equal("\n漢", Terminal.Text());
    }

    [Fact]
    public void Wide_OverwrittenByHalf_LeavesNoHalf()
    {
        Terminal.Write("漢字\e[2Gx");

        Assert.All(Terminal.Cells(0), cell => Assert.True(cell.Width is 1 or 2 or 0));
        Assert.Equal(20, Terminal.Cells(0).Sum(cell => cell.Width));
        Assert.Contains("x字", Terminal.Row(0));
    }

    [Fact]
    public void Combining_StayWithTheirCharacter()
    {
        Terminal.Write("e\u0301\u0323x漢\u0301y");

        Assert.Equal((2, 0x301, 0x323), (Terminal.Cell(0, 0).MarkCount, Terminal.Cell(0, 0).Mark(0), Terminal.Cell(0, 0).Mark(1)));
        Assert.Equal("e\u0301\u0323x漢\u0301y", Terminal.Row(0));
        Assert.Equal(5, Terminal.CursorColumn);
    }

    [Fact]
    public void Combining_MoreThanACellHolds_AreLeftOut()
    {
        Terminal.Write("e" + string.Concat(Enumerable.Repeat("\u0301", 40)) + "x");

        Assert.Equal(TerminalCell.MaxMarks, Terminal.Cell(0, 0).MarkCount);
        Assert.Equal('x', Terminal.Cell(0, 1).CodePoint);
    }

    [Fact]
    public void Utf8_InPiecesAndBroken_IsReadAsFarAsItGoes()
    {
        foreach (byte value in "é漢"u8.ToArray())
        {
            Terminal.Write([value]);
        }

        Terminal.Write([0xff, (byte)'z']);
        Assert.Equal("é漢\ufffdz", Terminal.Row(0));
    }

    [Fact]
    public void Alternate_HasAScreenOfItsOwnAndNothingAbove()
    {
        Terminal.Write("shell\r\n$ ");
        Terminal.Write("\e[?1049h");
        Assert.True(Terminal.IsAlternate);
        Terminal.Write("\e[Heditor\r\n1\r\n2\r\n3\r\n4\r\n5\r\n6");
        Assert.Equal("2\n3\n4\n5\n6", Terminal.Text());
        Assert.Equal(0, Terminal.ScrollbackCount);

        Terminal.Write("\e[?1049l");
        Assert.Equal("shell\n$", Terminal.Text());
        Assert.Equal((2, 1, false), (Terminal.CursorColumn, Terminal.CursorRow, Terminal.IsAlternate));
    }

    [Fact]
    public void Scrollback_KeepsTextLooksAndWidths()
    {
        Terminal.Write("\e[1;31mred\e[0m \e[4munder\e[0m\r\n漢\u0301字 e\u0301\r\n\r\n\e[44m  \e[0m\r\n");
        Terminal.Write("\r\n\r\n\r\n\r\n\r\n");

        Assert.Equal(5, Terminal.ScrollbackCount);
        Assert.Equal(["red under", "漢\u0301字 e\u0301", "", "", ""], Enumerable.Range(0, 5).Select(i => Terminal.Row(i - 5)));
        Assert.Equal(BrightRed, Terminal.Cell(-5, 0).Foreground);
        Assert.Equal((Grey, TerminalAttributes.Underline), (Terminal.Cell(-5, 4).Foreground, Terminal.Cell(-5, 4).Attributes));
        Assert.Equal((2, 0, 2), (Terminal.Cell(-4, 0).Width, Terminal.Cell(-4, 1).Width, Terminal.Cell(-4, 2).Width));
        Assert.Equal((Blue, Blue, Black), (Terminal.Cell(-2, 0).Background, Terminal.Cell(-2, 1).Background, Terminal.Cell(-2, 2).Background));
    }

    [Fact]
    public void Scrollback_MoreThanItHolds_LosesTheOldest()
    {
        for (int i = 0; i < 1000; i++)
        {
            Terminal.Write($"line {i}\r\n");
        }

        Assert.Equal(100, Terminal.ScrollbackCount);
        Assert.Equal(996, Terminal.ScrolledLines);
        Assert.Equal("line 996\nline 997\nline 998\nline 999", Terminal.Text());
        Assert.Equal(Enumerable.Range(896, 100).Select(i => $"line {i}"), Enumerable.Range(0, 100).Select(i => Terminal.Row(i - 100)));
    }

    [Fact]
    public void Resize_IsBlankAndOfTheSize()
    {
        Terminal.Write("text\e[?1049h\e[?1003h\e[31m");
        Terminal.Resize(7, 3);
        Assert.Equal((string.Empty, 7, 3, false, TerminalMouse.None), (Terminal.Text(), Terminal.Columns, Terminal.Rows, Terminal.IsAlternate, Terminal.Mouse));
        Terminal.Write("1234567x");
        Assert.Equal("1234567\nx", Terminal.Text());
    }

    [Fact]
    public void Damage_IsOfTheRowsThatChanged()
    {
        Terminal.ClearDamage();
        Terminal.Write("\e[2;1Hx\e[4;1Hy");

        Assert.Equal([false, true, false, true, false], Enumerable.Range(0, 5).Select(Terminal.IsDamaged));
        Terminal.Write("\e[5;1H\n");
        Assert.True(Terminal.IsDamaged(0));
    }

    [Theory]
    [InlineData("\e[?25l", false, false, 1)]
    [InlineData("\e[?12h", true, true, 1)]
    [InlineData("\e[?12h\e[?12l", true, false, 1)]
    [InlineData("\e[3 q", true, true, 2)]
    [InlineData("\e[4 q", true, false, 2)]
    [InlineData("\e[6 q", true, false, 3)]
    public void Cursor_IsAsTheProgramAsks(string text, bool isVisible, bool blinks, int style)
    {
        Terminal.Write(text);

        Assert.Equal((isVisible, blinks, style), (Terminal.IsCursorVisible, Terminal.CursorBlinks, Terminal.CursorStyle));
    }

    [Theory]
    [InlineData("\e[c", "\e[?1;2c")]
    [InlineData("\e[5n", "\e[0n")]
    [InlineData("\e[3;4H\e[6n", "\e[3;4R")]
    public void Questions_AreAnswered(string question, string answer)
    {
        Terminal.Write(question);

        Assert.Equal(answer, _replies.ToString());
    }

    [Theory]
    [InlineData("\e[?1000h", TerminalMouse.Click)]
    [InlineData("\e[?1002h", TerminalMouse.Drag)]
    [InlineData("\e[?1003h", TerminalMouse.Move)]
    [InlineData("\e[?1003h\e[?1003l", TerminalMouse.None)]
    public void Mouse_IsWhatTheProgramAskedFor(string text, TerminalMouse mouse)
    {
        Terminal.Write(text);

        Assert.Equal(mouse, Terminal.Mouse);
    }

    [Fact]
    public void Button_NobodyAskedFor_IsNotTold()
    {
        Terminal.SendPointer(3, 2, VtermModifiers.None);
        Terminal.SendButton(1, true, VtermModifiers.None);
        Assert.Equal(string.Empty, _replies.ToString());

        Terminal.Write("\e[?1000;1006h");
        Terminal.SendButton(1, false, VtermModifiers.None);
        Assert.Equal("\e[<0;4;3m", _replies.ToString());
    }

    [Fact]
    public void Reset_ForgetsEverything()
    {
        Terminal.Write("secret\r\n\r\n\r\n\r\n\r\n\r\n\e[?1049h\e[31;44m\e[?25lmore\e[?1003h\e[3 q");
        Terminal.Reset();

        Assert.Equal((string.Empty, 0, false), (Terminal.Text(), Terminal.ScrollbackCount, Terminal.IsAlternate));
        Assert.Equal((true, false, TerminalMouse.None), (Terminal.IsCursorVisible, Terminal.CursorBlinks, Terminal.Mouse));
        Assert.Equal((Grey, Black), (Terminal.Cell(0, 0).Foreground, Terminal.Cell(0, 0).Background));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1)]
    public void Reset_ByTheProgram_LeavesTheAlternateScreenAndThePointersModes(int piece)
    {
        Terminal.Write("below\e[?1049h\e[?1003h\e[?25l\e[31mabove");
        byte[] bytes = "\ecx"u8.ToArray();
        for (int i = 0; i < bytes.Length; i += piece)
        {
            Terminal.Write(bytes.AsSpan(i, Math.Min(piece, bytes.Length - i)));
        }

        Assert.Equal(("x", false, TerminalMouse.None, true, false), (Terminal.Text(), Terminal.IsAlternate, Terminal.Mouse, Terminal.IsCursorVisible, Terminal.CursorBlinks));
        Assert.Equal(Grey, Terminal.Cell(0, 0).Foreground);
    }

    [Theory]
    [InlineData("\e[?1000;1006h", "1")]
    [InlineData("\e[?1006;1000hx", "1")]
    [InlineData("\e[?1006;1000h\e[?25;1000l\e[?1002;25h", "2")]
    [InlineData("a\e\e[?1000;1006h\e[", "1")]
    [InlineData("\e[?10\n00;10\b06h\r", "1")]
    [InlineData("\e[?1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27hx", "0")]
    public void Modes_SeveralAtOnceInAnyPieces_AreAllSwitched(string text, string mouse)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int piece = 1; piece <= bytes.Length; piece++)
        {
            Terminal.Reset();
            for (int i = 0; i < bytes.Length; i += piece)
            {
                Terminal.Write(bytes.AsSpan(i, Math.Min(piece, bytes.Length - i)));
            }

            Assert.Equal((mouse, true), ($"{(int)Terminal.Mouse}", Terminal.IsCursorVisible));
        }
    }

    [Theory]
    [InlineData("x\e[5bY", "xxxxxxY")]
    [InlineData("漢\e[2bY", "漢漢漢Y")]
    [InlineData("e\u0301\e[bY", "e\u0301\u0301Y")]
    [InlineData("\e[5bY", "Y")]
    [InlineData("x\r\e[5bY", "Y")]
    [InlineData("x\e[3;4bY", "xxxxY")]
    [InlineData("é\e[3bY", "ééééY")]
    public void Repetition_IsOfTheLastCharacter(string text, string expected)
    {
        Terminal.Write(text);

        Assert.Equal(expected, Terminal.Row(0));
    }

    /// <summary>A few bytes must not ask for the work of many screens.</summary>
    [Fact]
    public void Repetition_IsALineAtMost()
    {
        Terminal.Write("x\e[32767b");
        Assert.InRange(Terminal.CursorRow, 0, 1);
    }

    [Theory]
    [InlineData("x\e[1m\e[3bY", "xY")]
    [InlineData("\u009b5b\u0090x\u0080y", "5bxy")]
    [InlineData("\e%@é", "é")]
    [InlineData("漢\e\u0001[2bY", "漢Y")]
    [InlineData("漢\e\n\r[2bY", "漢\nY")]
    [InlineData("漢\e [2bY", "漢2bY")]
    [InlineData("漢\eé[2bY", "漢é[2bY")]
    [InlineData("漢\e[2\u007fb", "漢漢漢")]
    [InlineData("漢\e[2é", "漢é")]
    [InlineData("漢\e[2 3bY", "漢Y")]
    [InlineData("a\e[2\u0018b\e[1\u001ac\e\u0018[d", "abc[d")]
    [InlineData("a\e[1\e[Gb", "b")]
    [InlineData("a\e]0;title\ab\e]2;title\e\\c\e]0;cut\u0018d\ePq#0\e[Ge", "ebcd")]
    [InlineData("a\e_Gpicture\e\\b\eXtext\e\\c\e^text\e\\d\e\\e", "abcde")]
    public void Sequences_AreReadAsAWhole(string text, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int piece = 1; piece <= bytes.Length; piece++)
        {
            Terminal.Reset();
            for (int i = 0; i < bytes.Length; i += piece)
            {
                Terminal.Write(bytes.AsSpan(i, Math.Min(piece, bytes.Length - i)));
            }

            Assert.Equal(expected, Terminal.Text());
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xe6, (byte)'x' }, "\ufffdx")]
    [InlineData(new byte[] { 0xe6, 0xbc, (byte)'\r', (byte)'\n', (byte)'x' }, "\ufffd\nx")]
    [InlineData(new byte[] { 0xe6, 0x1b, (byte)'[', (byte)'m', 0xbc, 0xa2 }, "\ufffd\ufffd\ufffd")]
    [InlineData(new byte[] { 0xf8, 0x88, 0x80, 0x80, 0x80 }, "\ufffd\ufffd\ufffd\ufffd\ufffd")]
    [InlineData(new byte[] { 0xc0, 0x80, 0xe0, 0x82, 0x9b }, "\ufffd\ufffd\ufffd\ufffd\ufffd")]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 }, "\ufffd\ufffd\ufffd\ufffd")]
    [InlineData(new byte[] { 0xe6, 0xe6, 0xbc, 0xa2, 0xc2, 0x9b, (byte)'5', (byte)'b' }, "\ufffd漢5b")]
    public void Utf8_Broken_IsShownAsSuchInAnyPieces(byte[] bytes, string expected)
    {
        for (int piece = 1; piece <= bytes.Length; piece++)
        {
            Terminal.Reset();
            for (int i = 0; i < bytes.Length; i += piece)
            {
                Terminal.Write(bytes.AsSpan(i, Math.Min(piece, bytes.Length - i)));
            }

            Assert.Equal(expected, Terminal.Text());
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void Numbers_MoreThanTheLibraryKeeps_StayAway(int count)
    {
        string many = string.Concat(Enumerable.Repeat("1;", count));
        foreach (char final in "mHrhlbJnX")
        {
            Terminal.Write($"\e[{many}1{final}\e[?{many}1{final}");
        }

        Terminal.Write("\ecx");
        Assert.Equal("x", Terminal.Text());
    }

    [Fact]
    public void Attributes_MoreThanTheLibraryKeeps_AllCount()
    {
        Terminal.Write("\e[0;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;22;4;38:2::1:2:3;48;5;196mx");

        TerminalCell cell = Terminal.Cell(0, 0);
        Assert.Equal((0x010203u, 0xff0000u, TerminalAttributes.Underline), (cell.Foreground, cell.Background, cell.Attributes));
    }

    [Theory]
    [InlineData("38;5")]
    [InlineData("38")]
    [InlineData("38;2;1;2")]
    [InlineData("38;5;256")]
    [InlineData("38;2;1;2;256")]
    [InlineData("58;5;4")]
    [InlineData("38:7:1")]
    [InlineData("4:9;24")]
    public void Attributes_CutShort_ChangeNothing(string attributes)
    {
        // The numbers of the first are what the library would find behind a colour that is cut short.
        Terminal.Write($"\e[38;5;196m\e[0m\e[{attributes}mx");

        Assert.Equal((Grey, Black, TerminalAttributes.None), (Terminal.Cell(0, 0).Foreground, Terminal.Cell(0, 0).Background, Terminal.Cell(0, 0).Attributes));
    }

    [Theory]
    [InlineData("2147483647")]
    [InlineData("4294967297")]
    [InlineData("99999999999999999999999")]
    public void Numbers_TooGreat_AreTheGreatest(string number)
    {
        Terminal.Write($"\e[3;3H\e[{number}B\e[{number}Cx");

        Assert.Equal('x', Terminal.Cell(4, 19).CodePoint);
    }

    [Fact]
    public void Combining_ThatAreWide_DoNotWidenTheCharacterBefore()
    {
        Terminal.Write("か" + string.Concat(Enumerable.Repeat("\u3099", 40)) + "x");

        Assert.Equal((2, TerminalCell.MaxMarks, 0x3099), (Terminal.Cell(0, 0).Width, Terminal.Cell(0, 0).MarkCount, Terminal.Cell(0, 0).Mark(0)));
        Assert.Equal('x', Terminal.Cell(0, 2).CodePoint);
    }

    [Fact]
    public void Combining_WithoutEnd_AreForgotten()
    {
        // The library would keep them all and look through them at each one: a minute for so many, instead of a moment.
        byte[] marks = Encoding.UTF8.GetBytes("e" + string.Concat(Enumerable.Repeat("\u0301\e[m", 300_000)));
        Stopwatch clock = Stopwatch.StartNew();
        Terminal.Write(marks);

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Cursor_RestoredButNeverSaved_IsAsInANewTerminal()
    {
        foreach (string restore in (string[])["\e8", "\e[?1048l", "\e[?1049l", "\e[u"])
        {
            Terminal.Write($"\ec\e[31m\e[3 q\e[3;3H{restore}x\eP$q q\e\\");
            Assert.Equal(("x", Grey, Black, 1), (Terminal.Text(), Terminal.Cell(0, 0).Foreground, Terminal.Cell(0, 0).Background, Terminal.CursorStyle));
            Assert.Equal("\eP1$r2 q\e\\", _replies.ToString());
            _replies.Clear();
        }
    }

    [Theory]
    [InlineData("\e7", "\e8")]
    [InlineData("\e[s", "\e[u")]
    [InlineData("\e[?1048h", "\e[?1048l")]
    public void Cursor_IsSavedAndRestored(string save, string restore)
    {
        Terminal.Write($"\e[2;3H{save}\e[5;5H{restore}x");

        Assert.Equal("\n  x", Terminal.Text());
    }

    [Fact]
    public void Margins_AtTheSides_AreSetInTheirModeOnly()
    {
        Terminal.Write("\e[?69h\e[3;6s\e[3Gabcdef\e[3G\e[1P\e[?69l\e[2;2H\e[3;6sx");

        Assert.Equal("  bcd ef\n x", Terminal.Text());
    }

    [Fact]
    public void SoftReset_LeavesTextAndCursor()
    {
        Terminal.Write("text\e[2;4r\e[?6h\e[4h\e[?25l\e[31m\e(0\e[?6l\e[2;3H\e[!pq\e[2;1H");
        Assert.Equal(("text\n  q", Grey, true), (Terminal.Text(), Terminal.Cell(1, 2).Foreground, Terminal.IsCursorVisible));

        Terminal.Write("xy\e[5;1H\n");
        Assert.Equal(("xyq", 1), (Terminal.Text(), Terminal.ScrollbackCount));
    }

    [Theory]
    [InlineData("\eP$qm\e\\", "\eP1$rm\e\\")]
    [InlineData("\e[2;4r\eP$qr\e\\", "\eP1$r2;4r\e\\")]
    [InlineData("\eP$q\"q\e\\", "\eP1$r2\"q\e\\")]
    [InlineData("\eP$q\"p\e\\", "\eP0$r\e\\")]
    [InlineData("\e]10;?\a", "\e]10;rgb:aaaa/aaaa/aaaa\e\\")]
    [InlineData("\e]11;?\e\\", "\e]11;rgb:0000/0000/0000\e\\")]
    [InlineData("\e]11;?x\e\\\e]11;#ffffff\a\e]110;?\a", "")]
    [InlineData("\eP$qsomething that is no setting\e\\", "\eP0$r\e\\")]
    [InlineData("\ePsomething else\e\\", "")]
    [InlineData("\eP$qm\x18", "")]
    [InlineData("\eP$qm\e[m", "")]
    public void Settings_AskedFor_AreTold(string question, string answer)
    {
        foreach (byte value in Encoding.UTF8.GetBytes(question))
        {
            Terminal.Write([value]);
        }

        Assert.Equal(answer, _replies.ToString());
    }

    [Fact]
    public void Wide_WhoseLeftHalfIsDeleted_LeavesABlank()
    {
        Terminal.Write("漢\u0301\e[G\e[P");

        Assert.Equal((' ', 0, 1), ((char)Terminal.Cell(0, 0).CodePoint, Terminal.Cell(0, 0).MarkCount, (int)Terminal.Cell(0, 0).Width));
    }

    [Fact]
    public void WriteAndRead_AllocateNothing()
    {
        byte[] text = Encoding.UTF8.GetBytes("\e[1;31mred 漢 e\u0301\e[0m\r\n\e[2J\e[?1049h\e[?1049l\r\n\r\n\r\n\r\n\r\n\r\nx");
        TerminalCell[] cells = new TerminalCell[20];

        AllocationMeter.AssertNone(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                Terminal.Write(text);
                for (int row = -Math.Min(5, Terminal.ScrollbackCount); row < 5; row++)
                {
                    Terminal.ReadRow(row, cells);
                }
            }
        });
    }
}
