using System.Diagnostics;
using System.Runtime.InteropServices;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Rings;
using Xenbus.Wire;
using Xenbus.Wire.Fbif;
using XenFbFront.Content;

namespace XenFbFront.Vfb;

/// <summary>What a backend is told through the out ring: another size, and which rectangles changed.</summary>
/// <remarks>Nothing is lost and nothing waits: what the ring or the backend's pace has no room for stays in the damage. <see cref="Send"/> is allocation-free.</remarks>
internal sealed class FramebufferOutput : IDisposable
{
    private readonly DeviceContext _context;
    private readonly UpdateBudget _budget;
    private readonly LoopTimer _moreLater;
    private readonly DrainWatch _drain;
    private readonly FramebufferLatency _latency;
    private readonly ToldSizes _sizes = new();
    private SharedPages? _shared;
    private FramebufferCanvas? _canvas;
    private EventRingWriter _ring = new(EventRingLayout.FramebufferOut);
    private uint _firstEvent;
    private bool _isPictureTaken;
    private bool _updatesRequested;
    private bool _resizeIsDue;
    private long _updates, _pixels;

    /// <summary>Makes the timers.</summary>
    public FramebufferOutput(DeviceContext context)
    {
        _context = context;
        _budget = new(context.Loop.Clock);
        _moreLater = context.Loop.CreateTimer(Send);
        _latency = new(context.Loop.Clock);
        _drain = new(context.Loop, Send, context.Notify, TellDrain);
    }

    /// <summary>Whether both ends are connected.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Whether the backend understands another size without another connection.</summary>
    public bool TakesSizes { get; private set; }

    /// <summary>How long the backend has taken nothing although it was notified; null while it takes what comes, or may still.</summary>
    public TimeSpan? BackendSilentFor => _drain.SilentFor;

    /// <summary>The backend's ring index at the last look.</summary>
    public uint Consumed => _ring.Consumed;

    /// <summary>What was told, and what waits.</summary>
    public IEnumerable<DeviceFigure> Figures =>
    [
        new("updates", _updates, IsCounter: true, "Changed rectangles that the backend was told of"),
        new("update_pixels", _pixels, IsCounter: true, "Pixels of these rectangles"),
        new("ring_events", IsConnected ? _ring.Produced - _ring.Consumed : 0, IsCounter: false, "Events in the ring that the backend had not taken at the last look"),
        new("damaged_rectangles", IsConnected ? _canvas?.Damage.Count ?? 0 : 0, IsCounter: false, "Changed rectangles that wait for room in the ring or for the backend's pace"),
        new("silent_seconds", (long)(BackendSilentFor?.TotalSeconds ?? 0), IsCounter: false, "How long the backend has taken nothing although it was notified"),
    ];

    /// <inheritdoc cref="FramebufferLatency.Stages"/>
    public IReadOnlyList<DeviceLatency> Latencies => _latency.Stages;

    /// <summary>The size that the backend goes by: what it was told last, once it has consumed the event. Null while there is no connection.</summary>
    public ScreenSize? SizeTaken
    {
        get
        {
            if (!IsConnected || _shared is not { } shared)
            {
                return null;
            }

            if (_sizes.IsAnyOpen)
            {
                _ring.Look(shared.Bytes);
                _sizes.Follow(_ring.Consumed);
            }

            return _sizes.Taken;
        }
    }

    /// <summary>A connection is prepared.</summary>
    /// <param name="shared">The page with the ring, cleared.</param>
    /// <param name="size">The size that the page tells.</param>
    public void Begin(SharedPages shared, ScreenSize size)
    {
        _shared = shared;
        _ring = new(EventRingLayout.FramebufferOut);
        _budget.Reset();
        _sizes.Begin(size);
    }

    /// <summary>A predecessor's connection is gone on with.</summary>
    /// <param name="shared">The page with the ring.</param>
    /// <param name="size">The size that the predecessor noted.</param>
    /// <returns><see cref="RingStatus.Broken"/> when the ring's indices are impossible.</returns>
    public RingStatus TakeOver(SharedPages shared, ScreenSize size)
    {
        _shared = shared;
        _ring = EventRingWriter.TakeOver(EventRingLayout.FramebufferOut, shared.Bytes, out RingStatus status);
        _sizes.Begin(size);
        // A resize event of the predecessor may be lost with it; telling the geometry again does no harm.
        _resizeIsDue = true;
        return status;
    }

    /// <summary>Another picture than before is told of from now on.</summary>
    /// <param name="canvas">The picture.</param>
    /// <param name="isResized">Whether the connection began with another size than it has.</param>
    public void Show(FramebufferCanvas canvas, bool isResized)
    {
        _canvas = canvas;
        _resizeIsDue |= isResized;
    }

    /// <summary>Both ends are connected; the backend knows nothing of the picture.</summary>
    public void Connect()
    {
        IsConnected = true;
        _firstEvent = _ring.Produced;
        _drain.Begin(_ring, VfbNotes.Of(_context.Resources).SilentSince);
        _canvas!.Changed(_canvas.Bounds);
    }

    /// <summary>What the backend offers and asks for may have changed.</summary>
    public void FollowBackend()
    {
        bool wasRequested = _updatesRequested;
        _updatesRequested = _context.IsOffered("request-update");
        TakesSizes = _context.IsOffered("feature-resize");
        _resizeIsDue &= TakesSizes;
        if (_updatesRequested && !wasRequested)
        {
            Send();
        }
    }

