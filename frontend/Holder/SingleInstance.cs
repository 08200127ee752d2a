using System.Globalization;
using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>Keeps a second program from serving the devices that the first one serves: the two would close them for each other in turn.</summary>
/// <remarks>
/// A lock on a file that only its owner can open, so that nobody else can take it. Holder and worker share it: it is free when both have ended. The
/// file has the holder's process id and stays.
/// </remarks>
internal static class SingleInstance
{
    /// <summary>Name under which the holder keeps the lock for its workers and for the program that it becomes.</summary>
    public const string Name = "lock";

    private const int OwnerOnly = 0x180;

    /// <summary>A worker whose holder has died closes its devices: two steps for each, with a deadline of 5 s.</summary>
    private static readonly TimeSpan s_closing = TimeSpan.FromSeconds(15), s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Claims a guest's devices until the result and its duplicates are closed, however their processes end.</summary>
    /// <param name="loopback">Device directory of a loopback domain, or null for real Xen.</param>
    /// <exception cref="XenException">Another program has them.</exception>
    public static Descriptor Claim(string? loopback)
    {
        string path = RuntimeFiles.Lock(loopback);
        string remedy = loopback is null ? "run as root, with /run or /dev writable" : "there must be a loopback domain; `dotnet run --project tools/Loopback` makes one";
        Descriptor file = Descriptor.Own(Libc.Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.NoLinks, OwnerOnly), "open", path, remedy);
        long started = TimeProvider.System.GetTimestamp();
        for (int result; (result = Libc.LockAlone(file.Number)) < 0; Thread.Sleep(s_pause))
        {
            int owner = ReadOwner(file);
            bool isClosing = owner > 0 && Libc.Kill(owner, 0) == -Errno.ESRCH;
            if (result != -Errno.EAGAIN || !isClosing || TimeProvider.System.GetElapsedTime(started) > s_closing)
            {
                file.Dispose();
                string name = owner > 0 ? $"process {owner}" : "a process";
                throw new XenException("serve", loopback ?? "this guest", 0, $"another xenfbfront does so already, {name}; stop that one first{(owner > 0 && !isClosing ? $" (kill {owner})" : string.Empty)}");
            }
        }

        WriteOwner(file);
        return file;
    }

    private static int ReadOwner(Descriptor file)
    {
        Span<byte> text = stackalloc byte[16];
        int length = Libc.ReadAllAt(file.Number, text, 0);
        return length > 0 && int.TryParse(text[..length], NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int owner) ? owner : 0;
    }

    private static void WriteOwner(Descriptor file)
    {
        // Padded, so that no digit of an earlier one is left.
        byte[] text = Encoding.ASCII.GetBytes($"{Environment.ProcessId,-10}\n");
        Libc.WriteAt(file.Number, text, 0);
    }
}
