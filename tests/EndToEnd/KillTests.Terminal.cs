using System.Text;
using XenFbFront.Content;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Content.Terminal;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>The built-in terminal with a worker that is killed again and again.</summary>
public partial class KillTests
{
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
        for (int repeated = 0; expected != actual;)
        {
            int same = expected.AsSpan().CommonPrefixLength(actual);
            int start = 0, length = 0, copies = 0;
            // The first character that differs lies in a further copy of a write or right behind it. Where the successor died there too, there is one more.
            for (int n = 1; n <= same && length == 0; n++)
            {
                for (int at = same; at >= Math.Max(n, same - n) && length == 0; at--)
                {
                    // What was typed may repeat itself too, so not all that repeats needs to be a copy.
                    for (copies = CopiesBehind(actual, at, n); copies > 0 && length == 0; copies -= length == 0 ? 1 : 0)
                    {
                        if (expected.AsSpan(at).CommonPrefixLength(actual.AsSpan(at + copies * n)) >= Math.Min(64, expected.Length - at))
                        {
                            (start, length) = (at, copies * n);
                        }
                    }
                }
            }

            repeated += copies;
            Assert.True(
                length > 0 && repeated <= kills,
                $"seed {seed}: after {repeated} repeated writes, from {same} of {expected.Length} on, behind `{Piece(actual, same - 60)}`, came `{Piece(actual, same)}` for `{Piece(expected, same)}`");
            actual = actual.Remove(start, length);
        }

        static string Piece(string text, int from) => text[Math.Max(0, from)..Math.Min(text.Length, Math.Max(0, from) + 60)];
    }

    /// <summary>How many times the text behind a place begins with what stands before it.</summary>
    private static int CopiesBehind(string text, int at, int length)
    {
        int copies = 0;
        for (int next = at; next + length <= text.Length && text.AsSpan(next, length).SequenceEqual(text.AsSpan(at - length, length)); next += length)
        {
            copies++;
        }

        return copies;
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

        system.WaitForPicture(expected.Width, expected.Height, (x, y) => expected[x, y]);
    }
}
