using System.Globalization;
using System.Net;
using XenFbFront.Content;

namespace XenFbFront.Tests.Xen;

/// <summary>What stands before the first command.</summary>
/// <param name="Font">With which the text console is drawn.</param>
/// <param name="Deadline">How long a command waits unless it says otherwise.</param>
internal sealed record ClientOptions(ConsoleFont Font, TimeSpan Deadline)
{
    private static readonly TimeSpan s_defaultDeadline = TimeSpan.FromSeconds(120);

    /// <summary>Takes the options off the beginning of the command line.</summary>
    /// <param name="words">The command line; afterwards what is behind the options.</param>
    /// <exception cref="UsageException">An option is not known or its value is wrong.</exception>
    public static ClientOptions Take(ref ReadOnlySpan<string> words)
    {
        ClientOptions options = new(BuiltInFonts.Get(16), s_defaultDeadline);
        while (words is [['-', '-', _, ..], ..])
        {
            options = words switch
            {
                ["--font", "8x16", ..] => options with { Font = BuiltInFonts.Get(16) },
                ["--font", "12x24", ..] => options with { Font = BuiltInFonts.Get(24) },
                ["--font", "16x32", ..] => options with { Font = BuiltInFonts.Get(32) },
                ["--deadline"] => throw new UsageException("--deadline takes a number of seconds"),
                ["--font", ..] => throw new UsageException("--font takes 8x16, 12x24 or 16x32"),
                ["--deadline", var seconds, ..] => options with { Deadline = Command.Seconds(seconds) },
                _ => throw new UsageException($"no option: {words[0]}; see --help"),
            };
            words = words[2..];
        }

        return options;
    }

    /// <summary>Understands <c>HOST:PORT</c>, the host as a numerical address or <c>localhost</c>.</summary>
    /// <exception cref="UsageException">It is missing or no address.</exception>
    public static IPEndPoint Address(string? word)
    {
        const string example = "set VNC to the address of the VNC server, such as VNC=127.0.0.1:5900";
        int colon = word?.LastIndexOf(':') ?? -1;
        if (colon <= 0 || !ushort.TryParse(word.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            throw new UsageException(string.IsNullOrEmpty(word) ? example : $"{word} is not HOST:PORT; {example}");
        }

        string host = word![..colon].Trim('[', ']');
        return IPAddress.TryParse(host, out IPAddress? address) ? new(address, port)
            : host == "localhost" ? new(IPAddress.Loopback, port)
            : throw new UsageException($"{host} is not a numerical address; {example}");
    }
}
