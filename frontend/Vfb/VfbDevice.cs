using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Rings;
using Xenbus.Wire;
using Xenbus.Wire.Fbif;
using XenFbFront.Content;

namespace XenFbFront.Vfb;

/// <summary>One framebuffer: its pages, its two rings, and the source that draws on it.</summary>
internal sealed class VfbDevice : FrontendDevice
{
    /// <summary>Our own node: pages of pixels that the backend was told last. It stays when we close, and goes with the directory, as the backend's memory of it does.</summary>
    private const string PagesNode = "xenfbfront-pages";

    /// <summary>Our own node, watched: a size as <see cref="ScreenSize"/> reads it that a toolstack or a person asks for. It counts before everything else.</summary>
    private const string SizeNode = "xenfbfront-size";

    /// <summary>
    /// MiB of the kernel's framebuffer, unless the backend's node videoram names less (drivers/video/fbdev/xen-fbfront.c: video, xenfb_probe). The driver's
    /// parameter can name another number; nothing but an open /dev/fb0 would tell it.
    /// </summary>
    private const int KernelMebibytes = 2;

    /// <summary>Bytes that it has when that is less than its picture needs (XENFB_DEFAULT_FB_LEN there: 800x600 at 32 bits).</summary>
    private const int KernelLeastBytes = 800 * 600 * 4;

    /// <summary>The size that the backend goes by and those that it has not taken yet. While there are so many the next waits for its notification, as with a full ring.</summary>
    private const int MaxSizesTold = 4;

    private readonly DeviceContext _context;
    private readonly VfbOptions _options;
    private readonly VfbDriver _driver;
    private readonly UpdateBudget _budget;
    private readonly LoopTimer _moreLater;
    private readonly DrainWatch _drain;
    private readonly (uint End, ScreenSize Size)[] _told = new (uint, ScreenSize)[MaxSizesTold];
    private SharedPages? _shared;
    private SharedPages? _memory;
    private IScreenSource? _source;
    private FramebufferCanvas? _canvas;
    private EventRingWriter _out = new(EventRingLayout.FramebufferOut);
    private EventRingReader _in = new(EventRingLayout.FramebufferIn);
    private bool _isConnected;
    private bool _isPictureTaken;
    private uint _firstEvent;
    private bool _updatesRequested;
    private bool _resizeOffered;
    private bool _resizeIsDue;
    private ScreenSize _wantedSize;
    private string? _sizeNode;
    private ScreenSize? _asked;
    private int _toldCount;

    public VfbDevice(DeviceContext context, VfbOptions options, VfbDriver driver)
    {
        _context = context;
        _options = options;
        _driver = driver;
        _budget = new(context.Loop.Clock);
        _moreLater = context.Loop.CreateTimer(Send);
        _drain = new(context.Loop, Send, context.Notify, TellDrain);
        driver.Add(this);
    }

    /// <summary>Called when the backend knows of a geometry: at the start of each connection and at each change.</summary>
    public event Action? Sized;

    /// <summary>The number of the device.</summary>
    public int Framebuffer => _context.Identity.Id;

    /// <summary>What the backend knows, or null while there is no connection.</summary>
    public FramebufferGeometry? Geometry => _isConnected ? _canvas?.Geometry : null;

    /// <summary>How long the backend has taken no updates although it was notified; null while it takes them, or may still.</summary>
    public TimeSpan? BackendSilentFor => _drain.SilentFor;

    /// <summary>The size that the backend goes by: what it was told last, once it has consumed the event. Null while there is no connection.</summary>
    public ScreenSize? SizeTaken
    {
        get
        {
            if (!_isConnected || _shared is not { } shared)
            {
                return null;
            }

            if (_toldCount > 1)
            {
                _out.Look(shared.Bytes);
                ForgetFormerSizes();
            }

            return _told[0].Size;
        }
    }

    /// <summary>The sizes that a person named for it, the best one first.</summary>
    public ScreenSize[] Sizes => _options.SizesOf(Framebuffer);

