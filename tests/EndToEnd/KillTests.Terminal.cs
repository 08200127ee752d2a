using System.Text;
using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Content.Terminal;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>The built-in terminal with a worker that is killed again and again.</summary>
public partial class KillTests
{
    /// <summary>Characters that the worker writes to the pseudo-terminal at once are fewer.</summary>
    private const int LongestWrite = 512;

    private const uint KeyA = 30, KeyEnter = 28, KeyOne = 2;

    [Theory]
    [InlineData(FrontendKind.Built, 10, 3)]
    [InlineData(FrontendKind.Native, 100, 4)]
    public void TerminalWorker_KilledAtRandom_EveryLineIsReadOnceAndShownInOrder(FrontendKind kind, int kills, int seed)
    {
        TerminalRequirement.Library();
        string folder = Directory.CreateTempSubdirectory("xenfbfront-term").FullName;
        string read = Path.Combine(folder, "read"), script = Path.Combine(folder, "script");
        // Writes and reads at the same time, without an echo, which would come between: numbers until it is told, then what it has read.
        File.WriteAllText(script, $"""
            stty -echo
            touch {folder}/ready
            (i=0; while [ ! -e {folder}/stop ]; do i=$((i+1)); echo "line $i of those that are written"; done; echo "$i" > {folder}/written) &
            while read -r line; do echo "$line" >> {read}; [ "$line" != 1 ] || break; done
            wait
            printf 'end\n'
            read -r line; echo "alive <$line>"
            sleep 1000
            """);
        using RunningSystem system = new(Frontends.Path(kind), ["--source", "term", "--term", $"exec sh {script}", "--geometry", "60x20", "--font", "builtin:16"], isRecorded: false);
        system.WaitConnected();
        RunningSystem.WaitFor(() => system.Frontend.Workers.Any(), () => "no worker");
        // Keys that come earlier are echoed.
        RunningSystem.WaitFor(() => File.Exists(Path.Combine(folder, "ready")), () => "the program does not begin");
        Random random = new(seed);
        using CancellationTokenSource done = new();
        List<string> typed = [];
        Thread typist = new(() =>
        {
            Random keys = new(seed + 1);
            while (!done.IsCancellationRequested)
            {
                int length = keys.Next(1, 30);
                StringBuilder line = new();
                for (int i = 0; i < length; i++)
                {
                    // The top row of letters: q to p are 16 to 25.
                    uint code = (uint)keys.Next(16, 26);
                    line.Append("qwertyuiop"[(int)code - 16]);
                    Press(system, code);
                }

                Press(system, KeyEnter);
                typed.Add(line.ToString());
                Thread.Sleep(keys.Next(3));
            }
        });
        typist.Start();
        try
        {
            system.KillWorkers(kills, random, kind == FrontendKind.Native ? 60 : 250);
        }
        finally
        {
            done.Cancel();
            typist.Join();
        }

        File.WriteAllText(Path.Combine(folder, "stop"), string.Empty);
        Press(system, KeyOne);
        Press(system, KeyEnter);
        RunningSystem.WaitFor(() => File.Exists(Path.Combine(folder, "written")), () => "the program does not go on");
        typed.Add("1");
        string all = string.Join('\n', typed) + "\n";
        RunningSystem.WaitFor(() => Text(read).EndsWith("\n1\n", StringComparison.Ordinal), () => $"seed {seed}: {Text(read).Length} of {all.Length} characters were read");
        AssertReadAsTyped(all, Text(read), kills, seed);

        int written = int.Parse(File.ReadAllText(Path.Combine(folder, "written")));
        // 20 rows: the cursor's is the last.
        string[] screen = [.. Enumerable.Range(written - 17, 18).Select(static number => $"line {number} of those that are written"), "end", string.Empty];
        WaitForText(system, screen);

        Press(system, KeyA);
        Press(system, KeyEnter);
        WaitForText(system, [.. screen[1..19], "alive <a>", string.Empty]);
        Assert.False(system.BackendsLeftConnected, $"seed {seed}: a backend left Connected; {system.Log}");
        system.StopInOrder();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>
    /// Nothing is lost; the bytes of one write to the pseudo-terminal may be there again where a worker died right behind it, as docs/terminal.md says, at
    /// most once for each that was killed.
    /// </summary>
    private static void AssertReadAsTyped(string expected, string actual, int kills, int seed)
    {
        // How many characters more may have been read than typed up to here, with how many copies at least. Wrong ones are left behind where the next character differs.
        SortedDictionary<int, int> ways = new() { [0] = 0 };
        for (int i = 0; i <= expected.Length; i++)
        {
            SortedDictionary<int, int> next = [];
            while (ways.Count > 0)
            {
                (int more, int copies) = ways.First();
                ways.Remove(more);
                if (i == expected.Length ? i + more == actual.Length : i + more < actual.Length && actual[i + more] == expected[i])
                {
                    next[more] = copies;
                }

                for (int length = 1; length <= Math.Min(LongestWrite, i + more) && i + more + length <= actual.Length; length++)
                {
                    int at = i + more;
                    if (actual.AsSpan(at, length).SequenceEqual(actual.AsSpan(at - length, length)))
                    {
                        ways[more + length] = Math.Min(copies + 1, ways.GetValueOrDefault(more + length, int.MaxValue));
                    }
                }
            }

            Assert.True(next.Count > 0 && next.Values.Min() <= kills, $"seed {seed}: {i} of {expected.Length} characters were read as typed, then came `{Piece(actual, i)}` for `{Piece(expected, i)}`");
            ways = next;
        }

        static string Piece(string text, int from) => text[Math.Max(0, from - 60)..Math.Min(text.Length, from + 60)];
    }

    private static string Text(string file) => File.Exists(file) ? File.ReadAllText(file) : string.Empty;

    private static void Press(RunningSystem system, uint code)
    {
        system.Session.Input.Key(code, true);
        system.Session.Input.Key(code, false);
    }

    /// <summary>Waits until the screen shows rows of plain text, and a block cursor in the first column of the last row.</summary>
    private static void WaitForText(RunningSystem system, string[] rows)
    {
        const int columns = 60;
        TextFont font = new(BuiltInFonts.Get(16));
        ArrayCanvas expected = new(columns * font.CellWidth, rows.Length * font.CellHeight);
        TextPainter painter = new(font);
        PixelSurface surface = new(expected);
        for (int row = 0; row < rows.Length; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                TextCell cell = new(font.GlyphFor(column < rows[row].Length ? rows[row][column] : ' '), 0xaaaaaa, 0);
                painter.DrawCell(surface, column * font.CellWidth, row * font.CellHeight, cell);
                if (column == 0 && row == rows.Length - 1)
                {
                    painter.DrawCursor(surface, column * font.CellWidth, row * font.CellHeight, cell, CursorShape.Block);
                }
            }
        }

        system.WaitForPicture(expected.Width, expected.Height, (x, y) => expected[x, y], more: pixels => $"{system.Log}\nthe screen is\n{ReadText(pixels, expected.Width, font, painter)}");
    }

