using System.Globalization;
using System.Text.RegularExpressions;
using XenFbFront.Content;

namespace XenFbFront.Tests.Xen;

/// <summary>One command of the command line, understood and ready to run.</summary>
/// <param name="Name">Its first word.</param>
/// <param name="Run">Does it; throws <see cref="ExpectationException"/>.</param>
internal sealed record Command(string Name, Action<CommandContext> Run)
{
    /// <summary>Points that come before the random ones.</summary>
    private const int CornerCount = 4;

    /// <summary>After each random press, milliseconds, as a word.</summary>
    /// <remarks>
    /// QEMU in a Xen that is emulated on a busy machine handed out 36 events in a second instead of its 100, and dropped most of 4000 that came
    /// faster. With this pause it gets 33. Up to 150 presses fit into its queue at any pace.
    /// </remarks>
    private const string RandomPauseMs = "36";

    /// <summary>Understands the words between two <c>--</c>.</summary>
    /// <exception cref="UsageException">They are not a command.</exception>
    public static Command Parse(ReadOnlySpan<string> words)
    {
        if (words.IsEmpty)
        {
            throw new UsageException("a command is missing; see --help");
        }

        string name = words[0];
        string[] rest = [.. words[1..]];
        Action<CommandContext> run = (name, rest) switch
        {
            ("size", []) => Size,
            ("wait-size", [var size]) => WaitSize(size),
            ("shot", [var file]) => context => Shot(context, file),
            ("pattern", []) => context => Pattern(context, 32, null),
            ("pattern", ["--depth", "8" or "16" or "24" or "32"]) => context => Pattern(context, Number(rest[1], 8, 32), null),
            ("pattern", ["--of", var size]) => PatternPart(size),
            ("pattern-file", [var file, var size]) => PatternFile(file, size),
            ("cells", [var file, var size, var font, var expected, var label]) => Cells(file, size, font, expected, label),
            ("same-as", [var picture, var masks]) => SameAs(picture, masks),
            ("text", []) => Text,
            ("wait-text", [var text]) => context => WaitText(context, text),
            ("first-match", [var pattern]) => FirstMatch(pattern),
            ("no-text", [var text]) => context => NoText(context, text),
            ("type", [var text]) => Type(text, 0),
            ("type-slow", [var pause, var text]) => Type(text, Number(pause, 0, 60_000)),
            ("key", [_, ..]) => Keys([.. rest.Select(key => ((uint, bool)[])[(Keystrokes.Keysym(key), true), (Keystrokes.Keysym(key), false)])], 0),
            ("press", [_, ..]) => Keys([.. rest.Select(key => ((uint, bool)[])[(Keystrokes.Keysym(key), true)])], 0),
            ("release", [_, ..]) => Keys([.. rest.Select(key => ((uint, bool)[])[(Keystrokes.Keysym(key), false)])], 0),
            ("chord", [_, ..]) => Keys([.. rest.Select(Keystrokes.Chord)], 0),
            ("keyboard", []) => context => Keyboard(context, UsKeyboard.EachKey, 0),
            ("keyboard-random", [var seed, var count]) => KeyboardRandom(seed, count, RandomPauseMs),
            ("keyboard-random", [var seed, var count, "--slow", var pause]) => KeyboardRandom(seed, count, pause),
            ("move", [var x, var y]) => Move(x, y),
            ("button", [var button, "down" or "up"]) => Button(button, rest[1] == "down"),
            ("click", [var button, var x, var y]) => Click(button, x, y),
            ("wheel", [var direction, var count]) => Wheel(direction, count),
            ("points", [var seed, var count]) => Points(seed, count),
            ("leave-open", [var seconds]) => LeaveOpen(seconds),
            _ => throw new UsageException($"no command: {string.Join(' ', words)}; see --help"),
        };
        return new(name, run);
    }

    /// <summary>Splits a command line at each lone <c>--</c>.</summary>
    /// <exception cref="UsageException">A part is not a command.</exception>
    public static List<Command> ParseAll(ReadOnlySpan<string> words)
    {
        List<Command> commands = [];
        int end;
        while ((end = words.IndexOf("--")) >= 0)
        {
            commands.Add(Parse(words[..end]));
            words = words[(end + 1)..];
        }

        commands.Add(Parse(words));
        return commands;
    }

