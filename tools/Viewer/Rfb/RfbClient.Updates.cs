using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>What the client is sent: RFC 6143 §7.6 to §7.8.</summary>
/// <remarks>
/// An update is sent when the client has asked for one and something is there to tell; between the two the thread sleeps. Pixels are
/// copied and coded in parts, so that neither the memory nor the time under the screen's gate grows with the picture.
/// </remarks>
internal sealed partial class RfbClient
{
    // What a client gets that names no level.
    private const int DefaultLevel = 6;

    // A client that is told a new size asks for the picture again, as it should; one that never does (gvnccapture) gets it after this time. Not at once: two
    // answers to one request confuse a client that is about to change its pixel format.
    private const int AsksAgainMs = 1000;

    // Under the gate, all that the reader and the screen's thread tell the writer.
    private readonly DamageList _damage = new();
    private RfbPixelWriter _pixels = new(RfbPixelFormat.Native);
    private int _encoding = RfbProtocol.Raw;
    private int _level = DefaultLevel;
    private bool _canResize;
    private bool _canResizeExtended;
    private bool _knowsQemuKeys;
    private bool _colourMapDue;
    private bool _extendedSizeDue;
    private bool _qemuKeysDue;
    private ushort? _resizeAnswer;
    private bool _isUpdateRequested;
    private ScreenRectangle _requested;
    private bool _isPictureRequested;

    // When a request for the picture itself, not for its changes, that only a new size has answered is answered with the picture too.
    private long? _pictureDue;

    // What the guest shows, and what this client believes the desktop's size is: not the same until it is told, or for ever when it cannot
    // be told.
    private int _desktopWidth = EmptyWidth;
    private int _desktopHeight = EmptyHeight;
    private int _viewWidth;
    private int _viewHeight;

