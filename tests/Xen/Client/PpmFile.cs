using System.Text;

namespace XenFbFront.Tests.Xen;

/// <summary>Pictures as QEMU's monitor command screendump writes them: PPM of kind P6, 8 bits a channel.</summary>
internal static class PpmFile
{
    private const int BytesPerPixel = 3;

    /// <summary>Reads one.</summary>
    /// <returns>Its size, and 0x00RRGGBB of each pixel, row after row.</returns>
    /// <exception cref="ExpectationException">It is no such picture, or not a whole one.</exception>
    public static (int Width, int Height, uint[] Pixels) Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        // "P6 WIDTH HEIGHT 255", parted by one blank or newline each, one after the last.
        List<string> words = [];
        int at = 0;
        while (words.Count < 4 && at < Math.Min(bytes.Length, 64))
        {
            int end = Array.FindIndex(bytes, at, value => value is (byte)' ' or (byte)'\n');
            if (end < 0)
            {
                break;
            }

            words.Add(Encoding.ASCII.GetString(bytes, at, end - at));
            at = end + 1;
        }

        if (words is not ["P6", var width, var height, "255"] || !int.TryParse(width, out int columns) || !int.TryParse(height, out int rows)
            || columns <= 0 || rows <= 0 || bytes.Length - at != (long)columns * rows * BytesPerPixel)
        {
            throw new ExpectationException($"{path} is not a whole PPM picture");
        }

        uint[] pixels = new uint[columns * rows];
        for (int i = 0; i < pixels.Length; i++, at += BytesPerPixel)
        {
            pixels[i] = (uint)(bytes[at] << 16 | bytes[at + 1] << 8 | bytes[at + 2]);
        }

        return (columns, rows, pixels);
    }
}