    /// <summary>What plain text a picture has; ? is what is none.</summary>
    private static string ReadText(uint[] pixels, int width, TextFont font, TextPainter painter)
    {
        Dictionary<string, char> known = [];
        for (char letter = ' '; letter <= '~'; letter++)
        {
            ArrayCanvas one = new(font.CellWidth, font.CellHeight);
            painter.DrawCell(new PixelSurface(one), 0, 0, new(font.GlyphFor(letter), 0xaaaaaa, 0));
            known[Cell(one.Pixels, one.StridePixels, 0, 0)] = letter;
        }

        StringBuilder text = new();
        for (int y = 0; y + font.CellHeight <= pixels.Length / width; y += font.CellHeight)
        {
            for (int x = 0; x + font.CellWidth <= width; x += font.CellWidth)
            {
                text.Append(known.GetValueOrDefault(Cell(pixels, width, x, y), '?'));
            }

            text.Append('\n');
        }

        return text.ToString();

        string Cell(ReadOnlySpan<uint> from, int stride, int x, int y)
        {
            StringBuilder bits = new();
            for (int row = y; row < y + font.CellHeight; row++)
            {
                for (int column = x; column < x + font.CellWidth; column++)
                {
                    bits.Append((from[row * stride + column] & 0xffffff) == 0 ? ' ' : 'x');
                }
            }

            return bits.ToString();
        }
    }
}
