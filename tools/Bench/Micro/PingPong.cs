using Xenbus.Linux.Interop;

namespace XenFbFront.Bench.Micro;

/// <summary>Two threads that wake each other through two eventfds: the least that a message and its answer cost here.</summary>
internal sealed class PingPong : IDisposable
{
    private const int TimeoutMs = 5000;
    private readonly Descriptor _ping = Descriptor.Own(Libc.EventFile(), "create", "an eventfd");
    private readonly Descriptor _pong = Descriptor.Own(Libc.EventFile(), "create", "an eventfd");
    private readonly Thread _thread;
    private bool _isStopping;

    /// <summary>Starts the other thread.</summary>
    public PingPong()
    {
        _thread = new Thread(Answer) { Name = "pong" };
        _thread.Start();
    }

    /// <summary>There and back.</summary>
    public void Exchange()
    {
        Add(_ping);
        BenchException.ThrowUnless(TryTake(_pong), "no answer");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Volatile.Write(ref _isStopping, true);
        Add(_ping);
        _thread.Join();
        _ping.Dispose();
        _pong.Dispose();
    }

    private void Answer()
    {
        while (!Volatile.Read(ref _isStopping))
        {
            if (TryTake(_ping))
            {
                Add(_pong);
            }
        }
    }

    private static void Add(Descriptor file)
    {
        Span<byte> one = stackalloc byte[8];
        one.Clear();
        one[0] = 1;
        Libc.Write(file.Number, one);
    }

    private static bool TryTake(Descriptor file)
    {
        Span<byte> count = stackalloc byte[8];
        return Libc.Poll(file.Number, PollEvents.POLLIN, TimeoutMs) > 0 && Libc.Read(file.Number, count) == count.Length;
    }
}
