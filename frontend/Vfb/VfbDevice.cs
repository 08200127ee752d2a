using System.Runtime.InteropServices;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Rings;
using Xenbus.Wire;
using Xenbus.Wire.Fbif;
using XenFbFront.Content;

namespace XenFbFront.Vfb;

/// <summary>One framebuffer: its pages, what the backend says, and the source that draws on it. What the backend is told is its <see cref="FramebufferOutput"/>.</summary>
internal sealed class VfbDevice : FrontendDevice
{
    private readonly DeviceContext _context;
    private readonly VfbDriver _driver;
    private readonly WantedSize _wanted;
    private readonly PixelPages _pixelPages;
    private readonly FramebufferOutput _output;
    private SharedPages? _shared;
    private SharedPages? _memory;
    private IScreenSource? _source;
    private FramebufferCanvas? _canvas;
    private EventRingReader _in = new(EventRingLayout.FramebufferIn);
    private ScreenSize _next;

    public VfbDevice(DeviceContext context, VfbOptions options, VfbDriver driver)
    {
        _context = context;
        _driver = driver;
        _wanted = new(context, options);
        _pixelPages = new(context, options);
        _output = new(context);
        driver.Add(this);
    }

    /// <summary>Called when the backend knows of a geometry: at the start of each connection and at each change.</summary>
    public event Action? Sized;

    /// <summary>Called when a size that is asked for is not taken, with the reason.</summary>
    public event Action<string>? SizeRefused;

    /// <summary>The number of the device.</summary>
    public int Framebuffer => _context.Identity.Id;

    /// <summary>What the backend knows, or null while there is no connection.</summary>
    public FramebufferGeometry? Geometry => _output.IsConnected ? _canvas?.Geometry : null;

    /// <summary>What is drawn at present, for looking; null while there is no connection.</summary>
    public Canvas? Picture => _output.IsConnected ? _canvas : null;

