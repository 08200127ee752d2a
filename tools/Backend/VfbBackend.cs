using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Wire;

namespace XenFbFront.Backend;

/// <summary>Shows one guest's framebuffer on a <see cref="BackendScreen"/>.</summary>
/// <remarks>
/// What changed is shown at once after a quiet time, then at most every <see cref="BackendOptions.RefreshMs"/>; without changes no timer runs.
/// A frontend that cannot tell its changes is read whole at each refresh. After every notification one is sent back, as QEMU does.
/// </remarks>
public sealed class VfbBackend : BackendDevice
{
    private readonly RectangleQueue _changes = new();
    private readonly LoopTimer _refreshTimer;
    private readonly TimeSpan _refreshTime;
    private SlotReader? _reader;
    private SlotWriter? _writer;
    private SharedPages? _pixels;
    private long _lengthBytes;
    private bool _sizeChanged;
    private bool _frontendTellsChanges;
    private bool _hasRepeatedConnected;
    private uint? _owedPeriodMs;

    internal VfbBackend(BackendContext context, DomainId domain, int id, BackendScreen screen)
        : base(context, "vfb", domain, id)
    {
        Screen = screen;
        _refreshTime = TimeSpan.FromMilliseconds(context.Options.RefreshMs);
        _refreshTimer = context.Loop.CreateTimer(OnRefreshTimer);
    }

    /// <summary>What this framebuffer is shown on: 0x0 while not connected.</summary>
    public BackendScreen Screen { get; }

    /// <summary>How the pixels lie now; all zero while not connected.</summary>
    public FramebufferGeometry Geometry { get; private set; }

    /// <summary>Bytes of pixels mapped, after <c>videoram</c> has cut it; a resize never goes beyond.</summary>
    public long LengthBytes => _lengthBytes;

    /// <summary>Whether only told changes are shown: the frontend has <c>feature-update</c> and we wrote <c>request-update</c>.</summary>
    public bool UpdatesRequested { get; private set; }

    private protected override SlotWriter? Writer => _writer;

    private protected override SlotReader? Reader => _reader;

    /// <summary>Advises the frontend how often somebody looks.</summary>
    /// <param name="periodMs">Milliseconds, 0 when nobody looks; any number is sent.</param>
    /// <returns>
    /// False when it was not sent now: not connected, or the frontend does not tell its changes (QEMU advises no other), or the ring is full, and then
    /// it is sent later.
    /// </returns>
    public bool SendRefreshPeriod(uint periodMs)
    {
        _owedPeriodMs = periodMs;
        return TrySendOwedPeriod();
    }

    private protected override void PublishFeatures(Action<string, string> write)
    {
        write("feature-resize", Context.Options.OffersResize ? "1" : "0");
        foreach ((string name, string value) in Context.Options.ExtraVfbNodes)
        {
            write(name, value);
        }
    }

    private protected override string? Configure()
    {
        Span<byte> page = Page!.Bytes;
        // Each field is read once: the frontend may change the page at any time.
        int width = VfbPage.Field(page, VfbPage.Width);
        int height = VfbPage.Field(page, VfbPage.Height);
        int strideBytes = VfbPage.Field(page, VfbPage.LineLength);
        uint memoryLength = (uint)VfbPage.Field(page, VfbPage.MemoryLength);
        int depth = page[VfbPage.Depth];
        long videoramMiB = Context.Xenstore.ReadNumber(FrontendPath + "/videoram") ?? 0;
        long lengthBytes = FramebufferGeometry.LimitLength(memoryLength, videoramMiB);
        if (!FramebufferGeometry.TryCheck(
            width, height, strideBytes, depth, 0, lengthBytes, Context.Options.MaxScreenPixels, out FramebufferGeometry geometry, out string? reason))
        {
            return reason;
        }

        DirectoryFormat format = DirectoryFormat.Of(Context.Xenstore.Read(FrontendPath + "/protocol"), page);
        int pixelPages = (int)((lengthBytes + SharedPages.PageBytes - 1) / SharedPages.PageBytes);
        int directoryPages = format.DirectoryPages(pixelPages);
        if (directoryPages > VfbPage.DirectoryEntries)
        {
            return $"{lengthBytes} bytes need {directoryPages} directory pages, the page names at most {VfbPage.DirectoryEntries}";
        }

        GuestFrame[] directoryFrames = new GuestFrame[directoryPages];
        format.ReadDirectory(page, directoryFrames);
        GuestFrame[] pixelFrames = new GuestFrame[pixelPages];
        using (SharedPages directory = Context.Memory.MapFrames(Domain, directoryFrames, isWritable: false))
        {
            format.ReadEntries(directory.Bytes, pixelFrames);
        }

        _pixels?.Dispose();
        _pixels = Context.Memory.MapFrames(Domain, pixelFrames, isWritable: false);
        _lengthBytes = lengthBytes;
        Geometry = geometry;
        _reader = new(VfbPage.Out, page);
        _writer = new(VfbPage.In, page);
        _frontendTellsChanges = Context.Xenstore.ReadNumber(FrontendPath + "/feature-update") == 1;
        UpdatesRequested = _frontendTellsChanges && Context.Options.RequestsUpdates;
        // Zero is written as well, for an earlier frontend may have left a 1.
        Context.Xenstore.Write(Path + "/request-update", UpdatesRequested ? "1" : "0");
        return null;
    }

