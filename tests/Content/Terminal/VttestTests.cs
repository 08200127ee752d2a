using System.Runtime.CompilerServices;
using System.Text;
using XenFbFront.Content.Terminal;
using Xunit;

namespace XenFbFront.Tests.Content.Terminal;

/// <summary>Walks through menus of vttest on our terminal and compares every screen with what it showed before.</summary>
/// <remarks>
/// With XENFBFRONT_WRITE_REFERENCES=1 the references are written instead, for a person to look at. docs/console.md lists what differs from the
/// text on the screens, and why.
/// </remarks>
public class VttestTests
{
    private const string Path = "/usr/bin/vttest";

    [Theory]
    [InlineData("cursor", "1")]
    [InlineData("features", "2")]
    [InlineData("characters", "3")]
    [InlineData("double-sized", "4")]
    [InlineData("newline", "6", "2")]
    [InlineData("status", "6", "3")]
    [InlineData("attributes", "6", "4")]
    [InlineData("parameters", "6", "7")]
    [InlineData("insert-delete", "8")]
    public void Menu_EveryScreen_IsItsReference(string name, params string[] choices)
    {
        TerminalRequirement.Program(Path);
        using TerminalRun run = new("stty sane; exec vttest 24x80.80");
        foreach (string choice in choices)
        {
            run.Until(() => run.Terminal.Text().Contains("Enter choice number"));
            run.UntilQuiet();
            run.Type(choice + "\r");
            run.Until(() => !run.Terminal.Text().Contains("Enter choice number") || choice != choices[^1] || run.Terminal.CursorColumn < 30);
        }

        List<string> screens = [];
        while (true)
        {
            run.UntilQuiet();
            if (run.Terminal.Text().Contains("Enter choice number"))
            {
                break;
            }

            Assert.True(screens.Count < 60, "no way back to the menu");
            screens.Add(Describe(run.Terminal));
            run.Type("\r");
        }

        Assert.NotEmpty(screens);
        string actual = string.Concat(screens);
        string reference = System.IO.Path.Combine(Folder(), $"vttest-{name}.txt");
        if (Environment.GetEnvironmentVariable("XENFBFRONT_WRITE_REFERENCES") == "1")
        {
            File.WriteAllText(reference, actual);
        }

        Assert.Equal(File.ReadAllText(reference), actual);
    }

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
