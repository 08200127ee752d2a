using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Configuration;
using XenFbFront.Holder;

namespace XenFbFront.Control;

/// <summary>Asks the program that serves this guest.</summary>
internal static class ControlClient
{
    /// <summary>Asks and waits for the answer.</summary>
    /// <param name="path">Of the socket, see <see cref="RuntimeFiles.Control"/>.</param>
    /// <param name="words">The request.</param>
    /// <param name="say">Takes each line of the answer.</param>
    /// <param name="take">Takes a file of the answer, which is closed afterwards, and what is in it.</param>
    /// <returns>Null when it is done, else why it cannot be.</returns>
    /// <exception cref="OptionException">The words are wrong.</exception>
    /// <exception cref="XenException">No program answers.</exception>
    public static string? Ask(string path, List<string> words, Action<string> say, Action<string, Descriptor>? take = null)
    {
        string request = string.Join(ControlProtocol.Separator, words);
        if (Encoding.UTF8.GetByteCount(request) > Packets.MaxTextBytes)
        {
            throw new OptionException($"that is longer than {Packets.MaxTextBytes} bytes; xenfbfront ctl help lists what can be asked");
        }

        int connection = Libc.Connect(path, Libc.SequencedPacket);
        using Descriptor socket = Descriptor.Own(connection, "reach xenfbfront at", path, Remedy(-connection));
        XenException.ThrowIfRefused(Packets.Send(socket, ControlProtocol.Request, request), "ask", path, "it has too many clients, or has just ended");
        string begun = string.Empty;
        while (Packets.Receive(socket, out byte kind, out string text, out Descriptor? file, wait: true) > 0)
        {
            using Descriptor? received = file;
            switch (kind)
            {
                case ControlProtocol.Part:
                    begun += text;
                    break;
                case ControlProtocol.Line:
                    say(begun + text);
                    begun = string.Empty;
                    break;
                case ControlProtocol.File when received is not null:
                    take?.Invoke(text, received);
                    break;
                case ControlProtocol.Done:
                    return null;
                case ControlProtocol.Failed:
                    return text;
                case ControlProtocol.Wrong:
                    throw new OptionException(text);
            }
        }

        throw new XenException("ask", path, 0, "the running program ended, or its worker was replaced, before it had answered; ask again");
    }

    /// <summary>Tells the person why it cannot be done.</summary>
    /// <returns>The exit status.</returns>
    public static int Refuse(string reason)
    {
        LineLogger.Write(2, $"xenfbfront: {reason}\n");
        return ExitStatus.Environment;
    }

    private static string? Remedy(int errno) => errno switch
    {
        Errno.ENOENT or Errno.ECONNREFUSED => "no xenfbfront runs there, or not yet: `xenfbfront doctor` says what is in the way; without Xen, --loopback DIR with the directory that tools/Loopback prints",
        Errno.EACCES or Errno.EPERM => "run this as root, or as the user that xenfbfront runs as",
        _ => null,
    };
}