    private protected override void Start()
    {
        _sizeChanged = true;
        Log($"shows {Geometry.Width}x{Geometry.Height}, {Geometry.Depth} bits a pixel, {Geometry.StrideBytes} bytes a row");
        Refresh();
        if (Context.Host.InputOf(this)?.PeriodMs is { } periodMs)
        {
            SendRefreshPeriod(periodMs);
        }
    }

    private protected override void OnConnectedCheck()
    {
        // QEMU writes Connected again when it first sees the frontend Connected, for old frontends look for request-update only then.
        if (FrontendState == XenbusState.Connected && !_hasRepeatedConnected)
        {
            _hasRepeatedConnected = true;
            SetState(XenbusState.Connected);
        }
    }

    private protected override void Serve(bool isFresh)
    {
        if (!TryDrain(out int taken))
        {
            return;
        }

        TrySendOwedPeriod();
        if (isFresh || taken > 0)
        {
            // Also when nothing was there, as QEMU: a frontend must bear that.
            Notify();
        }
    }

    private protected override void Stop()
    {
        _refreshTimer.Cancel();
        _changes.Clear();
        _hasRepeatedConnected = false;
        _owedPeriodMs = null;
        UpdatesRequested = false;
        _frontendTellsChanges = false;
        _reader = null;
        _writer = null;
        _pixels?.Dispose();
        _pixels = null;
        _lengthBytes = 0;
        Geometry = default;
        bool wasShown;
        lock (Screen.Gate)
        {
            wasShown = Screen.Width > 0 || Screen.Height > 0;
            if (wasShown)
            {
                Screen.Resize(0, 0);
            }
        }

        if (wasShown)
        {
            Screen.Publish(default, resized: true);
        }
    }

    private protected override void Retire() => _refreshTimer.Dispose();

    /// <summary>Takes what is in the ring, at most its length.</summary>
    /// <returns>False when the frontend has broken the ring, and the device is closed.</returns>
    private bool TryDrain(out int taken)
    {
        Span<byte> page = Page!.Bytes;
        Span<byte> slot = stackalloc byte[SlotRing.SlotBytes];
        taken = _reader!.Poll(page);
        if (taken < 0)
        {
            Fail("out_prod is further ahead than the ring is long");
            return false;
        }

        for (int i = 0; i < taken; i++)
        {
            _reader.Take(page, slot);
            Handle(slot);
        }

        if (taken > 0)
        {
            _reader.Publish(page);
            Counters.EventsReceived += taken;
            // While the timer runs a refresh has just been; the next one takes these changes along.
            if (HasChanges && !_refreshTimer.IsRunning)
            {
                Refresh();
            }
        }

        return true;
    }

    private void Handle(ReadOnlySpan<byte> slot)
    {
        switch (slot[0])
        {
            case VfbPage.UpdateType:
                ScreenRectangle changed = RectangleQueue.Clip(
                    VfbPage.Field(slot, 4), VfbPage.Field(slot, 8), VfbPage.Field(slot, 12), VfbPage.Field(slot, 16), Geometry.Bounds);
                if (changed.IsEmpty)
                {
                    Counters.EmptyRectangles++;
                }
                else
                {
                    Counters.Rectangles++;
                    Counters.FullScreenFallbacks += _changes.Add(changed) ? 0 : 1;
                }

                break;
            case VfbPage.ResizeType when Context.Options.OffersResize:
                Resize(slot);
                break;
            default:
                Counters.UnknownEvents++;
                break;
        }
    }

