using System.Globalization;
using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Control;

/// <summary>A file for the textfile collector of Prometheus' node exporter: whoever opens it finds the numbers of one time, all of them.</summary>
internal static class MetricsFile
{
    /// <summary>For everybody to read: the collector is another user, and nothing in it is secret.</summary>
    private const int ReadableByAll = 0x1a4;

    /// <summary>Writes beside the file and puts it in its place.</summary>
    /// <param name="path">The file; the collector takes those that end with <c>.prom</c>.</param>
    /// <param name="text">All of it.</param>
    /// <exception cref="XenException">It cannot be written; the one before, if there is one, stays.</exception>
    public static void Write(string path, string text)
    {
        // The collector does not take this name.
        string beside = $"{path}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        using (Descriptor file = Descriptor.Own(Libc.Open(beside, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, ReadableByAll), "create", beside))
        {
            int result = LineLogger.TryWrite(file.Number, Encoding.UTF8.GetBytes(text));
            if (result < 0)
            {
                Libc.Unlink(beside);
                throw new XenException("write", beside, -result);
            }
        }

        int renamed = Libc.Rename(beside, path);
        if (renamed < 0)
        {
            Libc.Unlink(beside);
            throw new XenException("replace", path, -renamed);
        }
    }
}
