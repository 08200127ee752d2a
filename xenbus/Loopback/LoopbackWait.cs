using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>How a client waits for the hypervisor: by letting it run, when it runs on the client's own thread, else by waiting for the socket.</summary>
internal static class LoopbackWait
{
    /// <summary>Waits until a socket is ready.</summary>
    /// <param name="socket">The client's end.</param>
    /// <param name="events">Of <see cref="PollEvents"/>.</param>
    /// <param name="timeoutMs">At most this long, milliseconds.</param>
    /// <param name="pump">Lets the hypervisor run and returns true when it runs on this thread only; null when it is another process.</param>
    /// <returns>False when the time is over, or when nobody is left who could make the socket ready.</returns>
    public static bool For(Descriptor socket, short events, int timeoutMs, Func<bool>? pump)
    {
        if (Libc.Poll(socket.Number, events, 0) > 0)
        {
            return true;
        }

        bool isStepped = pump is not null && pump();
        return Libc.Poll(socket.Number, events, isStepped ? 0 : timeoutMs) > 0;
    }
}