    private void Resize(ReadOnlySpan<byte> slot)
    {
        if (!FramebufferGeometry.TryCheck(
            VfbPage.Field(slot, 4), VfbPage.Field(slot, 8), VfbPage.Field(slot, 12), VfbPage.Field(slot, 16), VfbPage.Field(slot, 20),
            _lengthBytes, Context.Options.MaxScreenPixels, out FramebufferGeometry geometry, out string? reason))
        {
            Counters.RejectedResizes++;
            Log($"resize ignored: {reason}");
            return;
        }

        Counters.Resizes++;
        _sizeChanged |= (geometry.Width, geometry.Height) != (Geometry.Width, Geometry.Height);
        Geometry = geometry;
        // Rectangles so far are of the old picture.
        _changes.Clear();
        _changes.AddWhole();
    }

    private bool HasChanges => _sizeChanged || !_changes.IsEmpty;

    private void OnRefreshTimer()
    {
        if (!IsServing)
        {
            return;
        }

        if (!IsDraining)
        {
            // A backend that hangs reads no pixels either; what is known so far is shown when it goes on.
            return;
        }

        if (!UpdatesRequested)
        {
            _changes.AddWhole();
        }

        if (HasChanges)
        {
            Refresh();
        }
    }

    private protected override void ServeAfterPause()
    {
        Serve(isFresh: true);
        if (IsServing && !_refreshTimer.IsRunning && (HasChanges || !UpdatesRequested))
        {
            OnRefreshTimer();
        }
    }

    /// <summary>Shows what changed and starts the time during which nothing more is shown.</summary>
    private void Refresh()
    {
        bool isResized = _sizeChanged;
        bool isWhole = isResized || _changes.IsWhole;
        _sizeChanged = false;
        Counters.Refreshes++;
        lock (Screen.Gate)
        {
            if (isResized)
            {
                Screen.Resize(Geometry.Width, Geometry.Height);
            }

            if (isWhole)
            {
                Convert(Geometry.Bounds);
            }
            else
            {
                foreach (ScreenRectangle changed in _changes.Rectangles)
                {
                    Convert(changed);
                }
            }
        }

        if (isWhole)
        {
            Screen.Publish(Geometry.Bounds, isResized);
        }
        else
        {
            foreach (ScreenRectangle changed in _changes.Rectangles)
            {
                Screen.Publish(changed);
            }
        }

        _changes.Clear();
        _refreshTimer.Start(_refreshTime);
    }

    private void Convert(ScreenRectangle part)
    {
        ReadOnlySpan<byte> pixels = _pixels!.Bytes;
        for (int y = part.Y; y < part.Y + part.Height; y++)
        {
            // Within the length, as the geometry was checked for it: offset + height * stride <= length, width * bytes <= stride.
            ReadOnlySpan<byte> row = pixels[(int)(Geometry.OffsetBytes + (long)y * Geometry.StrideBytes + part.X * Geometry.PixelBytes)..];
            PixelConverter.Convert(row, Geometry.Depth, Screen.Pixels.Slice(y * Screen.Width + part.X, part.Width));
        }

        Counters.PixelsConverted += (long)part.Width * part.Height;
    }

    private bool TrySendOwedPeriod()
    {
        if (_owedPeriodMs is not { } periodMs || !IsServing || !_frontendTellsChanges || !IsDraining)
        {
            return false;
        }

        Span<byte> page = Page!.Bytes;
        int room = _writer!.Poll(page);
        if (room < 0)
        {
            Fail("in_cons is not within a ring's length of in_prod");
        }

        if (room <= 0)
        {
            return false;
        }

        Span<byte> slot = stackalloc byte[SlotRing.SlotBytes];
        VfbPage.WriteRefreshPeriod(slot, periodMs);
        _writer.Put(page, slot);
        _writer.Publish(page);
        _owedPeriodMs = null;
        Counters.EventsSent++;
        Notify();
        return true;
    }
}
