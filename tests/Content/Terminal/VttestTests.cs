using System.Runtime.CompilerServices;
using System.Text;
using XenFbFront.Content.Terminal;
using Xunit;

namespace XenFbFront.Tests.Content.Terminal;

/// <summary>Walks through menus of vttest on our terminal and compares every screen with what it showed before.</summary>
/// <remarks>
/// With XENFBFRONT_WRITE_REFERENCES=1 the references are written instead, for a person to look at. docs/terminal.md lists what differs from the
/// text on the screens, and why.
/// </remarks>
public class VttestTests
{
    private const string Path = "/usr/bin/vttest", Choose = "Enter choice number", PushReturn = "Push <RETURN>", PushKey = "Push the RETURN key";

    private const ushort KeyEnter = 28;

    // A menu, by the choices that lead to it, and what is chosen there, one after the other.
    [Theory]
    [InlineData("cursor", "", "1")]
    [InlineData("features", "", "2")]
    [InlineData("characters", "", "3")]
    [InlineData("double-sized", "", "4")]
    [InlineData("reports", "6", "2 3 4 5")]
    [InlineData("insert-delete", "", "8")]
    [InlineData("bugs", "9", "2 7 9")]
    [InlineData("reset", "10", "1 3")]
    [InlineData("iso-cursor", "11 5", "1 2 3 4 5 6 7 8 9")]
    [InlineData("iso-colours", "11 6", "2 3 4 5")]
    [InlineData("iso-other", "11 7", "2 3 4 5 6")]
    public void Menu_EveryScreen_IsItsReference(string name, string menu, string items)
    {
        TerminalRequirement.Program(Path);
        using TerminalRun run = new("stty sane; exec vttest 24x80.80");
        using TerminalMemory memory = run.Memory();
        run.Until(() => IsAsked(run, Choose));
        run.UntilQuiet();
        foreach (string choice in menu.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Press(choice, Choose);
        }

        List<string> screens = [];
        foreach (string choice in items.Split(' '))
        {
            Press(choice, PushReturn, PushKey, Choose);
            while (!IsAsked(run, Choose))
            {
                Assert.True(screens.Count < 60, "no way back to the menu");
                screens.Add(Describe(run.Terminal));
                Press(string.Empty, PushReturn, PushKey, Choose);
            }
        }

        Assert.NotEmpty(screens);
        string actual = string.Concat(screens);
        string reference = System.IO.Path.Combine(Folder(), $"vttest-{name}.txt");
        if (Environment.GetEnvironmentVariable("XENFBFRONT_WRITE_REFERENCES") == "1")
        {
            File.WriteAllText(reference, actual);
        }

        Assert.Equal(File.ReadAllText(reference), actual);

        // Waits for more output that ends with a question, and until it is quiet: what is typed earlier vttest takes for a part of an answer.
        void Press(string choice, params string[] questions)
        {
            ulong before = memory.Record.Head;
            run.Type(choice);
            // The key itself, as new-line mode makes it another.
            run.Press(KeyEnter);
            run.Until(() => memory.Record.Head > before + (ulong)choice.Length && IsAsked(run, questions));
            run.UntilQuiet();
        }
    }

    private static bool IsAsked(TerminalRun run, params string[] questions) =>
        questions.Any(question => run.Terminal.Row(run.Terminal.CursorRow).Contains(question, StringComparison.Ordinal));

    /// <summary>The text in a frame, the cursor, and the looks of cells that are not plain: a letter each, explained below.</summary>
    private static string Describe(VirtualTerminal terminal)
    {
        StringBuilder text = new();
        text.Append('+').Append('-', terminal.Columns).Append("+\n");
        Dictionary<string, char> looks = [];
        StringBuilder marks = new();
        for (int row = 0; row < terminal.Rows; row++)
        {
            text.Append('|').Append(terminal.Row(row).PadRight(terminal.Columns)).Append("|\n");
            string letters = string.Concat(terminal.Cells(row).Select(cell => Letter(cell, looks))).TrimEnd('.');
            marks.Append(letters.Length == 0 ? string.Empty : $"{row + 1,4} {letters}\n");
        }

        text.Append('+').Append('-', terminal.Columns).Append("+\n");
        text.Append($"cursor {terminal.CursorRow + 1},{terminal.CursorColumn + 1}{(terminal.IsCursorVisible ? "" : " hidden")}\n").Append(marks);
        foreach ((string look, char letter) in looks)
        {
            text.Append($"   {letter}: {look}\n");
        }

        return text.Append('\n').ToString();
    }

    private static char Letter(in TerminalCell cell, Dictionary<string, char> looks)
    {
        string look = $"{cell.Foreground:x6} on {cell.Background:x6} {cell.Attributes & (TerminalAttributes)0x7f}";
        if (look == "aaaaaa on 000000 None")
        {
            return '.';
        }

        if (!looks.TryGetValue(look, out char letter))
        {
            looks[look] = letter = (char)('a' + looks.Count);
        }

        return letter;
    }

    private static string Folder([CallerFilePath] string file = "") => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(file)!, "references");
}