    // The writer's own.
    private readonly List<ScreenRectangle> _rectangles = [];
    private readonly List<RfbEncoder> _encoders = [];
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
            _isPictureRequested |= !isIncremental;
            _pictureDue = null;
            Monitor.PulseAll(_gate);
        }
    }

    private void SendUpdates()
    {
        while (true)
        {
            Update update;
            lock (_gate)
            {
                while (!_isClosing && !IsSomethingDue())
                {
                    AwaitSomething();
                }

                if (_isClosing)
                {
                    return;
                }

                update = TakeDue();
            }

            Send(update);
        }
    }

    /// <summary>Waits for something to send, under the gate; the picture is due when a client that needs it does not ask again.</summary>
    private void AwaitSomething()
    {
        if (_pictureDue is not { } due)
        {
            Monitor.Wait(_gate);
        }
        else if (due - Environment.TickCount64 is > 0 and { } left)
        {
            Monitor.Wait(_gate, (int)left);
        }
        else
        {
            _pictureDue = null;
            (_isUpdateRequested, _isPictureRequested, _requested) = (true, true, View);
        }
    }

    /// <summary>What one pass sends beside <see cref="_rectangles"/>.</summary>
    private readonly record struct Update(
        RfbPixelWriter Pixels,
        int Encoding,
        int Level,
        bool HasColourMap,
        bool IsRequested,
        bool IsResize,
        bool HasExtendedSize,
        ushort? ResizeAnswer,
        bool HasQemuKeys,
        int Width,
        int Height);

    private bool IsResizeDue => _canResize && (_desktopWidth != _viewWidth || _desktopHeight != _viewHeight);

    private bool IsSomethingDue() =>
        _colourMapDue
        || (_isUpdateRequested && (IsResizeDue || _extendedSizeDue || _resizeAnswer is not null || _qemuKeysDue || _damage.Touches(_requested)));

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
            _pixels, _encoding, _level, hasColourMap, isResize || _extendedSizeDue || _resizeAnswer is not null || _qemuKeysDue || _rectangles.Count > 0,
            isResize, _canResizeExtended && (isResize || _extendedSizeDue), _resizeAnswer, _qemuKeysDue, _viewWidth, _viewHeight);
        if (update.IsRequested)
        {
            (_extendedSizeDue, _resizeAnswer, _qemuKeysDue) = (false, null, false);
            _pictureDue = isResize && _isPictureRequested ? Environment.TickCount64 + AsksAgainMs : null;
            _isUpdateRequested = _isPictureRequested = false;
            _requested = default;
        }

        return update;
    }

    private void Send(in Update update)
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
                if (update.Encoding == RfbProtocol.Raw)
                {
                    SendRaw(rectangle, update.Pixels);
                }
                else
                {
                    SendCompressed(rectangle, update.Pixels, EncoderOf(update));
                }
            }
        }

        _out.Flush();
    }

    private int CountRectangles(in Update update)
    {
        int count = (update.HasExtendedSize || update.IsResize ? 1 : 0) + (update.ResizeAnswer is not null ? 1 : 0) + (update.HasQemuKeys ? 1 : 0);
        foreach (ScreenRectangle rectangle in _rectangles)
        {
            // Compressed parts are rectangles of their own: at most 256 of 64 rows times 8 of 2048 columns, for each of the at most 16 that
            // DamageList takes out at once, well inside 16 bits.
            count += update.Encoding == RfbProtocol.Raw ? 1 : Pieces(rectangle.Height, RfbEncoder.PartRows) * Pieces(rectangle.Width, EncoderOf(update).PartColumns);
        }

        return count;

        static int Pieces(int length, int most) => (int)(((long)length + most - 1) / most);
    }

    private void SendPseudoRectangles(in Update update)
    {
        if (update.HasQemuKeys)
        {
            _out.WriteRectangle(0, 0, 0, 0, RfbProtocol.QemuExtendedKeyEventEncoding);
        }

        if (update.ResizeAnswer is { } answer)
        {
            WriteExtendedSize(RfbProtocol.ResizeReasonThisClient, answer, update.Width, update.Height);
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

    /// <summary>The encoder of an update, made when it is first used: its level is the one of then, since a zlib stream keeps it for life.</summary>
    private RfbEncoder EncoderOf(in Update update)
    {
        foreach (RfbEncoder made in _encoders)
        {
            if (made.Encoding == update.Encoding)
            {
                return made;
            }
        }

        RfbEncoder encoder = RfbEncoder.Make(update.Encoding, update.Level);
        _encoders.Add(encoder);
        return encoder;
    }

    private void SendRaw(ScreenRectangle rectangle, RfbPixelWriter writer)
    {
        _out.WriteRectangle(rectangle.X, rectangle.Y, rectangle.Width, rectangle.Height, RfbProtocol.Raw);
        for (int row = 0; row < rectangle.Height; row += RfbEncoder.PartRows)
        {
            Span<uint> values = CopyPixels(rectangle with { Y = rectangle.Y + row, Height = Math.Min(RfbEncoder.PartRows, rectangle.Height - row) });
            writer.Translate(values, values);
            Span<byte> bytes = Grow(ref _bytes, values.Length * writer.Format.BytesPerPixel);
            writer.Write(values, bytes);
            _out.Write(bytes);
        }
    }

    private void SendCompressed(ScreenRectangle rectangle, RfbPixelWriter writer, RfbEncoder encoder)
    {
        for (int row = 0; row < rectangle.Height; row += RfbEncoder.PartRows)
        {
            int height = Math.Min(RfbEncoder.PartRows, rectangle.Height - row), width;
            for (int column = 0; column < rectangle.Width; column += width)
            {
                width = Math.Min(encoder.PartColumns, rectangle.Width - column);
                ScreenRectangle part = new(rectangle.X + column, rectangle.Y + row, width, height);
                Span<uint> values = CopyPixels(part);
                writer.Translate(values, values);
                ReadOnlySpan<byte> encoded = encoder.Encode(writer, values, width, height);
                _out.WriteRectangle(part.X, part.Y, width, height, encoder.Encoding);
                _out.Write(encoded);
            }
        }
    }

    /// <summary>Copies a part out of the screen; what lies outside is black.</summary>
    /// <remarks>Outside is normal: the client may believe in an older size, and the screen may shrink between two parts. The change that did it
    /// has damaged everything, so the next update puts it right.</remarks>
    private Span<uint> CopyPixels(ScreenRectangle part)
    {
        Span<uint> values = Grow(ref _values, part.Width * part.Height);
        lock (_screen.Gate)
        {
            ScreenRectangle inside = DamageList.Intersect(part, new(0, 0, _screen.Width, _screen.Height));
            if (inside != part)
            {
                values.Clear();
            }

            for (int row = 0; row < inside.Height; row++)
            {
                // The part and the screen begin at the same column, so only the right and the lower part can be missing.
                _screen.Pixels.Slice((inside.Y + row) * _screen.Width + inside.X, inside.Width).CopyTo(values[(row * part.Width)..]);
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
