namespace Xenbus.Devices;

/// <summary>How often a backend may make us start over before it is left alone.</summary>
internal sealed class RestartBudget(TimeProvider clock)
{
    /// <summary>Times within <see cref="Window"/>. A backend that is restarted by hand makes one or two.</summary>
    public const int Max = 10;

    private readonly Queue<long> _restarts = [];

    /// <summary>Restarts that are longer ago do not count.</summary>
    public static TimeSpan Window { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Counts one.</summary>
    /// <returns>False when it is one too many.</returns>
    public bool TrySpend()
    {
        long now = clock.GetTimestamp();
        while (_restarts.TryPeek(out long oldest) && clock.GetElapsedTime(oldest, now) >= Window)
        {
            _restarts.Dequeue();
        }

        if (_restarts.Count == Max)
        {
            return false;
        }

        _restarts.Enqueue(now);
        return true;
    }

    /// <summary>What comes next has another reason than what came before.</summary>
    public void Clear() => _restarts.Clear();
}
