using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Configuration;

namespace XenFbFront.Control;

/// <summary><c>xenfbfront ctl trace</c>: prints what passes. A worker that takes over is asked anew, and says where everything is first.</summary>
internal static class ControlTrace
{
    /// <summary>Runs until the program that serves this guest has ended, or nobody reads any more.</summary>
    /// <param name="path">Of its socket.</param>
    /// <param name="words"><c>trace</c> and what stands behind it.</param>
    /// <returns>The exit status.</returns>
    /// <exception cref="OptionException">The words are wrong.</exception>
    /// <exception cref="XenException">No program answers at the beginning.</exception>
    public static int Run(string path, List<string> words)
    {
        NextWorker next = new();
        bool hasBegun = false, isReplaced = false, isRead = true;
        while (true)
        {
            try
            {
                return ControlClient.Ask(path, words, Print) is { } refusal ? ControlClient.Refuse(refusal) : ExitStatus.Success;
            }
            catch (XenException) when (!isRead)
            {
                return ExitStatus.Success;
            }
            catch (XenException exception) when (hasBegun)
            {
                if (!next.TryAwait(exception))
                {
                    LineLogger.Write(2, "xenfbfront: the program that was traced has ended\n");
                    return ExitStatus.Success;
                }

                isReplaced = true;
            }
        }

        void Print(string line)
        {
            if (isReplaced)
            {
                // Not among what another program may read.
                LineLogger.Write(2, "xenfbfront: another worker has taken over, and goes on with the trace\n");
                isReplaced = false;
                next.Found();
            }

            hasBegun = true;
            isRead = LineLogger.Write(1, line + "\n");
            XenException.ThrowIfRefused(isRead ? 0 : -Errno.EPIPE, "write", "standard output");
        }
    }
}
