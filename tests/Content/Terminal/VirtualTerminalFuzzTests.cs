using System.Diagnostics;
using System.Reflection;
using XenFbFront.Content.Terminal;
using Xunit;

namespace XenFbFront.Tests.Content.Terminal;

/// <summary>Output that is made to break libvterm, through the filter and past it.</summary>
/// <remarks>
/// A fault that happens to be survived is not seen here: tests/Content/Terminal/sanitize runs this class with a library that stops at every access beyond
/// its memory. XENFBFRONT_FUZZ_SECONDS makes it go on for so long, XENFBFRONT_FUZZ_SEED begin elsewhere. With XENFBFRONT_FUZZ_FAULT the fault of that number, or with 0
/// any output, goes past the filter, which must end in a fault.
/// </remarks>
public sealed class VirtualTerminalFuzzTests(ITestOutputHelper output)
{
    private const int Rounds = 60, PiecesOfRound = 60;

    private static readonly (int Columns, int Rows)[] s_sizes = [(VirtualTerminal.MinimumColumns, 1), (VirtualTerminal.MinimumColumns, 3), (5, 1), (5, 5), (9, 2), (16, 4), (17, 9), (80, 24), (81, 25), (132, 43), (512, 200)];

    private static readonly VtermKey[] s_keys = [.. Enum.GetValues<VtermKey>(), .. Enumerable.Range(1, 12).Select(number => VtermKey.Function0 + number), VtermKey.Keypad0 + 5];

    private static readonly FieldInfo s_handle = typeof(VirtualTerminal).GetField("_terminal", BindingFlags.NonPublic | BindingFlags.Instance)!;

    /// <summary>Faults of libvterm 0.1.4 that end it, each in the pieces that it needs.</summary>
    public static readonly TheoryData<int, string[]> Faults = new()
    {
        // A 17th number is written behind csi_args, where the callbacks are. parser.c, CSI_ARGS.
        { 1, [$"\e[{string.Concat(Enumerable.Repeat("1;", 40))}m"] },
        // The 19 digits of a long are exceeded. parser.c, CSI_ARGS.
        { 2, ["\e[99999999999999999999A"] },
        // The sum of cursor and count is. state.c, on_csi.
        { 3, ["\e[3;3H\e[2147483646B"] },
        // The letter that breaks a character makes two, beyond codepoints on the stack. encoding.c, decode_utf8; state.c, on_text.
        { 4, ["a\u00e6", "x"] },
        // ESC and the backslash behind it in two pieces: the string's length is -1. parser.c, ESC_IN_STRING.
        { 5, ["\e]0;title\0", "x\e", "\\"] },
        // REP of a wide character to the last column. state.c, on_csi; screen.c, putglyph.
        { 6, ["\e[1;18H\u00e6\u00bc\u00a2\e[5b"] },
        // The same after a blank that the library skips.
        { 7, ["\e[1;18H\u00e6\u00bc\u00a2\e [5b"] },
        // Combining characters of two columns, which are added to the one before. state.c, on_text.
        { 8, ["a" + string.Concat(Enumerable.Repeat("\u00e3\u0082\u0099", 40))] },
        // U+0085 moves the cursor to column -1, where a tab stop is set. unicode.c, mk_wcwidth; state.c, set_col_tabstop.
        { 9, ["\u00c2\u0085\eH"] },
    };

    /// <param name="number">To name it.</param>
    /// <param name="pieces">Each character is a byte.</param>
    [Theory]
    [MemberData(nameof(Faults))]
    public void Write_FaultOfTheLibrary_IsKeptFromIt(int number, string[] pieces)
    {
        TerminalRequirement.Library();
        using VirtualTerminal terminal = new(20, 5, 1, _ => { });
        foreach (byte[] piece in pieces.Select(System.Text.Encoding.Latin1.GetBytes))
        {
            if (Setting("FAULT") == number)
            {
                WriteRaw(terminal, piece);
            }
            else
            {
                terminal.Write(piece);
            }
        }

        AssertBetweenSequences(terminal, number, 0);
    }

    [Fact]
    public void Write_AnyOutputAtAnySize_LeavesTheLibraryBetweenSequences()
    {
        TerminalRequirement.Library();
        bool isUnfiltered = Setting("FAULT") == 0;
        int seed = Math.Max(Setting("SEED"), 0);
        long bytes = 0, rounds = 0, calls = 0;
        Stopwatch clock = Stopwatch.StartNew();
        TimeSpan limit = TimeSpan.FromSeconds(Setting("SECONDS"));
        do
        {
            for (int i = 0; i < Rounds; i++, seed++, rounds++)
            {
                Round(seed, isUnfiltered, ref bytes, ref calls);
            }
        }
        while (clock.Elapsed < limit);

        output.WriteLine($"{bytes} bytes in {calls} calls, {rounds} terminals, next seed {seed}");
    }

