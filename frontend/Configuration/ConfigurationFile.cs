using System.Text;
using Xenbus.Linux.Interop;

namespace XenFbFront.Configuration;

/// <summary>Reads configuration files.</summary>
internal static class ConfigurationFile
{
    /// <summary>A configuration is a few lines; a longer file is something else.</summary>
    private const int MaxBytes = 64 * 1024;

    /// <summary>What the holder read, for its workers and successors: a file that is changed, or broken, must not reach some of them.</summary>
    private const string Variable = "XENFBFRONT_CONFIGURATION";

    /// <summary>How a process gets the content of its configuration file.</summary>
    /// <param name="isSuccessor">Whether another process has read it before.</param>
    public static Func<string, string?> Reader(bool isSuccessor) => isSuccessor
        ? static _ => Environment.GetEnvironmentVariable(Variable)
        : static path =>
        {
            string? text = Read(path);
            Environment.SetEnvironmentVariable(Variable, text);
            return text;
        };

    /// <summary>Content of a file, or null when there is none.</summary>
    /// <exception cref="OptionException">It is there but cannot be read, or others than root could tell root what to run.</exception>
    public static string? Read(string path)
    {
        int result = Libc.Open(path, OpenFlags.ReadOnly);
        if (result == -Errno.ENOENT)
        {
            return null;
        }

        if (result < 0)
        {
            throw new OptionException($"{path} cannot be read: {Errno.Text(-result)}");
        }

        using Descriptor file = new(result);
        if (Libc.EffectiveUser() == 0 && Libc.GetFileStatus(file.Number, out FileStatus status) >= 0 && status.ChangedBy is { } others)
        {
            // It may name a command that then runs as root.
            throw new OptionException($"{path} says what root runs, and may be changed by {others}: chown root:root {path} && chmod go-w {path}");
        }

        byte[] content = new byte[MaxBytes + 1];
        int length = 0;
        for (int count; length < content.Length && (count = Libc.Read(file.Number, content.AsSpan(length))) != 0; length += count)
        {
            if (count < 0)
            {
                throw new OptionException($"{path} cannot be read: {Errno.Text(-count)}");
            }
        }

        return length <= MaxBytes ? Encoding.UTF8.GetString(content, 0, length) : throw new OptionException($"{path} is longer than {MaxBytes} bytes; is it a configuration file?");
    }
}
