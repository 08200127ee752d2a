using System.Globalization;
using System.Text;

namespace XenFbFront;

/// <summary>Strings of JSON (RFC 8259): all of it that the program writes is a few names and texts, which is no reason to link the base library's writer.</summary>
internal static class JsonText
{
    /// <summary>Appends a string with its quotes, or <c>null</c>.</summary>
    public static StringBuilder AppendJson(this StringBuilder text, string? value)
    {
        if (value is null)
        {
            return text.Append("null");
        }

        text.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"' or '\\':
                    text.Append('\\').Append(c);
                    break;
                case < ' ' or '\u007f' or (>= '\ud800' and <= '\udfff'):
                    text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        return text.Append('"');
    }
}
