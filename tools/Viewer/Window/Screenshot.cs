using System.Globalization;
using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>The guest's picture as a file, pixel for pixel, whatever the window makes of it.</summary>
internal static class Screenshot
{
    // One person's screenshots within a second.
    private const int NamesMost = 100;

    /// <summary>Writes <c>xenfbfront-DATE-TIME.png</c>; a file that is there already is left alone.</summary>
    /// <param name="screen">What to write.</param>
    /// <param name="folder">Where.</param>
    /// <param name="now">For the name.</param>
    /// <returns>One sentence for a person: the file's path, or why there is none.</returns>
    public static string Write(BackendScreen screen, string folder, DateTimeOffset now)
    {
        int width, height;
        uint[] pixels;
        lock (screen.Gate)
        {
            (width, height, pixels) = (screen.Width, screen.Height, screen.Pixels.ToArray());
        }

        if (pixels.Length == 0)
        {
            return "no screenshot: the guest shows nothing";
        }

        try
        {
            using FileStream file = Create(Path.GetFullPath(folder), now);
            PngFile.Write(file, width, height, pixels);
            return $"screenshot: {file.Name}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"no screenshot: {exception.Message} Start where files may be written.";
        }
    }

    private static FileStream Create(string folder, DateTimeOffset now)
    {
        string name = Path.Combine(folder, $"xenfbfront-{now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");
        for (int i = 1; ; i++)
        {
            string path = i == 1 ? $"{name}.png" : $"{name}-{i}.png";
            if (i == NamesMost || !File.Exists(path))
            {
                return new FileStream(path, FileMode.CreateNew);
            }
        }
    }
}