    /// <summary>The backend has said how often it looks; call <see cref="Send"/> after it.</summary>
    /// <param name="periodMs">As in <see cref="FramebufferRefreshPeriod.PeriodMs"/>.</param>
    public void Advise(uint periodMs)
    {
        _budget.Advise(periodMs);
        // What waits by the old advice is looked at anew.
        _moreLater.Cancel();
    }

    /// <summary>A picture is whole: as <see cref="Send"/>.</summary>
    /// <param name="noticedAt">When its change was noticed, in timestamps of the loop's clock; null when it came of no change.</param>
    public void Flush(long? noticedAt)
    {
        if (IsConnected && noticedAt is { } time)
        {
            _latency.Drawn(time);
        }

        Send();
    }

    /// <summary>The backend has notified us: as <see cref="Send"/>.</summary>
    public void OnNotified() => Tell(isNotified: true);

    /// <summary>Tells the backend as much as it can take; the rest is told when it has taken some or the time has come.</summary>
    public void Send() => Tell(isNotified: false);

    private void Tell(bool isNotified)
    {
        if (!IsConnected || _shared is not { } shared || _canvas is not { } canvas)
        {
            return;
        }

        Span<byte> page = shared.Bytes;
        if (_ring.Look(page) == RingStatus.Broken)
        {
            _context.Fail("backend's index of the framebuffer's out ring is impossible");
            return;
        }

        _latency.Looked(_ring.Consumed, isNotified);
        if (!_isPictureTaken && (int)(_ring.Consumed - _firstEvent) > 0)
        {
            // The first update is of the whole screen.
            _isPictureTaken = true;
            Log.PictureTaken(_context.Logger, _context.Identity.Name);
        }

        if (_resizeIsDue)
        {
            // Before any update: an update of the new size would be cut to the old one.
            _resizeIsDue = !TryWriteResize(page, canvas.Geometry);
        }

        if (!_updatesRequested || _budget.IsNobodyLooking)
        {
            _latency.Pause();
        }
        else if (!_resizeIsDue)
        {
            WriteUpdates(page, canvas);
        }

        if (_ring.Publish(page))
        {
            _context.Notify();
        }

        _drain.Follow(_ring, !_budget.IsNobodyLooking);
    }

    /// <summary>The connection ends: page and picture are not touched again.</summary>
    public void Disconnect()
    {
        _moreLater.Cancel();
        _drain.Stop();
        _latency.Stop();
        IsConnected = _updatesRequested = _resizeIsDue = _isPictureTaken = false;
        _shared = null;
        _canvas = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _moreLater.Dispose();
        _drain.Dispose();
    }

    private void WriteUpdates(Span<byte> page, FramebufferCanvas canvas)
    {
        DamageRegion damage = canvas.Damage;
        if (damage.IsEmpty || _moreLater.IsRunning)
        {
            return;
        }

        int count = damage.Count;
        if (count > _budget.Available())
        {
            _moreLater.Start(_budget.TimeToMore());
            return;
        }

        // All or nothing, so that the region can simply be cleared. With less room than that in 51 slots the backend is far behind, and its
        // next notification brings us here again.
        bool isBeforeZero = _ring.Free < count && _ring.Produced == _ring.Consumed;
        if (_ring.Free < count && !isBeforeZero)
        {
            return;
        }

        // Before its index passes zero an empty ring has room for a few only, of which nobody will notify us: all in one rectangle then.
        PixelRectangle bounds = isBeforeZero ? damage.Bounds : default;
        count = isBeforeZero ? 1 : count;
        for (int i = 0; i < count; i++)
        {
            PixelRectangle area = isBeforeZero ? bounds : damage[i];
            canvas.Deliver(area);
            FramebufferUpdate update = new() { Type = FramebufferWire.UpdateType, X = area.X, Y = area.Y, Width = area.Width, Height = area.Height };
            ReadOnlySpan<byte> slot = MemoryMarshal.AsBytes(new ReadOnlySpan<FramebufferUpdate>(in update));
            bool isWritten = _ring.TryWrite(page, slot);
            Debug.Assert(isWritten, "room was counted before");
            _context.Trace?.OnMessage(_context.Identity, isOut: true, slot, _ring.Produced, _ring.Consumed);
            _pixels += (long)area.Width * area.Height;
        }

        _updates += count;
        _latency.Told(_budget.Spend(count), _ring.Produced);
        damage.Clear();
    }

    private bool TryWriteResize(Span<byte> page, FramebufferGeometry geometry)
    {
        FramebufferResize resize = new()
        {
            Type = FramebufferWire.ResizeType,
            Width = geometry.Width,
            Height = geometry.Height,
            StrideBytes = geometry.StrideBytes,
            Depth = geometry.Depth,
            OffsetBytes = 0,
        };
        _sizes.Follow(_ring.Consumed);
        ReadOnlySpan<byte> slot = MemoryMarshal.AsBytes(new ReadOnlySpan<FramebufferResize>(in resize));
        if (!_sizes.HasRoom || !_ring.TryWrite(page, slot))
        {
            return false;
        }

        _context.Trace?.OnMessage(_context.Identity, isOut: true, slot, _ring.Produced, _ring.Consumed);

        _sizes.Add(geometry.Size, _ring.Produced);
        return true;
    }

    private void TellDrain(TimeSpan time)
    {
        // A successor must neither say it again nor forget that it was said.
        VfbNotes.Of(_context.Resources).SilentSince = _drain.SilentSince;
        if (_drain.SilentSince != 0)
        {
            Log.BackendTakesNothing(_context.Logger, _context.Identity.Name, time.TotalSeconds);
        }
        else
        {
            Log.BackendTakesAgain(_context.Logger, _context.Identity.Name, time.TotalSeconds);
        }
    }
}
