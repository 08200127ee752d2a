namespace XenFbFront.Content;

/// <summary>Reads configuration files that are lists of shell assignments, as <c>/etc/default/*</c>, <c>/etc/conf.d/*</c> and <c>/etc/vconsole.conf</c>.</summary>
internal static class ShellAssignments
{
    /// <summary>The value that a variable has at the end of the file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="name">The variable.</param>
    /// <returns>Without quotes and without what stands behind it; null when it is not assigned. What a shell would have to work out, such as <c>$X</c>, stays as it is.</returns>
    public static string? ValueOf(ReadOnlySpan<char> text, string name)
    {
        string? value = null;
        while (!text.IsEmpty)
        {
            int end = text.IndexOf('\n');
            ReadOnlySpan<char> line = (end < 0 ? text : text[..end]).Trim();
            text = end < 0 ? default : text[(end + 1)..];
            if (line.StartsWith("export ", StringComparison.Ordinal))
            {
                line = line[7..].TrimStart();
            }

            if (line.Length > name.Length && line[name.Length] == '=' && line.StartsWith(name, StringComparison.Ordinal))
            {
                value = Unquote(line[(name.Length + 1)..]);
            }
        }

        return value;
    }

    private static string Unquote(ReadOnlySpan<char> text)
    {
        if (text.Length > 0 && text[0] is '"' or '\'')
        {
            int end = text[1..].IndexOf(text[0]);
            return (end < 0 ? text[1..] : text.Slice(1, end)).ToString();
        }

        int blank = text.IndexOfAny(' ', '\t', ';');
        return (blank < 0 ? text : text[..blank]).ToString();
    }
}