    /// <summary>What a change to a size takes.</summary>
    public ResizeWay WayTo(ScreenSize size) => Geometry is not { } present
        ? ResizeWay.WhenConnected
        : present.Size == size
            ? ResizeWay.None
            : _resizeOffered && Fits(present with { Width = size.Width, Height = size.Height }) ? ResizeWay.Event : ResizeWay.Connection;

    /// <summary>Asks for a size, as a toolstack does; it outlives this worker.</summary>
    /// <exception cref="XenException">The size is not possible, or xenstore refuses.</exception>
    public void Ask(ScreenSize size)
    {
        if (!Validate(size, out string reason))
        {
            throw new XenException("use", $"size {size}", 0, reason);
        }

        _context.WriteOwn(SizeNode, size.ToString());
    }

    /// <inheritdoc/>
    public override void CheckPrepare()
    {
        ClaimSource("serve");
        ChooseGeometry(_source!);
        _context.CheckFrames();
    }

    /// <inheritdoc/>
    public override void Prepare(IDictionary<string, string> details)
    {
        IScreenSource source = ClaimSource("serve");
        FramebufferGeometry geometry = ChooseGeometry(source);
        ProtocolAbi abi = ProtocolAbis.Native;
        int pixelPages = ChoosePages(geometry);
        int directoryPages = PageDirectory.DirectoryPages(abi, pixelPages);

        // The backend writes indices and events into the shared page, and only reads the others.
        _shared = _context.Resources.AllocatePages(1, isWritable: true, out _);
        _memory = _context.Resources.AllocatePages(directoryPages + pixelPages, isWritable: false, out _);

        GuestFrame[] frames = new GuestFrame[directoryPages + pixelPages];
        GuestFrame[] sharedFrame = new GuestFrame[1];
        _context.Domain.ResolveFrames(_shared, sharedFrame);
        _context.Domain.ResolveFrames(_memory, frames);

        Span<byte> page = _shared.Bytes;
        page.Clear();
        new FramebufferPage(geometry.Width, geometry.Height, geometry.StrideBytes, pixelPages * SharedPages.PageBytes, (byte)geometry.Depth).Write(page);
        PageDirectory.Write(
            abi, page, _memory.Bytes[..(directoryPages * SharedPages.PageBytes)], frames.AsSpan(0, directoryPages), frames.AsSpan(directoryPages));
        _out = new(EventRingLayout.FramebufferOut);
        _in = new(EventRingLayout.FramebufferIn);
        _budget.Reset();
        Notes = new() { Size = VfbNotes.Pack(geometry.Size), Depth = geometry.Depth, DirectoryPages = directoryPages };
        NoteAsked();

        BeginSizes(geometry);
        AttachSource(source, geometry, directoryPages);
        details[PublishedNodes.PageReference] = sharedFrame[0].ToString();
        details["protocol"] = abi.Name();
        details["feature-update"] = "1";
        details[PagesNode] = pixelPages.ToString(CultureInfo.InvariantCulture);
        if (_asked is { } asked)
        {
            // A restored domain has a directory that does not know it.
            details[SizeNode] = _sizeNode = asked.ToString();
        }
    }