    /// <inheritdoc/>
    public override IReadOnlyList<DeviceFigure> Figures =>
    [
        new("width_pixels", Geometry?.Width ?? 0, IsCounter: false, "Width of the screen, 0 while not connected"),
        new("height_pixels", Geometry?.Height ?? 0, IsCounter: false, "Height of the screen, 0 while not connected"),
        new("depth_bits", Geometry?.Depth ?? 0, IsCounter: false, "Bits of a pixel, 0 while not connected"),
        .. _output.Figures,
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<DeviceLatency> Latencies => _output.Latencies;

    /// <inheritdoc cref="FramebufferOutput.BackendSilentFor"/>
    public TimeSpan? BackendSilentFor => _output.BackendSilentFor;

    /// <inheritdoc cref="FramebufferOutput.SizeTaken"/>
    public ScreenSize? SizeTaken => _output.SizeTaken;

    /// <inheritdoc cref="WantedSize.Named"/>
    public ScreenSize[] Sizes => _wanted.Named;

    /// <summary>What a change to a size takes.</summary>
    public ResizeWay WayTo(ScreenSize size) => Geometry is not { } present
        ? ResizeWay.WhenConnected
        : present.Size == size
            ? ResizeWay.None
            : _output.TakesSizes && Fits(present.At(size)) ? ResizeWay.Event : ResizeWay.Connection;

    /// <summary>Asks for a size, as a toolstack does; it outlives this worker.</summary>
    /// <exception cref="XenException">The size is not possible, or xenstore refuses.</exception>
    public void Ask(ScreenSize size) => _wanted.Ask(size);

    /// <summary>Another source was chosen: shows it, at the size that it would begin with if the connection has room for that, else at the present one.</summary>
    /// <exception cref="XenException">Another framebuffer shows it; the present one stays.</exception>
    public void FollowSource()
    {
        if (_canvas is not { } canvas || _source is not { } former)
        {
            // The next connection takes it.
            return;
        }

        IScreenSource source = ClaimSource("show another source on");
        if (source == former)
        {
            return;
        }

        former.Detach();
        _driver.ReleaseSource(this, former);
        FramebufferGeometry geometry = canvas.Geometry;
        ScreenSize size = _wanted.For(source);
        bool isResized = WayTo(size) == ResizeWay.Event;
        if (isResized)
        {
            geometry = geometry.At(size);
            Notes.Size = VfbNotes.Pack(size);
        }

        Show(source, geometry, isResized);
        if (isResized)
        {
            Report(geometry);
        }

        _output.Send();
    }

    /// <inheritdoc/>
    public override void CheckPrepare()
    {
        _wanted.Choose(ClaimSource("serve"));
        _context.CheckFrames();
    }

    /// <inheritdoc/>
    public override void Prepare(IDictionary<string, string> details)
    {
        IScreenSource source = ClaimSource("serve");
        FramebufferGeometry geometry = _wanted.Choose(source);
        // The backend writes indices and events into the shared page, and only reads the others.
        _shared = _context.Resources.AllocatePages(1, isWritable: true, out _);
        int pixelPages;
        try
        {
            pixelPages = AllocateMemory(geometry);
        }
        catch (XenException exception)
        {
            // What somebody asked for must not keep the screen from coming at all.
            if (!TryRefuse(exception.Message))
            {
                throw;
            }

            geometry = _wanted.Choose(source);
            pixelPages = AllocateMemory(geometry);
        }

        ProtocolAbi abi = ProtocolAbis.Native;
        int directoryPages = PageDirectory.DirectoryPages(abi, pixelPages);
        GuestFrame[] frames = new GuestFrame[directoryPages + pixelPages];
        GuestFrame[] sharedFrame = new GuestFrame[1];
        _context.Domain.ResolveFrames(_shared, sharedFrame);
        _context.Domain.ResolveFrames(_memory!, frames);

        Span<byte> page = _shared.Bytes;
        page.Clear();
        new FramebufferPage(geometry.Width, geometry.Height, geometry.StrideBytes, pixelPages * SharedPages.PageBytes, (byte)geometry.Depth).Write(page);
        PageDirectory.Write(
            abi, page, _memory!.Bytes[..(directoryPages * SharedPages.PageBytes)], frames.AsSpan(0, directoryPages), frames.AsSpan(directoryPages));
        _in = new(EventRingLayout.FramebufferIn);
        Notes = new() { Size = VfbNotes.Pack(geometry.Size), Depth = geometry.Depth, DirectoryPages = directoryPages };
        _wanted.Note(ref Notes);

        _output.Begin(_shared, geometry.Size);
        Show(source, geometry, isResized: false);
        details[PublishedNodes.PageReference] = sharedFrame[0].ToString();
        details["protocol"] = abi.Name();
        details["feature-update"] = "1";
        PixelPages.Publish(pixelPages, details);
        _wanted.Publish(details);
    }

    /// <inheritdoc/>
    public override void FollowKernel() => _pixelPages.FollowKernel();

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

        _wanted.TakeOver(notes);
        RingStatus outStatus = _output.TakeOver(_shared, geometry.Size);
        _in = EventRingReader.TakeOver(EventRingLayout.FramebufferIn, _shared.Bytes, out RingStatus inStatus);
        if (outStatus == RingStatus.Broken || inStatus == RingStatus.Broken)
        {
            throw new XenException("take over", _context.Identity.Name, 0, "the ring indices in the shared page are impossible");
        }

        Show(source, geometry, isResized: false);
    }

    /// <inheritdoc/>
    public override void Connect()
    {
        _output.Connect();
        BackendChanged();
        Report(_canvas!.Geometry);
        _output.Send();
    }

    /// <inheritdoc/>
    public override void BackendChanged()
    {
        _output.FollowBackend();
        if (_wanted.Look())
        {
            Follow(_wanted.Asked!.Value);
            _wanted.Note(ref Notes);
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
            _context.Trace?.OnMessage(_context.Identity, isOut: false, slot, _in.Consumed + (uint)events, _in.Consumed);
            ref readonly FramebufferRefreshPeriod refresh = ref MemoryMarshal.AsRef<FramebufferRefreshPeriod>(slot);
            if (refresh.Type == FramebufferWire.RefreshPeriodType)
            {
                _output.Advise(refresh.PeriodMs);
            }
        }

        if (events > 0)
        {
            _in.Consume(page, events);
        }

        uint consumedBefore = _output.Consumed;
        _output.OnNotified();
        return events > 0 || _output.Consumed != consumedBefore;
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

        _output.Disconnect();
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
        _output.Dispose();
        _driver.Remove(this);
    }

