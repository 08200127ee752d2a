using System.Text;

namespace XenFbFront.Configuration;

/// <summary>What <c>--help</c> and <c>--help-all</c> print.</summary>
internal static class Help
{
    private const int LineColumns = 80;

    /// <summary>What a person may need first; fits a screen of 80x24.</summary>
    public static string Usual => Make(isWhole: false);

    /// <summary>All options.</summary>
    public static string Whole => Make(isWhole: true);

    private static string Make(bool isWhole)
    {
        StringBuilder text = new("xenfbfront [OPTION...]: Xen's paravirtual screen, keyboard and pointer\n");
        foreach (Option option in OptionTable.All)
        {
            if (isWhole ? option.Name != "help-all" : !option.IsRare)
            {
                Append(text, option);
            }
        }

        text.Append("xenfbfront doctor: what is missing here; ctl help: what can be asked\n");
        text.Append("xenfbfront upgrade: the running program becomes this one, nothing disconnects\n");
        text.Append("Exit status: 0 ended in order (SIGTERM), 2 wrong option, 3 missing or refused,\n");
        text.Append("4 ended without closing in order, 1 a mistake of the program.\n");
        return text.ToString();
    }

    private static void Append(StringBuilder text, Option option)
    {
        string[] lines = option.Help.Split('\n');
        string first = $"  --{option.Name} {option.Value}".PadRight(19) + ' ' + lines[0];
        // The default has its place in the manual when there is none here.
        string ending = lines.Length == 1 && option.Default is { } value ? $" (default: {value})" : string.Empty;
        text.Append(first).Append(first.Length + ending.Length <= LineColumns ? ending : string.Empty).Append('\n');
        foreach (string line in lines.AsSpan(1))
        {
            text.Append(' ', 20).Append(line).Append('\n');
        }
    }
}
