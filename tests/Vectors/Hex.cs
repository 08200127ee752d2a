using System.Globalization;

namespace XenFbFront.Tests.Vectors;

/// <summary>Bytes written out by hand.</summary>
internal static class Hex
{
    /// <summary>Two digits a byte; <c>00*20</c> is twenty bytes; from <c>#</c> to the end of the line is a comment.</summary>
    public static byte[] Bytes(string text)
    {
        List<byte> bytes = [];
        foreach (string line in text.Split('\n'))
        {
            foreach (string word in line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                string[] parts = word.Split('*');
                byte value = byte.Parse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                bytes.AddRange(Enumerable.Repeat(value, parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 1));
            }
        }

        return [.. bytes];
    }
}