    /// <summary>A whole number within limits.</summary>
    public static int Number(string word, int lowest, int highest) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= lowest && number <= highest
            ? number
            : throw new UsageException($"{word} is not a whole number from {lowest} to {highest}");

    /// <summary>A time in seconds, up to an hour, with a point if need be.</summary>
    public static TimeSpan Seconds(string word) =>
        double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"{word} is not a number of seconds, at most 3600");

    /// <summary>A size such as <c>800x600</c>.</summary>
    public static (int Width, int Height) PixelSize(string word) =>
        word.Split('x') is [var width, var height] ? (Number(width, 1, 65535), Number(height, 1, 65535)) : throw new UsageException($"{word} is not a size such as 800x600");

    private static void Size(CommandContext context)
    {
        context.Session.Fetch();
        context.Out.WriteLine($"{context.Session.Width}x{context.Session.Height}");
    }

    private static Action<CommandContext> WaitSize(string word)
    {
        (int Width, int Height) size = PixelSize(word);
        return context =>
        {
            VncSession session = context.Session;
            if (!session.WaitUntil(context.Deadline, () => (session.Width, session.Height) == size))
            {
                throw new ExpectationException($"expected {word}, saw {session.Width}x{session.Height}");
            }
        };
    }

    private static void Shot(CommandContext context, string file)
    {
        context.Session.Fetch();
        context.Save(file);
    }

    private static void Pattern(CommandContext context, int depth, (int Width, int Height)? whole)
    {
        VncSession session = context.Session;
        uint[] expected = [];
        (int, int) size = default;
        if (session.WaitUntil(context.Deadline, () => !IndexesOfDifferences().Any()))
        {
            return;
        }

        throw Differs(session.Picture, expected, session.Width, session.Height);

        IEnumerable<int> IndexesOfDifferences()
        {
            if (size != (session.Width, session.Height))
            {
                size = (session.Width, session.Height);
                (int width, int height) = whole ?? size;
                expected = MemoryCanvas.Part(MemoryCanvas.Pattern(width, height, depth), width, session.Width, session.Height);
            }

            return Differences(session.Picture, expected);
        }
    }

    private static Action<CommandContext> PatternPart(string word)
    {
        (int Width, int Height) size = PixelSize(word);
        return context =>
        {
            if (context.Session.Width > size.Width || context.Session.Height > size.Height)
            {
                throw new ExpectationException($"expected a part of {word}, saw {context.Session.Width}x{context.Session.Height}");
            }

            Pattern(context, 32, size);
        };
    }

    private static Action<CommandContext> PatternFile(string file, string word)
    {
        (int width, int height) = PixelSize(word);
        return _ =>
        {
            (int seenWidth, int seenHeight, uint[] picture) = PpmFile.Read(file);
            if ((seenWidth, seenHeight) != (width, height))
            {
                throw new ExpectationException($"expected {word}, saw {seenWidth}x{seenHeight}");
            }

            uint[] expected = MemoryCanvas.Pattern(width, height, 32);
            if (Differences(picture, expected).Any())
            {
                throw Differs(picture, expected, width, height);
            }
        };
    }

    private static Action<CommandContext> SameAs(string file, string masksFile)
    {
        (int width, int height, uint[] expected) = PngReader.Read(file);
        PictureMasks masks = new(File.ReadLines(masksFile), Path.GetFileNameWithoutExtension(file));
        return context =>
        {
            VncSession session = context.Session;
            (int Count, int Left, int Top, int Right, int Bottom) found = default;
            if (!session.WaitUntil(context.Deadline,
                () => (session.Width, session.Height) == (width, height) && (found = masks.Differences(session.Picture, expected, width)).Count == 0))
            {
                throw new ExpectationException($"{Path.GetFileName(file)}: expected {width}x{height}, saw {session.Width}x{session.Height}; {found.Count} pixels differ, "
                    + $"all between {found.Left},{found.Top} and {found.Right},{found.Bottom}", Printed(context.ReadLines()));
            }
        };
    }

    private static Action<CommandContext> Cells(string file, string word, string fontFile, string expectedFile, string label)
    {
        (int width, int height) = PixelSize(word);
        ConsoleFont font = ConsoleFont.Load(fontFile);
        CellComparison comparison = new(file, width, height, font.CellWidth, font.CellHeight);
        ExpectedDifferences expected = new(File.ReadLines(expectedFile), label);
        return context =>
        {
            VncSession session = context.Session;
            List<CellDifference> differences = [];
            bool isAsExpected = session.WaitUntil(context.Deadline, () =>
            {
                differences = comparison.Compare(session.Picture, session.Width, session.Height);
                return !expected.Unexpected(differences).Any() && !expected.Missing(differences, comparison).Any();
            });
            if (!isAsExpected)
            {
                List<CellDifference> unexpected = [.. expected.Unexpected(differences)];
                List<string> missing = [.. expected.Missing(differences, comparison)];
                throw new ExpectationException($"{label}: {unexpected.Count} cells differ from the kernel's picture unexpectedly, {missing.Count} lines of the expected do not hold",
                    string.Join('\n', [.. missing.Select(line => $"does not differ: {line}"), .. unexpected.Select(cell => $"{label} {cell}")]));
            }
        };
    }

    private static IEnumerable<int> Differences(uint[] picture, uint[] expected)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if ((picture[i] & 0xffffff) != expected[i])
            {
                yield return i;
            }
        }
    }

    private static ExpectationException Differs(uint[] picture, uint[] expected, int width, int height)
    {
        int first = Differences(picture, expected).First(), count = Differences(picture, expected).Count();
        return new($"expected the test picture at {width}x{height}, saw {count} of {expected.Length} pixels differ, "
            + $"the first at {first % width},{first / width}: {picture[first] & 0xffffff:x6} instead of {expected[first]:x6}");
    }

    private static void Text(CommandContext context)
    {
        context.Session.Fetch();
        context.Out.WriteLine(Printed(context.ReadLines()));
    }

    private static void WaitText(CommandContext context, string text)
    {
        string[] seen = [];
        if (!context.Session.WaitUntil(context.Deadline, () => HasLine(seen = context.ReadLines(), text)))
        {
            throw new ExpectationException($"expected the text \"{text}\" within {context.Deadline.TotalSeconds} s, saw this", Printed(seen));
        }
    }

    /// <summary>Of the first picture with a match, the lowest line's: on a console that is the newest.</summary>
    private static Action<CommandContext> FirstMatch(string pattern)
    {
        Regex regex;
        try
        {
            regex = new(pattern, RegexOptions.CultureInvariant);
        }
        catch (ArgumentException error)
        {
            throw new UsageException($"{pattern} is no regular expression: {error.Message}");
        }

        return context =>
        {
            // Whole pictures, one after another: to a viewer that only waits for changes QEMU looks ever more seldom, at last every 3 s.
            DateTime end = DateTime.UtcNow + context.Deadline;
            Match? match;
            do
            {
                context.Session.Fetch();
                match = context.ReadLines().Select(line => regex.Match(line)).LastOrDefault(found => found.Success);
            }
            while (match is null && DateTime.UtcNow < end);
            if (match is null)
            {
                throw new ExpectationException($"expected a line that matches {pattern} within {context.Deadline.TotalSeconds} s, saw this", Printed(context.ReadLines()));
            }

            context.Out.WriteLine(match.Groups[^1].Value);
        };
    }

    private static void NoText(CommandContext context, string text)
    {
        context.Session.Fetch();
        string[] seen = context.ReadLines();
        if (HasLine(seen, text))
        {
            throw new ExpectationException($"expected no text \"{text}\", saw this", Printed(seen));
        }
    }

    private static bool HasLine(string[] seen, string text) => seen.Any(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Without blanks at the ends of lines and empty lines at the end.</summary>
    private static string Printed(string[] lines) => string.Join('\n', lines.Select(line => line.TrimEnd())).TrimEnd('\n');

    private static Action<CommandContext> Type(string text, int pauseMs) => Keys(Keystrokes.Type(text), pauseMs);

    /// <summary>Presses and releases keys, with a pause after each stroke.</summary>
    private static Action<CommandContext> Keys(List<(uint Keysym, bool IsPressed)[]> strokes, int pauseMs) => context =>
    {
        foreach ((uint Keysym, bool IsPressed)[] stroke in strokes)
        {
            foreach ((uint keysym, bool isPressed) in stroke)
            {
                context.Session.Key(keysym, isPressed);
            }

            Thread.Sleep(pauseMs);
        }

        context.Session.Sync();
    };

    private static void Keyboard(CommandContext context, IEnumerable<byte> scancodes, int pauseMs)
    {
        // After this the server's offer of key positions has been read.
        context.Session.Sync();
        foreach (byte scancode in scancodes)
        {
            context.Session.PressKey(scancode);
            uint keycode = UsKeyboard.Keycode(scancode);
            context.Out.WriteLine($"1 {keycode} 1");
            context.Out.WriteLine($"1 {keycode} 0");
            Thread.Sleep(pauseMs);
        }

        context.Session.Sync();
    }

    private static Action<CommandContext> KeyboardRandom(string seed, string count, string pause)
    {
        (int seedNumber, int countNumber, int pauseMs) = (Number(seed, 0, int.MaxValue), Number(count, 1, 1_000_000), Number(pause, 0, 60_000));
        return context => Keyboard(context, UsKeyboard.Random(seedNumber, countNumber), pauseMs);
    }

    private static Action<CommandContext> Move(string x, string y)
    {
        (int X, int Y) point = (Number(x, 0, 65535), Number(y, 0, 65535));
        return context =>
        {
            context.Session.Sync();
            context.Session.Move(point.X, point.Y);
            context.Session.Sync();
        };
    }

    private static Action<CommandContext> Button(string word, bool isPressed)
    {
        int button = Number(word, 1, 8);
        return context =>
        {
            context.Session.Button(button, isPressed);
            context.Session.Sync();
        };
    }

    private static Action<CommandContext> Click(string word, string x, string y)
    {
        (int button, Action<CommandContext> move) = (Number(word, 1, 8), Move(x, y));
        return context =>
        {
            move(context);
            context.Session.Button(button, isPressed: true);
            context.Session.Button(button, isPressed: false);
            context.Session.Sync();
        };
    }

    private static Action<CommandContext> Wheel(string direction, string word)
    {
        // As RFB counts buttons.
        int button = direction switch
        {
            "up" => 4,
            "down" => 5,
            "left" => 6,
            "right" => 7,
            _ => throw new UsageException($"{direction} is no direction; write up, down, left or right"),
        };
        int count = Number(word, 1, 10_000);
        return context =>
        {
            for (int i = 0; i < count; i++)
            {
                context.Session.Button(button, isPressed: true);
                context.Session.Button(button, isPressed: false);
            }

            context.Session.Sync();
        };
    }

    private static Action<CommandContext> Points(string seed, string word)
    {
        (int seedNumber, int count) = (Number(seed, 0, int.MaxValue), Number(word, 0, 100_000));
        return context =>
        {
            VncSession session = context.Session;
            session.Sync();
            (int right, int bottom) = (session.Width - 1, session.Height - 1);
            Random random = new(seedNumber);
            for (int i = 0; i < CornerCount + count; i++)
            {
                (int x, int y) = i switch
                {
                    0 => (0, 0),
                    1 => (right, 0),
                    2 => (right, bottom),
                    3 => (0, bottom),
                    _ => (random.Next(right + 1), random.Next(bottom + 1)),
                };
                session.Move(x, y);
                context.Out.WriteLine($"{x} {y} {VncSession.RawPosition(x, session.Width)} {VncSession.RawPosition(y, session.Height)}");
            }

            session.Sync();
        };
    }

    private static Action<CommandContext> LeaveOpen(string word)
    {
        TimeSpan time = Seconds(word);
        return context => context.Session.Idle(time);
    }
}
