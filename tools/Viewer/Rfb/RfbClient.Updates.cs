using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>What the client is sent: RFC 6143 §7.6 to §7.8.</summary>
/// <remarks>
/// An update is sent when the client has asked for one and something is there to tell; between the two the thread sleeps. Pixels are
/// copied and coded in bands, so that neither the memory nor the time under the screen's gate grows with the picture.
/// </remarks>
internal sealed partial class RfbClient
{
    // As high as ZRLE's tiles, so that a band of a rectangle is a whole row of them.
    private const int BandRows = ZrleEncoder.TileSide;

    // Under the gate, all that the reader and the screen's thread tell the writer.
    private readonly DamageList _damage = new();
    private RfbPixelWriter _pixels = new(RfbPixelFormat.Native);
    private int _encoding = RfbProtocol.Raw;
    private bool _canResize;
    private bool _canResizeExtended;
    private bool _knowsQemuKeys;
    private bool _colourMapDue;
    private bool _extendedSizeDue;
    private bool _qemuKeysDue;
    private bool _resizeAnswerDue;
    private bool _isUpdateRequested;
    private ScreenRectangle _requested;

    // What the guest shows, and what this client believes the desktop's size is: not the same until it is told, or for ever when it cannot
    // be told.
    private int _desktopWidth = EmptyWidth;
    private int _desktopHeight = EmptyHeight;
    private int _viewWidth;
    private int _viewHeight;

    // The writer's own.
    private readonly List<ScreenRectangle> _rectangles = [];
    private uint[] _values = [];
    private byte[] _bytes = [];

    private ScreenRectangle View => new(0, 0, _viewWidth, _viewHeight);

