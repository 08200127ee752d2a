using Xenbus.Loop;

namespace Xenbus.Devices;

/// <summary>
/// Lets the devices of earlier drivers connect first, for a while. QEMU maps pages where there is room, and a viewer goes on looking at the place of
/// the first connection, so a later connection must find the same room: QEMU up to 7.2 at least shows other pages there, or crashes. (QEMU before 2.9
/// does not serve a keyboard before there is a framebuffer.)
/// </summary>
internal sealed class Courtesy : IDisposable
{
    /// <summary>The others need milliseconds; a backend that is not there must not hold up the rest.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly LoopTimer _timer;
    private readonly Func<bool> _isItsTurn;
    private bool _isOver;

    /// <summary>Composes.</summary>
    /// <param name="loop">Has the time.</param>
    /// <param name="isItsTurn">Whether the devices that are to connect before have done so, or will not.</param>
    /// <param name="step">Called when it has lasted long enough.</param>
    public Courtesy(EventLoop loop, Func<bool> isItsTurn, Action step)
    {
        _isItsTurn = isItsTurn;
        _timer = loop.CreateTimer(() =>
        {
            _isOver = true;
            step();
        });
    }

    /// <summary>Could connect, and lets others do so.</summary>
    public bool IsWaiting => _timer.IsRunning;

    /// <summary>Whether the device may connect now; if not, it is called or asked again.</summary>
    public bool MayConnect()
    {
        bool mayConnect = _isOver || _isItsTurn();
        if (mayConnect)
        {
            End();
        }
        else if (!_timer.IsRunning)
        {
            _timer.Start(s_patience);
        }

        return mayConnect;
    }

    /// <summary>The next wait for others is another one.</summary>
    public void End()
    {
        _timer.Cancel();
        _isOver = false;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}
