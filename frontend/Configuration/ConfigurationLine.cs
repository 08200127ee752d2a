using System.Text;

namespace XenFbFront.Configuration;

/// <summary>One line of a configuration file: <c>name = value</c>, with a comment from <c>#</c> on.</summary>
/// <remarks>
/// A <c>#</c> begins a comment at the beginning of the line or behind a blank. A value in double quotes may hold anything, <c>\"</c> and <c>\\</c> stand for
/// the characters behind the backslash; one in single quotes is taken as it is. Quotes inside a value that does not begin with one belong to it: it may be a command.
/// </remarks>
internal static class ConfigurationLine
{
    /// <summary>Takes a line apart.</summary>
    /// <param name="line">Without its end; a carriage return there is a blank.</param>
    /// <param name="name">What stands before the equals sign.</param>
    /// <param name="value">What stands behind it, without quotes around it; empty when nothing does.</param>
    /// <returns>Whether the line says something.</returns>
    /// <exception cref="OptionException">It is no such line.</exception>
    public static bool TryParse(string line, out string name, out string value)
    {
        (name, value) = (string.Empty, string.Empty);
        ReadOnlySpan<char> text = line.AsSpan().Trim();
        if (text.IsEmpty || text[0] == '#')
        {
            return false;
        }

        int equals = text.IndexOf('=');
        name = equals > 0 ? text[..equals].Trim().ToString() : string.Empty;
        if (name.Length == 0 || name.Contains('#', StringComparison.Ordinal))
        {
            throw new OptionException($"`{text}` is not `name = value`");
        }

        text = text[(equals + 1)..].TrimStart();
        value = text.IsEmpty || text[0] is not ('"' or '\'') ? Plain(name, text) : Quoted(name, text);
        return true;
    }

    /// <summary>A value as a line must have it, so that <see cref="TryParse"/> reads the same.</summary>
    public static string Quote(string value) =>
        value.Length == 0 || value[0] is '"' or '\'' or '#' || CommentOf(value) < value.Length || value.AsSpan().Trim().Length < value.Length
            ? '"' + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"'
            : value;

    private static string Plain(string name, ReadOnlySpan<char> text)
    {
        int end = CommentOf(text);
        ReadOnlySpan<char> value = text[..end].Trim();
        // A command with a comment of its own: cut, it would be another command.
        if (end < text.Length && (value.Count('"') % 2 == 1 || value.Count('\'') % 2 == 1))
        {
            throw new OptionException($"{name}: a # within quotes begins a comment, unless the whole value stands in quotes: {name} = {Quote(text.ToString())}");
        }

        return value.ToString();
    }

    private static int CommentOf(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '#' && (i == 0 || char.IsWhiteSpace(text[i - 1])))
            {
                return i;
            }
        }

        return text.Length;
    }

    private static string Quoted(string name, ReadOnlySpan<char> text)
    {
        StringBuilder value = new();
        char quote = text[0];
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == quote)
            {
                ReadOnlySpan<char> rest = text[(i + 1)..];
                if (rest.Trim().Length > 0 && CommentOf(rest) != rest.Length - rest.TrimStart().Length)
                {
                    throw new OptionException($"{name}: `{rest.Trim()}` stands behind the closing {quote}; put the whole value in quotes: {name} = {Quote(text.ToString())}");
                }

                return value.ToString();
            }

            if (quote == '"' && text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '"' or '\\')
            {
                i++;
            }

            value.Append(text[i]);
        }

        throw new OptionException($"{name}: the closing {quote} is missing");
    }
}