    /// <summary>The screen's writer tells what changed. Short: a few comparisons and a wake-up.</summary>
    public void ScreenChanged(ScreenRectangle changed, bool resized)
    {
        lock (_gate)
        {
            if (resized)
            {
                LookAtScreen();
                changed = View;
            }

            _damage.Add(DamageList.Intersect(changed, View));
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes over the guest's size. Under the gate.</summary>
    private void LookAtScreen()
    {
        lock (_screen.Gate)
        {
            // Without a picture the last size stays: a guest that reconnects would otherwise make every viewer's window jump twice.
            if (_screen.Width > 0 && _screen.Height > 0)
            {
                (_desktopWidth, _desktopHeight) = (_screen.Width, _screen.Height);
            }
        }
    }

    private void RequestUpdate(bool isIncremental, ScreenRectangle area)
    {
        lock (_gate)
        {
            area = DamageList.Intersect(area, View);
            if (!isIncremental)
            {
                _damage.Add(area);
            }

            // Requests that come while one is open are answered together, so a client cannot queue work by asking often.
            _requested = _requested.Union(area);
            _isUpdateRequested = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void SendUpdates(ZrleEncoder zrle)
    {
        while (true)
        {
            Update update;
            lock (_gate)
            {
                while (!_isClosing && !IsSomethingDue())
                {
                    Monitor.Wait(_gate);
                }

                if (_isClosing)
                {
                    return;
                }

                update = TakeDue();
            }

            Send(update, zrle);
        }
    }

    /// <summary>What one pass sends beside <see cref="_rectangles"/>.</summary>
    private readonly record struct Update(
        RfbPixelWriter Pixels,
        int Encoding,
        bool HasColourMap,
        bool IsRequested,
        bool IsResize,
        bool HasExtendedSize,
        bool HasResizeAnswer,
        bool HasQemuKeys,
        int Width,
        int Height);

    private bool IsResizeDue => _canResize && (_desktopWidth != _viewWidth || _desktopHeight != _viewHeight);

    private bool IsSomethingDue() =>
        _colourMapDue
        || (_isUpdateRequested && (IsResizeDue || _extendedSizeDue || _resizeAnswerDue || _qemuKeysDue || _damage.Touches(_requested)));

    /// <summary>Takes what is due out of the state. Under the gate.</summary>
    private Update TakeDue()
    {
        _rectangles.Clear();
        bool hasColourMap = _colourMapDue;
        _colourMapDue = false;
        if (!_isUpdateRequested)
        {
            return new Update { Pixels = _pixels, HasColourMap = hasColourMap };
        }

        bool isResize = IsResizeDue;
        if (isResize)
        {
            (_viewWidth, _viewHeight) = (_desktopWidth, _desktopHeight);
            _damage.Clear();
            _damage.Add(View);
        }
        else
        {
            // No pixels together with a new size: clients throw away what comes with it. §7.8.2.
            _damage.TakeInside(_requested, _rectangles);
        }

        Update update = new(
            _pixels, _encoding, hasColourMap, isResize || _extendedSizeDue || _resizeAnswerDue || _qemuKeysDue || _rectangles.Count > 0,
            isResize, _canResizeExtended && (isResize || _extendedSizeDue), _resizeAnswerDue, _qemuKeysDue, _viewWidth, _viewHeight);
        if (update.IsRequested)
        {
            (_extendedSizeDue, _resizeAnswerDue, _qemuKeysDue) = (false, false, false);
            _isUpdateRequested = false;
            _requested = default;
        }

        return update;
    }

    private void Send(in Update update, ZrleEncoder zrle)
    {
        if (update.HasColourMap)
        {
            SendColourMap();
        }

        if (update.IsRequested)
        {
            _out.Write(RfbProtocol.FramebufferUpdate);
            _out.Write((byte)0);
            _out.Write((ushort)CountRectangles(update));
            SendPseudoRectangles(update);
            foreach (ScreenRectangle rectangle in _rectangles)
            {
                SendPixels(rectangle, update, zrle);
            }
        }

        _out.Flush();
    }

    private int CountRectangles(in Update update)
    {
        int count = (update.HasExtendedSize || update.IsResize ? 1 : 0) + (update.HasResizeAnswer ? 1 : 0) + (update.HasQemuKeys ? 1 : 0);
        foreach (ScreenRectangle rectangle in _rectangles)
        {
            // ZRLE gives its length before its bytes, so every band is a rectangle of its own: at most 256 of 64 rows for each of at most
            // 80 rectangles (16, of which a request that cuts through all leaves five pieces each), well inside 16 bits.
            count += update.Encoding == RfbProtocol.Zrle ? (rectangle.Height + BandRows - 1) / BandRows : 1;
        }

        return count;
    }

    private void SendPseudoRectangles(in Update update)
    {
        if (update.HasQemuKeys)
        {
            _out.WriteRectangle(0, 0, 0, 0, RfbProtocol.QemuExtendedKeyEventEncoding);
        }

        if (update.HasResizeAnswer)
        {
            WriteExtendedSize(RfbProtocol.ResizeReasonThisClient, RfbProtocol.ResizeProhibited, update.Width, update.Height);
        }

        if (update.HasExtendedSize)
        {
            WriteExtendedSize(RfbProtocol.ResizeReasonServer, RfbProtocol.ResizeDone, update.Width, update.Height);
        }
        else if (update.IsResize)
        {
            _out.WriteRectangle(0, 0, update.Width, update.Height, RfbProtocol.DesktopSize);
        }
    }

    private void WriteExtendedSize(ushort reason, ushort status, int width, int height)
    {
        _out.WriteRectangle(reason, status, width, height, RfbProtocol.ExtendedDesktopSize);
        // One screen, padding, then its id, place, size and flags.
        _out.Write(1u << 24);
        _out.Write(0u);
        _out.Write(0u);
        _out.Write((ushort)width);
        _out.Write((ushort)height);
        _out.Write(0u);
    }

    private void SendColourMap()
    {
        _out.Write(RfbProtocol.SetColourMapEntries);
        _out.Write((byte)0);
        _out.Write((ushort)0);
        _out.Write((ushort)RfbColourMap.Count);
        for (int i = 0; i < RfbColourMap.Count; i++)
        {
            (ushort red, ushort green, ushort blue) = RfbColourMap.Entry(i);
            _out.Write(red);
            _out.Write(green);
            _out.Write(blue);
        }
    }

    private void SendPixels(ScreenRectangle rectangle, in Update update, ZrleEncoder zrle)
    {
        if (update.Encoding == RfbProtocol.Raw)
        {
            _out.WriteRectangle(rectangle.X, rectangle.Y, rectangle.Width, rectangle.Height, RfbProtocol.Raw);
        }

        for (int row = 0; row < rectangle.Height; row += BandRows)
        {
            ScreenRectangle band = rectangle with { Y = rectangle.Y + row, Height = Math.Min(BandRows, rectangle.Height - row) };
            Span<uint> values = CopyPixels(band);
            update.Pixels.Translate(values, values);
            if (update.Encoding == RfbProtocol.Raw)
            {
                int length = values.Length * update.Pixels.Format.BytesPerPixel;
                Span<byte> bytes = Grow(ref _bytes, length);
                update.Pixels.Write(values, bytes);
                _out.Write(bytes);
            }
            else
            {
                ReadOnlySpan<byte> compressed = zrle.Encode(update.Pixels, values, band.Width, band.Height);
                _out.WriteRectangle(band.X, band.Y, band.Width, band.Height, RfbProtocol.Zrle);
                _out.Write((uint)compressed.Length);
                _out.Write(compressed);
            }
        }
    }

    /// <summary>Copies a band out of the screen; what lies outside is black.</summary>
    /// <remarks>Outside is normal: the client may believe in an older size, and the screen may shrink between two bands. The change that did it
    /// has damaged everything, so the next update puts it right.</remarks>
    private Span<uint> CopyPixels(ScreenRectangle band)
    {
        Span<uint> values = Grow(ref _values, band.Width * band.Height);
        lock (_screen.Gate)
        {
            ScreenRectangle inside = DamageList.Intersect(band, new(0, 0, _screen.Width, _screen.Height));
            if (inside != band)
            {
                values.Clear();
            }

            for (int row = 0; row < inside.Height; row++)
            {
                // The band and the screen begin at the same column, so only the right and the lower part can be missing.
                _screen.Pixels.Slice((inside.Y + row) * _screen.Width + inside.X, inside.Width).CopyTo(values[(row * band.Width)..]);
            }
        }

        return values;
    }

    private static Span<T> Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = new T[length];
        }

        return array.AsSpan(0, length);
    }
}
