using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Holder;

namespace XenFbFront.Loopback;

/// <summary>The frontend as a process of its own, in a process group of its own: a Ctrl-C at the terminal reaches this tool only, which then stops the frontend once.</summary>
public sealed class FrontendProcess
{
    private readonly int _processId;
    private int? _status;

    private FrontendProcess(int processId) => _processId = processId;

    /// <summary>Process id of the holder.</summary>
    public int ProcessId => _processId;

    /// <summary>Starts the frontend; it prints where this tool prints.</summary>
    /// <param name="program">The program's file.</param>
    /// <param name="arguments">Its options.</param>
    /// <exception cref="XenException">It cannot be started.</exception>
    public static FrontendProcess Start(string program, IEnumerable<string> arguments)
    {
        int result = Libc.Spawn(program, [program, .. arguments], SelfProgram.ReadEnvironment(), inherited: 2, inheritedAs: 2, isNewGroup: true);
        return result > 0 ? new(result) : throw new XenException("start", program, -result);
    }

    /// <summary>Process ids of the workers that live now: one, except for the moment between two.</summary>
    public IEnumerable<int> Workers
    {
        get
        {
            string children = $"/proc/{_processId}/task/{_processId}/children";
            string text = File.Exists(children) ? File.ReadAllText(children) : string.Empty;
            foreach (string number in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>Asks it to close its devices in order.</summary>
    public void Terminate()
    {
        if (!HasExited(out _))
        {
            Libc.Kill(_processId, Libc.SIGTERM);
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        if (!HasExited(out _))
        {
            Libc.Kill(_processId, Libc.SIGKILL);
        }
    }

    /// <summary>Whether it has ended, and how: its exit status, or 128 + the signal.</summary>
    public bool HasExited(out int status)
    {
        if (_status is null && Libc.TryCollect(_processId, out int waitStatus) == _processId)
        {
            _status = (waitStatus & 0x7f) == 0 ? waitStatus >> 8 & 0xff : 128 + (waitStatus & 0x7f);
        }

        status = _status ?? -1;
        return _status is not null;
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>False when the time is over.</returns>
    public bool WaitExited(TimeSpan timeout, out int status)
    {
        // A look every few milliseconds: pidfd would need another system call for the sake of a tool.
        long started = TimeProvider.System.GetTimestamp();
        while (!HasExited(out status))
        {
            if (TimeProvider.System.GetElapsedTime(started) > timeout)
            {
                return false;
            }

            Thread.Sleep(2);
        }

        return true;
    }
}