    /// <inheritdoc/>
    public override void FollowKernel()
    {
        int mebibytes = _context.ReadBackend("videoram", KernelMebibytes, 0, KernelMebibytes);
        int bytes = Math.Max(mebibytes << 20, KernelLeastBytes);
        int pages = (bytes + SharedPages.PageBytes - 1) / SharedPages.PageBytes;
        _context.WriteOwnOnce(PagesNode, pages.ToString(CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public override void TakeOver()
    {
        IScreenSource source = ClaimSource("take over");
        _shared = _context.Resources.TakeOverPages(0);
        _memory = _context.Resources.TakeOverPages(1);
        VfbNotes notes = Notes;
        FramebufferGeometry geometry = new(notes.Width, notes.Height, notes.Depth);
        if (!geometry.IsValid(out string reason) || geometry.MemoryBytes + (long)notes.DirectoryPages * SharedPages.PageBytes > _memory.Bytes.Length)
        {
            throw new XenException("take over", _context.Identity.Name, 0, $"the predecessor's notes are damaged ({reason})");
        }

        _asked = VfbNotes.Unpack(notes.Asked);
        Span<byte> page = _shared.Bytes;
        _out = EventRingWriter.TakeOver(EventRingLayout.FramebufferOut, page, out RingStatus outStatus);
        _in = EventRingReader.TakeOver(EventRingLayout.FramebufferIn, page, out RingStatus inStatus);
        if (outStatus == RingStatus.Broken || inStatus == RingStatus.Broken)
        {
            throw new XenException("take over", _context.Identity.Name, 0, "the ring indices in the shared page are impossible");
        }

        // A resize event of the predecessor may be lost with it; telling the geometry again does no harm.
        _resizeIsDue = true;
        BeginSizes(geometry);
        AttachSource(source, geometry, notes.DirectoryPages);
    }

    /// <inheritdoc/>
    public override void Connect()
    {
        _isConnected = true;
        _firstEvent = _out.Produced;
        _drain.Begin(_out, Notes.SilentSince);
        _canvas!.Changed(_canvas.Bounds);
        BackendChanged();
        Report(_canvas.Geometry);
        Send();
    }

    /// <inheritdoc/>
    public override void BackendChanged()
    {
        bool wasRequested = _updatesRequested;
        _updatesRequested = _context.IsOffered("request-update");
        _resizeOffered = _context.IsOffered("feature-resize");
        _resizeIsDue &= _resizeOffered;
        if (_updatesRequested && !wasRequested)
        {
            Send();
        }

        if (LookForSize())
        {
            NoteAsked();
            Follow(_asked!.Value);
        }
    }

    /// <inheritdoc/>
    public override bool OnEvent()
    {
        if (_shared is null)
        {
            return false;
        }

        Span<byte> page = _shared.Bytes;
        if (_in.Look(page) == RingStatus.Broken)
        {
            _context.Fail("backend's index of the framebuffer's in ring is impossible");
            return true;
        }

        int events = _in.Available;
        Span<byte> slot = stackalloc byte[EventRingLayout.SlotBytes];
        for (int i = 0; i < events; i++)
        {
            _in.Copy(page, i, slot);
            ref readonly FramebufferRefreshPeriod refresh = ref MemoryMarshal.AsRef<FramebufferRefreshPeriod>(slot);
            if (refresh.Type == FramebufferWire.RefreshPeriodType)
            {
                _budget.Advise(refresh.PeriodMs);
                // What waits by the old advice is looked at anew below.
                _moreLater.Cancel();
            }
        }

        if (events > 0)
        {
            _in.Consume(page, events);
        }

        uint consumedBefore = _out.Consumed;
        Send();
        return events > 0 || _out.Consumed != consumedBefore;
    }

    /// <inheritdoc/>
    public override void Disconnect()
    {
        if (_canvas is not null)
        {
            _source?.Detach();
            _canvas.Dispose();
            _canvas = null;
            _driver.Report(null);
        }

        _moreLater.Cancel();
        _drain.Stop();
        _isConnected = _updatesRequested = _resizeIsDue = _isPictureTaken = false;
        _shared = null;
        _memory = null;
        if (_source is { } source)
        {
            _driver.ReleaseSource(this, source);
            _source = null;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Disconnect();
        _moreLater.Dispose();
        _drain.Dispose();
        _driver.Remove(this);
    }

    private ref VfbNotes Notes => ref MemoryMarshal.AsRef<VfbNotes>(_context.Resources.Notes);

    private IScreenSource ClaimSource(string operation) => _source = _driver.ClaimSource(this, _context.Identity.Id)
        ?? throw new XenException(operation, _context.Identity.Name, 0, "another framebuffer shows its source; give it one of its own, as in --vfb 1=console:2");

    private FramebufferGeometry ChooseGeometry(IScreenSource source)
    {
        LookForSize();
        (int width, int height) = _asked is { } asked ? (asked.Width, asked.Height) : Sizes is [{ } best, ..] ? (best.Width, best.Height) : (0, 0);
        if (width == 0)
        {
            (int preferredWidth, int preferredHeight) = source.PreferredSize;
            width = _context.ReadBackend("width", preferredWidth, FramebufferGeometry.MinSide, FramebufferGeometry.MaxSide);
            height = _context.ReadBackend("height", preferredHeight, FramebufferGeometry.MinSide, FramebufferGeometry.MaxSide);
        }

        FramebufferGeometry geometry = new(width, height, _options.Depth);
        return geometry.IsValid(out string reason) ? geometry : throw new XenException("use", $"geometry {geometry}", 0, reason);
    }

    /// <summary>
    /// Not fewer pages than the last time: QEMU's viewers go on looking at the memory of the first connection, and that address is valid only if the
    /// new pages take the same room (hw/display/xenfb.c: fb_initialise makes a new console each time, xenfb_map_fb unmaps what the old one shows).
    /// </summary>
    private int ChoosePages(FramebufferGeometry geometry)
    {
        int pages = PagesFor(geometry.Size);
        foreach (ScreenSize size in Sizes)
        {
            pages = Math.Max(pages, PagesFor(size));
        }

        if (_options.MaxSize is { } largest)
        {
            pages = Math.Max(pages, PagesFor(largest));
        }

        int before = _context.ReadOwn(PagesNode, 0, 1, FramebufferGeometry.MaxPages);
        if (before > 0 && pages > before)
        {
            Log.ScreenGrew(_context.Logger, _context.Identity.Name, geometry.ToString(), before);
        }

        return Math.Max(pages, before);
    }

    private int PagesFor(ScreenSize size) =>
        (int)((new FramebufferGeometry(size.Width, size.Height, _options.Depth).MemoryBytes + SharedPages.PageBytes - 1) / SharedPages.PageBytes);

    private bool Validate(ScreenSize size, out string reason) => new FramebufferGeometry(size.Width, size.Height, _options.Depth).IsValid(out reason);

    /// <returns>Whether another size is asked for than at the last look.</returns>
    private bool LookForSize()
    {
        string? node = _context.ReadOwn(SizeNode);
        if (node is null || node == _sizeNode)
        {
            return false;
        }

        _sizeNode = node;
        string reason = "it must be WIDTHxHEIGHT in pixels, as in 1024x768";
        if (ScreenSize.TryParse(node, out ScreenSize size) && Validate(size, out reason))
        {
            _asked = size;
            return true;
        }

        Log.WrongSize(_context.Logger, _context.Identity.Name, node, reason);
        return false;
    }

    private void NoteAsked() => Notes.Asked = _asked is { } size ? VfbNotes.Pack(size) : 0;

    private void Follow(ScreenSize size)
    {
        switch (WayTo(size))
        {
            case ResizeWay.Event:
                _wantedSize = size;
                _context.Loop.Post(Resize);
                break;
            case ResizeWay.Connection:
                Log.ConnectingForSize(_context.Logger, _context.Identity.Name, size.ToString());
                _context.Reconnect();
                break;
            case ResizeWay.None or ResizeWay.WhenConnected:
                break;
        }
    }

    private void Report(FramebufferGeometry geometry)
    {
        _driver.Report(geometry);
        Sized?.Invoke();
    }

    private void AttachSource(IScreenSource source, FramebufferGeometry geometry, int directoryPages)
    {
        _canvas?.Dispose();
        _canvas = new(_memory!, directoryPages * SharedPages.PageBytes, geometry, Send, TryResize);
        source.Attach(_canvas);
        // What is not drawn in the pages themselves is there at least once before anybody looks.
        _canvas.Deliver(_canvas.Bounds);
    }

    /// <summary>Tells the backend as much of the damage as it can take; the rest is told when it has taken some or the time has come.</summary>
    private void Send()
    {
        if (!_isConnected || _shared is not { } shared || _canvas is not { } canvas)
        {
            return;
        }

        Span<byte> page = shared.Bytes;
        if (_out.Look(page) == RingStatus.Broken)
        {
            _context.Fail("backend's index of the framebuffer's out ring is impossible");
            return;
        }

        if (!_isPictureTaken && (int)(_out.Consumed - _firstEvent) > 0)
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

        if (!_resizeIsDue && _updatesRequested)
        {
            WriteUpdates(page, canvas);
        }

        if (_out.Publish(page))
        {
            _context.Notify();
        }

        _drain.Follow(_out, !_budget.IsNobodyLooking);
    }

    private void TellDrain(TimeSpan time)
    {
        // A successor must neither say it again nor forget that it was said.
        Notes.SilentSince = _drain.SilentSince;
        if (_drain.SilentSince != 0)
        {
            Log.BackendTakesNothing(_context.Logger, _context.Identity.Name, time.TotalSeconds);
        }
        else
        {
            Log.BackendTakesAgain(_context.Logger, _context.Identity.Name, time.TotalSeconds);
        }
    }

    private void WriteUpdates(Span<byte> page, FramebufferCanvas canvas)
    {
        DamageRegion damage = canvas.Damage;
        if (damage.IsEmpty || _budget.IsNobodyLooking || _moreLater.IsRunning)
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
        if (_out.Free < count)
        {
            return;
        }

        for (int i = 0; i < count; i++)
        {
            PixelRectangle area = damage[i];
            canvas.Deliver(area);
            FramebufferUpdate update = new() { Type = FramebufferWire.UpdateType, X = area.X, Y = area.Y, Width = area.Width, Height = area.Height };
            bool isWritten = _out.TryWrite(page, MemoryMarshal.AsBytes(new ReadOnlySpan<FramebufferUpdate>(in update)));
            Debug.Assert(isWritten, "room was counted before");
        }

        _budget.Spend(count);
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
        ForgetFormerSizes();
        if (_toldCount == _told.Length || !_out.TryWrite(page, MemoryMarshal.AsBytes(new ReadOnlySpan<FramebufferResize>(in resize))))
        {
            return false;
        }

        _told[_toldCount++] = (_out.Produced, geometry.Size);
        return true;
    }

    private void BeginSizes(FramebufferGeometry geometry) => (_told[0], _toldCount) = ((_out.Produced, geometry.Size), 1);

    private void ForgetFormerSizes()
    {
        while (_toldCount > 1 && (int)(_out.Consumed - _told[1].End) >= 0)
        {
            _told.AsSpan(1, --_toldCount).CopyTo(_told);
        }
    }

    /// <summary>Another size within the memory that the backend knows. Comes true at the loop's next turn, as the source is in the middle of drawing.</summary>
    private bool TryResize(int width, int height)
    {
        ScreenSize size = new(width, height);
        if (Sizes.Length > 0 || _asked is not null || WayTo(size) is not (ResizeWay.Event or ResizeWay.None))
        {
            return false;
        }

        _wantedSize = size;
        _context.Loop.Post(Resize);
        return true;
    }

    /// <summary>Whether a picture has room in the memory that the backend knows.</summary>
    private bool Fits(FramebufferGeometry geometry) =>
        geometry.IsValid(out _) && _memory is { } memory && geometry.MemoryBytes <= memory.Bytes.Length - (long)Notes.DirectoryPages * SharedPages.PageBytes;

    private void Resize()
    {
        // Since it was asked for, the connection may have ended, and another begun with other memory.
        if (!_isConnected || _canvas is not { } canvas || _source is not { } source)
        {
            return;
        }

        FramebufferGeometry geometry = new(_wantedSize.Width, _wantedSize.Height, canvas.Geometry.Depth);
        if (!Fits(geometry))
        {
            return;
        }

        source.Detach();
        Notes.Size = VfbNotes.Pack(geometry.Size);
        _resizeIsDue = true;
        AttachSource(source, geometry, Notes.DirectoryPages);
        Report(geometry);
        Send();
    }
}
