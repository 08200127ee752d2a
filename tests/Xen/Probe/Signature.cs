using System.Text;
using Xenbus.Domain;

namespace XenFbFront.Probe;

/// <summary>The text at the beginning of each page, by which domain 0 sees that it has mapped the right one.</summary>
internal static class Signature
{
    /// <summary>Bytes of a page that are looked at.</summary>
    public const int Bytes = 64;

    /// <summary>Text of a page.</summary>
    /// <param name="number">0 for the first.</param>
    public static string Of(int number) => $"xenfbfront page {number}";

    /// <summary>Writes it, with the NUL behind it.</summary>
    public static void Write(SharedPages pages)
    {
        for (int i = 0; i < pages.PageCount; i++)
        {
            Span<byte> page = pages.Bytes.Slice(i * SharedPages.PageBytes, Bytes);
            page.Clear();
            Encoding.ASCII.GetBytes(Of(i), page);
        }
    }

    /// <summary>Reads the text at the beginning of a page.</summary>
    public static string Read(ReadOnlySpan<byte> page)
    {
        page = page[..Bytes];
        int end = page.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? page : page[..end]);
    }
}
