using Microsoft.Extensions.Logging;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using XenFbFront.Input.Keys;

namespace XenFbFront.Input.Console;

/// <summary>Types into a virtual terminal itself, for kernels that have neither uinput nor uhid.</summary>
/// <remarks>
/// What keys mean is the kernel's own keymap; how it is typed is TIOCSTI. This is a terminal's input and no keyboard: programs that read input
/// devices see nothing, a terminal in graphics mode or with its keyboard in a raw mode is not typed into, and there is no pointer. What the
/// kernel does not tell is taken as it is at first: cursor keys and keypad are in normal mode, Return sends no line feed.
/// </remarks>
/// <param name="number">The terminal, or 0 for the active one.</param>
/// <param name="logger">Is told of what is left out.</param>
public sealed unsafe class ConsoleSink(int number, ILogger logger) : IInputSink
{
    /// <inheritdoc/>
    public string Description => number == 0 ? "the active text console (TIOCSTI)" : $"text console {number} (TIOCSTI)";

    /// <summary>Path of the terminal; that of 0 is the active one each time it is opened.</summary>
    private string TerminalPath => $"/dev/tty{number}";

    /// <summary>Whether there is a terminal that may be typed into, as far as can be known without typing.</summary>
    /// <param name="number">As for the constructor.</param>
    /// <param name="reason">When the result is false, what is missing.</param>
    public static bool IsAvailable(int number, out string reason)
    {
        int result = OpenTerminal($"/dev/tty{number}");
        if (result < 0)
        {
            reason = $"/dev/tty{number}: {Errno.Text(-result)}";
            return false;
        }

        using Descriptor terminal = new(result);
        int mode = Libc.GetKeyboardMode(terminal.Number);
        if (mode < 0)
        {
            reason = $"/dev/tty{number} has no keyboard: {Errno.Text(-mode)}";
            return false;
        }

        int refusal = Libc.MayTypeInto(terminal.Number);
        reason = refusal < 0 ? $"/dev/tty{number} cannot be typed into ({Errno.Text(-refusal)}; {RemedyOf(-refusal)})" : string.Empty;
        return refusal >= 0;
    }

    /// <inheritdoc/>
    public string KeepsAs => "console";

    /// <inheritdoc/>
    public IInputDevice Open(InputDeviceSpec spec, IDescriptorStore descriptors)
    {
        if (spec.Role != InputRole.Keyboard)
        {
            Log.RoleNotOffered(logger, spec.DeviceName, Description, spec.Role == InputRole.Pointer ? "a pointer" : "touch");
            return new NoSink().Open(spec, descriptors);
        }

        using Descriptor terminal = Descriptor.Own(OpenTerminal(TerminalPath), "open", TerminalPath, "run as root, with a kernel that has virtual terminals");
        int refusal = Libc.MayTypeInto(terminal.Number);
        if (refusal < 0)
        {
            throw new XenException("type into", TerminalPath, -refusal, RemedyOf(-refusal));
        }

        Keymap keymap = Keymap.FromKernel(terminal);
        if (descriptors.Take(spec.KeepName) is { } kept)
        {
            return new ConsoleKeyboard(kept, Map(kept), spec, descriptors, TerminalPath, keymap, logger);
        }

        Descriptor file = Descriptor.Own(Libc.MemoryFile("xenfbfront-console", SharedPages.PageBytes), "create", "a memory file");
        try
        {
            SharedPages page = Map(file);
            descriptors.Keep(spec.KeepName, file);
            return new ConsoleKeyboard(file, page, spec, descriptors, TerminalPath, keymap, logger);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What a person can do when the kernel refuses.</summary>
    /// <remarks>
    /// Typing into a terminal that is not one's own needs CAP_SYS_ADMIN, else EPERM. Kernels from 6.2 on forbid it to everybody where dev.tty.legacy_tiocsti
    /// is 0, EIO, and from 6.7 on to everybody without that capability.
    /// </remarks>
    internal static string RemedyOf(int errno) => errno switch
    {
        Errno.EIO => "`sysctl dev.tty.legacy_tiocsti=1` as root allows it, and from Linux 6.7 on CAP_SYS_ADMIN does",
        Errno.EPERM => "run as root with CAP_SYS_ADMIN",
        _ => "choose another input sink",
    };

    /// <summary>Opens a terminal so that it neither becomes ours nor is waited for.</summary>
    internal static int OpenTerminal(string path) => Libc.Open(path, OpenFlags.ReadWrite | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal);

    private static SharedPages Map(Descriptor file)
    {
        byte* address = Libc.MapShared(SharedPages.PageBytes, writable: true, file.Number, 0, out int errno);
        return errno == 0 ? new SharedPages(address, 1, 0) : throw new XenException("map", "a memory file", errno);
    }
}