    private ref VfbNotes Notes => ref VfbNotes.Of(_context.Resources);

    private IScreenSource ClaimSource(string operation) => _source = _driver.ClaimSource(this, _context.Identity.Id)
        ?? throw new XenException(operation, _context.Identity.Name, 0, "another framebuffer shows its source; give it one of its own, as in --vfb 1=console:2");

    /// <returns>Pages of pixels; as many as list them come before.</returns>
    private int AllocateMemory(FramebufferGeometry geometry)
    {
        int pixelPages = _pixelPages.Choose(geometry);
        _memory = _context.Resources.AllocatePages(PageDirectory.DirectoryPages(ProtocolAbis.Native, pixelPages) + pixelPages, isWritable: false, out _);
        return pixelPages;
    }

    private void Show(IScreenSource source, FramebufferGeometry geometry, bool isResized)
    {
        _canvas?.Dispose();
        _canvas = new(_memory!, Notes.DirectoryPages * SharedPages.PageBytes, geometry, _output.Flush, TryResize);
        _output.Show(_canvas, isResized);
        source.Attach(_canvas);
        // What is not drawn in the pages themselves is there at least once before anybody looks.
        _canvas.Deliver(_canvas.Bounds);
    }

    private void Report(FramebufferGeometry geometry)
    {
        _driver.Report(geometry);
        Sized?.Invoke();
    }

    /// <summary>Brings the screen to a size that is asked for.</summary>
    private void Follow(ScreenSize size)
    {
        switch (WayTo(size))
        {
            case ResizeWay.Event:
                ResizeSoon(size);
                break;
            case ResizeWay.Connection when !MayConnectAt(size, out string reason):
                TryRefuse(reason);
                break;
            case ResizeWay.Connection:
                Log.ConnectingForSize(_context.Logger, _context.Identity.Name, size.ToString());
                _context.Reconnect();
                break;
            case ResizeWay.None or ResizeWay.WhenConnected:
                break;
        }
    }

    /// <summary>Whether another connection could have the memory for a size, as the present one has to be given up first.</summary>
    private bool MayConnectAt(ScreenSize size, out string reason)
    {
        int pixelPages = _pixelPages.For(_canvas!.Geometry.At(size));
        int more = PageDirectory.DirectoryPages(ProtocolAbis.Native, pixelPages) + pixelPages - _memory!.PageCount;
        try
        {
            if (more > 0)
            {
                _context.Resources.CheckPages(more);
            }

            reason = string.Empty;
            return true;
        }
        catch (XenException exception)
        {
            reason = exception.Message;
            return false;
        }
    }

    private bool TryRefuse(string reason)
    {
        bool isRefused = _wanted.TryRefuse(reason);
        if (isRefused)
        {
            SizeRefused?.Invoke(reason);
        }

        return isRefused;
    }

    /// <summary>A source's wish: another size within the memory that the backend knows, unless somebody decided on one.</summary>
    private bool TryResize(int width, int height)
    {
        ScreenSize size = new(width, height);
        if (_wanted.IsDecided || WayTo(size) is not (ResizeWay.Event or ResizeWay.None))
        {
            return false;
        }

        ResizeSoon(size);
        return true;
    }

    /// <summary>At the loop's next turn, as a source may be in the middle of drawing.</summary>
    private void ResizeSoon(ScreenSize size)
    {
        _next = size;
        _context.Loop.Post(Resize);
    }

    private void Resize()
    {
        // Since it was asked for, the connection may have ended, and another begun with other memory.
        if (Geometry is not { } present || _source is not { } source || !Fits(present.At(_next)))
        {
            return;
        }

        FramebufferGeometry geometry = present.At(_next);
        source.Detach();
        Notes.Size = VfbNotes.Pack(geometry.Size);
        Show(source, geometry, isResized: true);
        Report(geometry);
        _output.Send();
    }

    /// <summary>Whether a picture has room in the memory that the backend knows.</summary>
    private bool Fits(FramebufferGeometry geometry) =>
        geometry.IsValid(out _) && _memory is { } memory && geometry.MemoryBytes <= memory.Bytes.Length - (long)Notes.DirectoryPages * SharedPages.PageBytes;
}
