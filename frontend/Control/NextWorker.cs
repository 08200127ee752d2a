using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Control;

/// <summary>Waits for the successor of a worker that was replaced before it had answered: the holder keeps the socket, so asking again is enough.</summary>
internal sealed class NextWorker
{
    /// <summary>The next one answers within milliseconds, on a busy machine within a second.</summary>
    private const int MaxTries = 100;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private int _tries;

    /// <summary>Waits a little.</summary>
    /// <param name="exception">How the answer broke off.</param>
    /// <returns>Whether to ask again; false when the program has ended.</returns>
    public bool TryAwait(XenException exception)
    {
        if (exception.ErrorNumber is Errno.ENOENT or Errno.ECONNREFUSED || _tries == MaxTries)
        {
            return false;
        }

        _tries++;
        Thread.Sleep(s_pause);
        return true;
    }

    /// <summary>It has answered.</summary>
    public void Found() => _tries = 0;
}
