using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>What happened to the picture lately: which parts changed, how often, and how long it took until they were shown.</summary>
/// <remarks>Thread-safe: the screen's writer tells of changes, the window's thread of the rest. Memory is bounded, whatever the guest does.</remarks>
internal sealed class FrameTimes(TimeProvider clock)
{
    /// <summary>How long a changed part stays outlined: long enough to be seen, short enough that typing does not frame the whole screen.</summary>
    public static readonly TimeSpan OutlineTime = TimeSpan.FromMilliseconds(400);

    /// <summary>Outlines at a time; the oldest goes first.</summary>
    public const int OutlinesMost = 64;

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(1);

    // A picture that comes later than this was not made by the key.
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromSeconds(1);

    // More pictures a second than any screen shows: at 16 ms between two there are 62.
    private const int PicturesMost = 512;

    private readonly Lock _gate = new();
    private readonly Queue<(ScreenRectangle Part, long At)> _outlines = new();
    private readonly Queue<(long At, TimeSpan ToShow, TimeSpan? Answer, int Parts, long Pixels)> _pictures = new();
    private long? _changedAt;
    private long? _inputAt;
    private int _parts;
    private long _pixels;

    /// <summary>A part of the screen changed and is not shown yet.</summary>
    public void Changed(ScreenRectangle part)
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            _changedAt ??= now;
            _parts++;
            _pixels += (long)part.Width * part.Height;
            _outlines.Enqueue((part, now));
            if (_outlines.Count > OutlinesMost)
            {
                _outlines.Dequeue();
            }
        }
    }

    /// <summary>The guest was told of a key, the pointer or a finger.</summary>
    public void Input()
    {
        lock (_gate)
        {
            _inputAt ??= clock.GetTimestamp();
        }
    }

    /// <summary>Everything that changed before is in the window now.</summary>
    public void Shown()
    {
        lock (_gate)
        {
            if (_changedAt is not { } changedAt)
            {
                return;
            }

            long now = clock.GetTimestamp();
            TimeSpan? answer = null;
            if (_inputAt is { } inputAt && inputAt <= changedAt)
            {
                TimeSpan elapsed = clock.GetElapsedTime(inputAt, now);
                answer = elapsed <= s_answerLimit ? elapsed : null;
                _inputAt = null;
            }

            _pictures.Enqueue((now, clock.GetElapsedTime(changedAt, now), answer, _parts, _pixels));
            if (_pictures.Count > PicturesMost)
            {
                _pictures.Dequeue();
            }

            (_changedAt, _parts, _pixels) = (null, 0, 0);
        }
    }

    /// <summary>Parts that changed within <see cref="OutlineTime"/>, the oldest first.</summary>
    public ScreenRectangle[] Outlines()
    {
        lock (_gate)
        {
            while (_outlines.TryPeek(out (ScreenRectangle, long At) oldest) && clock.GetElapsedTime(oldest.At) > OutlineTime)
            {
                _outlines.Dequeue();
            }

            return [.. _outlines.Select(static outline => outline.Part)];
        }
    }

    /// <summary>The last second in words, a line each.</summary>
    public string[] Describe()
    {
        lock (_gate)
        {
            while (_pictures.TryPeek(out (long At, TimeSpan, TimeSpan?, int, long) oldest) && clock.GetElapsedTime(oldest.At) > s_window)
            {
                _pictures.Dequeue();
            }

            return
            [
                $"in a second: {_pictures.Count} pictures, {_pictures.Sum(static picture => picture.Parts)} parts, {_pictures.Sum(static picture => picture.Pixels)} pixels",
                $"from changed to shown: {Middle([.. _pictures.Select(static picture => picture.ToShow)])}",
                $"from input to shown:   {Middle([.. _pictures.Where(static picture => picture.Answer is not null).Select(static picture => picture.Answer!.Value)])}",
            ];
        }
    }

    /// <summary>Whether there is something that time alone will change.</summary>
    public bool IsLively
    {
        get
        {
            lock (_gate)
            {
                return _outlines.Count > 0 || _pictures.Count > 0;
            }
        }
    }

    private static string Middle(TimeSpan[] times)
    {
        Array.Sort(times);
        return times.Length == 0
            ? "-"
            : FormattableString.Invariant($"{times[times.Length / 2].TotalMilliseconds:0.0} ms (worst {times[^1].TotalMilliseconds:0.0})");
    }
}