    /// <summary>What the library does itself without harm must look the same when it has gone through the filter.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Write_HarmlessOutput_LooksAsWithoutTheFilter(int seed)
    {
        TerminalRequirement.Library();
        TerminalOutputGenerator generator = new(new Random(seed));
        for (int round = 0; round < 100; round++)
        {
            List<byte> answers = [], rawAnswers = [];
            using VirtualTerminal terminal = new(20, 6, 50, bytes => answers.AddRange(bytes)), raw = new(20, 6, 50, bytes => rawAnswers.AddRange(bytes));
            byte[] text = generator.NextHarmless(60);
            // In one piece, as the library's answer to some text (marks at the right edge, line drawing beside other scripts) depends on the pieces.
            terminal.Write(text);
            WriteRaw(raw, text);

            string where = $"seed {seed}, round {round}: {string.Concat(text.Select(value => value is > 0x20 and < 0x7f ? $"{(char)value}" : $"\\x{value:x2}"))}";
            Assert.True(rawAnswers.SequenceEqual(answers), where);
            Assert.True((raw.CursorColumn, raw.CursorRow, raw.IsCursorVisible, raw.IsAlternate, raw.Mouse, raw.ScrollbackCount) == (terminal.CursorColumn, terminal.CursorRow, terminal.IsCursorVisible, terminal.IsAlternate, terminal.Mouse, terminal.ScrollbackCount), where);
            for (int row = -raw.ScrollbackCount; row < raw.Rows; row++)
            {
                Assert.True(raw.Row(row) == terminal.Row(row), $"row {row} is '{terminal.Row(row)}', raw '{raw.Row(row)}', {where}");
                Assert.True(Looks(raw, row).SequenceEqual(Looks(terminal, row)), $"colours of row {row}, {where}");
            }
        }
    }

    [Fact]
    public void Combining_AreThoseOfTheLibrary()
    {
        TerminalRequirement.Library();
        using VirtualTerminal raw = new(20, 2, 1, _ => { });
        for (int codePoint = 0xa0; codePoint <= 0x10ffff; codePoint++)
        {
            if (codePoint is >= 0xd800 and <= 0xdfff)
            {
                continue;
            }

            WriteRaw(raw, System.Text.Encoding.UTF8.GetBytes($"\ra{char.ConvertFromUtf32(codePoint)}"));
            bool isCombining = raw.Cell(0, 0).MarkCount > 0;
            Assert.True(isCombining == CombiningCharacters.Contains(codePoint), $"U+{codePoint:x4}");
            Assert.True((isCombining && raw.CursorColumn > 1) == CombiningCharacters.IsWide(codePoint), $"columns of U+{codePoint:x4}");
        }
    }

    private void Round(int seed, bool isUnfiltered, ref long bytes, ref long calls)
    {
        Random random = new(seed);
        TerminalOutputGenerator generator = new(random);
        (int columns, int rows) = s_sizes[random.Next(random.Next(4) == 0 ? s_sizes.Length : s_sizes.Length - 2)];
        using VirtualTerminal terminal = new(columns, rows, 20, _ => { });
        TerminalCell[] cells = new TerminalCell[s_sizes[^1].Columns];
        for (int i = 0; i < PiecesOfRound; i++)
        {
            byte[] text = generator.Next(random.Next(1, 30));
            bytes += text.Length;
            if (isUnfiltered)
            {
                WriteRaw(terminal, text);
                calls++;
                continue;
            }

            calls += WriteInPieces(terminal, text, random);
            Use(terminal, random);
            for (int row = -terminal.ScrollbackCount; row < terminal.Rows; row += random.Next(1, 9))
            {
                terminal.ReadRow(row, cells);
            }

            if (random.Next(8) == 0)
            {
                AssertBetweenSequences(terminal, seed, i);
            }
        }
    }

    private static void Use(VirtualTerminal terminal, Random random)
    {
        VtermModifiers modifiers = (VtermModifiers)random.Next(8);
        switch (random.Next(40))
        {
            case < 4:
                terminal.SendKey(s_keys[random.Next(s_keys.Length)], modifiers);
                break;
            case < 8:
                terminal.SendPointer(random.Next(terminal.Columns), random.Next(terminal.Rows), modifiers);
                terminal.SendButton(random.Next(1, 6), random.Next(2) == 0, modifiers);
                break;
            case 8:
                (int columns, int rows) = s_sizes[random.Next(s_sizes.Length - 2)];
                terminal.Resize(columns, rows);
                break;
            case 9:
                terminal.Reset();
                break;
        }
    }

    /// <summary>Writes a letter past the filter: a library that waits for the end of a sequence, a string or a character shows it not, or something else.</summary>
    private static void AssertBetweenSequences(VirtualTerminal terminal, int seed, int piece)
    {
        WriteRaw(terminal, "\rZ"u8);
        Assert.True(terminal.Cell(terminal.CursorRow, 0).CodePoint == 'Z', $"the library waits for more: seed {seed}, piece {piece}");
    }

    private static int WriteInPieces(VirtualTerminal terminal, ReadOnlySpan<byte> bytes, Random random)
    {
        int longest = random.Next(3) switch { 0 => 1, 1 => 8, _ => 5000 }, count = 0;
        for (; !bytes.IsEmpty; count++)
        {
            int length = Math.Min(bytes.Length, random.Next(1, longest + 1));
            terminal.Write(bytes[..length]);
            bytes = bytes[length..];
        }

        return count;
    }

    private static unsafe void WriteRaw(VirtualTerminal terminal, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            Vterm.vterm_input_write((nint)s_handle.GetValue(terminal)!, pointer, (nuint)bytes.Length);
        }
    }

    private static IEnumerable<(uint, uint, TerminalAttributes)> Looks(VirtualTerminal terminal, int row) =>
        terminal.Cells(row).Select(cell => (cell.Foreground, cell.Background, cell.Attributes));

    private static int Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable($"XENFBFRONT_FUZZ_{name}"), out int value) ? value : -1;
}
