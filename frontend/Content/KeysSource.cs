using Xenbus.Loop;
using XenFbFront.Input;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Content;

/// <summary>A screen that shows every key, button, pointer, wheel and touch event as it arrives (<c>--source keys</c>): the eye's proof of both directions.</summary>
/// <remarks>
/// The first change after quiet is drawn at once, later ones at most once in <see cref="FrameMs"/>; a flood of events costs a few words each.
/// Text is drawn and reported cell by cell, the crosshair and the touch discs lie over it. Nothing allocates between attach and detach.
/// </remarks>
public sealed class KeysSource : IScreenSource, IInputObserver
{
    /// <summary>Shortest time from one drawing to the next, milliseconds: one frame of a 60 Hz screen.</summary>
    public const int FrameMs = 16;

    private const uint Background = 0x10161d, TitleBackground = 0x1f4e79, CapBackground = 0x2e7d4f, IdleCapBackground = 0x26303b;
    private const uint Bright = 0xf2f5f7, Plain = 0xc3ccd4, Dim = 0x6f7d8a, Accent = 0x7fc4ff, Rule = 0x33414e;

    private const int PointerOverlay = 0, OverlayCount = 1 + InputState.MaximumContacts;
    private const int LabelColumn = 1, ValueColumn = 13;

    // Key caps have a coloured background, so their rows stand apart.
    private const int KeysRow = 2, ButtonsRow = 4, PointerRow = 6, WheelRow = 7, TouchRow = 8, RuleRow = 9, FirstLogRow = 11;

    private readonly EventLoop _loop;
    private readonly LoopTimer _timer;
    private readonly PixelRectangle[] _drawnOverlays = new PixelRectangle[OverlayCount];
    private readonly PixelRectangle[] _overlays = new PixelRectangle[OverlayCount];
    private Canvas? _canvas;
    private TextPainter? _painter;
    private TextScreen? _screen;
    private int _columns, _rows;
    private int _crosshairReach, _discRadius;
    private int _pointerX, _pointerY;
    private long _lastDrawn;
    private long? _noticedAt;
    private bool _hasDrawn;

    /// <summary>Creates the source; it draws on the loop's thread.</summary>
    public KeysSource(EventLoop loop)
    {
        _loop = loop;
        _timer = loop.CreateTimer(DrawChanges);
    }

    /// <inheritdoc/>
    public string Description => "keyboard, pointer and touch test";

    /// <inheritdoc/>
    public (int Width, int Height) PreferredSize => (800, 600);

    /// <summary>Largest values of the pointer's ABS_X and ABS_Y; they are the right and lower edge of the screen.</summary>
    public (int MaxX, int MaxY) PointerRange { get; set; } = (32767, 32767);

    /// <summary>Largest values of a contact's ABS_MT_POSITION_X and ABS_MT_POSITION_Y.</summary>
    public (int MaxX, int MaxY) TouchRange { get; set; } = (32767, 32767);

    /// <summary>What is known from the events so far.</summary>
    internal InputState State { get; } = new();

    /// <inheritdoc/>
    public void Attach(Canvas canvas)
    {
        _canvas = canvas;
        TextFont font = FontFor(canvas);
        _painter = new(font);
        (_columns, _rows) = (canvas.Width / font.CellWidth, canvas.Height / font.CellHeight);
        // Arms of the crosshair from the centre; radius of a disc, wide enough for two digits and to be seen round a fingertip.
        (_crosshairReach, _discRadius) = (font.CellHeight + 2, font.CellHeight * 3 / 2);
        // The grid goes beyond the edges where the size is not a whole number of cells, so that it covers every pixel.
        int coveringColumns = (canvas.Width + font.CellWidth - 1) / font.CellWidth, coveringRows = (canvas.Height + font.CellHeight - 1) / font.CellHeight;
        _screen = new(_painter, 0, 0, coveringColumns, coveringRows, Background, Background);
        _drawnOverlays.AsSpan().Clear();
        if (!_hasDrawn)
        {
            (_pointerX, _pointerY) = (canvas.Width / 2, canvas.Height / 2);
        }

        DrawStill();
        DrawChanges();
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _timer.Cancel();
        _canvas = null;
        _screen = null;
        _painter = null;
    }

    /// <inheritdoc/>
    public void OnOpened(InputDeviceSpec spec)
    {
        switch (spec.Role)
        {
            case InputRole.Pointer:
                PointerRange = (spec.MaxX, spec.MaxY);
                break;
            case InputRole.Touch:
                TouchRange = (spec.MaxX, spec.MaxY);
                break;
            case InputRole.Keyboard:
                break;
        }
    }

    /// <inheritdoc/>
    public void OnDelivered(InputRole role, ReadOnlySpan<InputEvent> events)
    {
        State.Apply(role, events);
        if (_canvas is null || _timer.IsRunning)
        {
            return;
        }

        long now = _loop.Clock.GetTimestamp();
        _noticedAt = now;
        TimeSpan quiet = _loop.Clock.GetElapsedTime(_lastDrawn, now);
        if (quiet >= TimeSpan.FromMilliseconds(FrameMs))
        {
            DrawChanges();
        }
        else
        {
            _timer.Start(TimeSpan.FromMilliseconds(FrameMs) - quiet);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Detach();
        _timer.Dispose();
    }

    /// <summary>The largest built-in font that leaves a hundred columns; the smallest where none does.</summary>
    private static TextFont FontFor(Canvas canvas) =>
        new(BuiltInFonts.Get(canvas.Width >= 1600 && canvas.Height >= 900 ? 32 : canvas.Width >= 1200 && canvas.Height >= 720 ? 24 : 16));

    /// <summary>The text that stays.</summary>
    private void DrawStill()
    {
        TextScreen screen = _screen!;
        screen.Blank(0, screen.Columns, 0, TitleBackground);
        screen.Write(LabelColumn, 0, "XenFbFront", Bright, TitleBackground);
        screen.Write(LabelColumn + 12, 0, "keyboard, pointer and touch test", Accent, TitleBackground);
        Label(KeysRow, "Keys");
        Label(ButtonsRow, "Buttons");
        Label(PointerRow, "Pointer");
        Label(WheelRow, "Wheel");
        Label(TouchRow, "Touch");
        for (int column = LabelColumn; column < _columns - 1; column++)
        {
            screen.Write(column, RuleRow, "─", Rule, Background);
        }

        void Label(int row, string text) => screen.Write(LabelColumn, row, text, Accent, Background);
    }

    /// <summary>Brings the text and the overlays up to date, draws what differs and reports it.</summary>
    private void DrawChanges()
    {
        if (_canvas is not { } canvas || _screen is not { } screen)
        {
            return;
        }

        _lastDrawn = _loop.Clock.GetTimestamp();
        _hasDrawn = true;
        MovePointer(canvas);
        WriteState(screen);
        WriteLog(screen);
        PlaceOverlays(canvas);
        bool didDraw = false;
        for (int i = 0; i < OverlayCount; i++)
        {
            if (_overlays[i] != _drawnOverlays[i])
            {
                screen.Invalidate(_drawnOverlays[i]);
                didDraw = true;
            }
        }

        didDraw |= screen.Draw(canvas);
        if (didDraw)
        {
            // All of them, since redrawn cells may have cut into any. They are opaque: drawing one over itself changes no pixel.
            DrawOverlays(canvas);
            canvas.Flush(_noticedAt);
        }

        _noticedAt = null;
    }

    private void MovePointer(Canvas canvas)
    {
        (int x, int y) = State.TakeMotion();
        (x, y) = State.IsAbsolute
            ? (Scale(State.AbsoluteX, PointerRange.MaxX, canvas.Width), Scale(State.AbsoluteY, PointerRange.MaxY, canvas.Height))
            : ((int)Math.Clamp((long)_pointerX + x, 0, canvas.Width - 1), (int)Math.Clamp((long)_pointerY + y, 0, canvas.Height - 1));
        (_pointerX, _pointerY) = (x, y);
    }

    private static int Scale(int value, int maximum, int size) => (int)((long)Math.Clamp(value, 0, Math.Max(0, maximum)) * (size - 1) / Math.Max(1, maximum));

    private void WriteState(TextScreen screen)
    {
        Span<char> buffer = stackalloc char[64];
        // The blank before it covers what a longer text ("0 events") leaves.
        ReadOnlySpan<char> count = new TextLine(buffer).Add(" ").Add(State.EventCount).Add(State.EventCount == 1 ? " event" : " events").Text;
        screen.Write(_columns - 1 - count.Length, 0, count, Bright, TitleBackground);

        int column = ValueColumn;
        foreach (ushort code in State.Held)
        {
            if (!InputState.IsButton(code))
            {
                column = WriteCap(screen, column, KeysRow, new TextLine(buffer).AddKey(code).Text, CapBackground);
            }
        }

        if (column == ValueColumn)
        {
            column = screen.Write(column, KeysRow, "none held", Dim, Background);
        }

        screen.Blank(column, screen.Columns, KeysRow, Background);

        column = ValueColumn;
        column = WriteButton(screen, column, "left", BTN_LEFT);
        column = WriteButton(screen, column, "middle", BTN_MIDDLE);
        column = WriteButton(screen, column, "right", BTN_RIGHT);
        foreach (ushort code in State.Held)
        {
            if (InputState.IsButton(code) && code is not (BTN_LEFT or BTN_MIDDLE or BTN_RIGHT))
            {
                column = WriteCap(screen, column, ButtonsRow, new TextLine(buffer).AddKey(code).Text, CapBackground);
            }
        }

        screen.Blank(column, screen.Columns, ButtonsRow, Background);

        TextLine line = new(buffer);
        if (State.HasPointer)
        {
            line = line.Add(_pointerX).Add(", ").Add(_pointerY);
            if (State.IsAbsolute)
            {
                line = line.Add("   sent as ").Add(State.AbsoluteX).Add(", ").Add(State.AbsoluteY);
            }
            else
            {
                line = line.Add("   moved relatively");
            }
        }

        WriteValue(screen, PointerRow, line.Text, "not seen yet");
        (int vertical, int horizontal) = State.Wheel;
        line = new TextLine(buffer).Add(vertical);
        WriteValue(screen, WheelRow, (horizontal != 0 ? line.Add(", sideways ").Add(horizontal) : line).Text, string.Empty);

        column = ValueColumn;
        for (int slot = 0; slot < InputState.MaximumContacts; slot++)
        {
            InputState.Contact contact = State.Contacts[slot];
            if (contact.IsDown)
            {
                column = screen.Write(column, TouchRow, new TextLine(buffer).Add(slot).Add(":").Text, DiscColour(slot), Background);
                column = screen.Write(column, TouchRow, new TextLine(buffer).Add(contact.X).Add(",").Add(contact.Y).Add("  ").Text, Plain, Background);
            }
        }

        if (column == ValueColumn)
        {
            column = screen.Write(column, TouchRow, "no contact", Dim, Background);
        }

        screen.Blank(column, screen.Columns, TouchRow, Background);
    }

    private static void WriteValue(TextScreen screen, int row, ReadOnlySpan<char> text, string placeholder)
    {
        int column = text.IsEmpty ? screen.Write(ValueColumn, row, placeholder, Dim, Background) : screen.Write(ValueColumn, row, text, Plain, Background);
        screen.Blank(column, screen.Columns, row, Background);
    }

    private int WriteButton(TextScreen screen, int column, string name, ushort code) =>
        WriteCap(screen, column, ButtonsRow, name, State.IsHeld(code) ? CapBackground : IdleCapBackground);

    /// <summary>A name on a key cap and a gap behind it.</summary>
    private static int WriteCap(TextScreen screen, int column, int row, ReadOnlySpan<char> name, uint background)
    {
        column = screen.Write(column, row, " ", Bright, background);
        column = screen.Write(column, row, name, background == IdleCapBackground ? Dim : Bright, background);
        column = screen.Write(column, row, " ", Bright, background);
        screen.Blank(column, column + 1, row, Background);
        return column + 1;
    }

    private void WriteLog(TextScreen screen)
    {
        int rows = _rows - FirstLogRow - 1;
        int count = Math.Min(State.Log.Count, rows);
        if (count == 0 && rows > 0)
        {
            screen.Write(LabelColumn, FirstLogRow, "Press a key, move the pointer, turn the wheel, touch the screen.", Dim, Background);
        }

        // The newest line is the lowest; until the space is full the lines grow downwards.
        for (int i = 0; i < count; i++)
        {
            WriteLogLine(screen, FirstLogRow + i, State.Log[count - 1 - i], isNewest: i == count - 1);
        }
    }

    private static void WriteLogLine(TextScreen screen, int row, in InputLog.Entry entry, bool isNewest)
    {
        Span<char> buffer = stackalloc char[96];
        int column = screen.Write(LabelColumn, row, new TextLine(buffer).Add("#").Add(entry.Number).Text, Dim, Background);
        screen.Blank(column, Math.Max(ValueColumn, column + 1), row, Background);
        column = Math.Max(ValueColumn, column + 1);

        TextLine line = new(buffer);
        line = entry.What switch
        {
            InputLog.Kind.Down => line.AddKey(entry.Code).Add(" down"),
            InputLog.Kind.Up => line.AddKey(entry.Code).Add(" up"),
            InputLog.Kind.Repeat => line.AddKey(entry.Code).Add(" repeat"),
            InputLog.Kind.Position => line.Add("pointer at ").Add(entry.First).Add(", ").Add(entry.Second),
            InputLog.Kind.Motion => line.Add("pointer by ").AddSigned(entry.First).Add(", ").AddSigned(entry.Second),
            InputLog.Kind.Wheel => line.Add("wheel ").AddSigned(entry.First).Add(entry.Second != 0 ? ", sideways " : default).AddUnlessZero(entry.Second),
            InputLog.Kind.TouchDown => line.Add("touch ").Add(entry.Code).Add(" down at ").Add(entry.First).Add(", ").Add(entry.Second),
            InputLog.Kind.TouchMove => line.Add("touch ").Add(entry.Code).Add(" at ").Add(entry.First).Add(", ").Add(entry.Second),
            InputLog.Kind.TouchUp => line.Add("touch ").Add(entry.Code).Add(" up"),
            InputLog.Kind.Other => line.Add("event type ").Add(entry.First).Add(" code ").AddHex(entry.Code).Add(" value ").Add(entry.Second),
        };
        column = screen.Write(column, row, line.Text, isNewest ? Bright : RoleColour(entry.Role), Background);
        if (entry.Times > 1)
        {
            column = screen.Write(column, row, new TextLine(buffer).Add("  x").Add(entry.Times).Text, Dim, Background);
        }

        screen.Blank(column, screen.Columns, row, Background);
    }

    private static uint RoleColour(InputRole role) => role switch
    {
        InputRole.Keyboard => 0x9fd8a4,
        InputRole.Pointer => 0xa9c7ea,
        InputRole.Touch => 0xf0c890,
    };

    private void PlaceOverlays(Canvas canvas)
    {
        _overlays[PointerOverlay] = State.HasPointer ? Around(_pointerX, _pointerY, _crosshairReach) : default;
        for (int slot = 0; slot < InputState.MaximumContacts; slot++)
        {
            InputState.Contact contact = State.Contacts[slot];
            _overlays[1 + slot] = contact.IsDown
                ? Around(Scale(contact.X, TouchRange.MaxX, canvas.Width), Scale(contact.Y, TouchRange.MaxY, canvas.Height), _discRadius)
                : default;
        }
    }

    private static PixelRectangle Around(int x, int y, int reach) => new(x - reach, y - reach, 2 * reach + 1, 2 * reach + 1);

    private void DrawOverlays(Canvas canvas)
    {
        PixelSurface surface = new(canvas);
        for (int slot = 0; slot < InputState.MaximumContacts; slot++)
        {
            if (!_overlays[1 + slot].IsEmpty)
            {
                DrawDisc(surface, _overlays[1 + slot], slot);
            }
        }

        if (!_overlays[PointerOverlay].IsEmpty)
        {
            DrawCrosshair(surface, _pointerX, _pointerY);
        }

        for (int i = 0; i < OverlayCount; i++)
        {
            if (_overlays[i] != _drawnOverlays[i])
            {
                canvas.Changed(_overlays[i]);
                _drawnOverlays[i] = _overlays[i];
            }
        }
    }

    /// <summary>Four arms that leave the centre free, light with a dark rim so that it is seen on anything, and one pixel where it points.</summary>
    private void DrawCrosshair(in PixelSurface surface, int x, int y)
    {
        const int gap = 4;
        int length = _crosshairReach - gap;
        for (int rim = 1; rim >= 0; rim--)
        {
            uint colour = rim == 1 ? 0u : 0xffe14d;
            int thickness = 1 + 2 * rim, armLength = length - 1 + 2 * rim;
            surface.Fill(new(x - _crosshairReach + 1 - rim, y - rim, armLength, thickness), colour);
            surface.Fill(new(x + gap + 1 - rim, y - rim, armLength, thickness), colour);
            surface.Fill(new(x - rim, y - _crosshairReach + 1 - rim, thickness, armLength), colour);
            surface.Fill(new(x - rim, y + gap + 1 - rim, thickness, armLength), colour);
        }

        surface.Fill(new(x, y, 1, 1), 0xff4040);
    }

    private void DrawDisc(in PixelSurface surface, PixelRectangle box, int slot)
    {
        const int rimPixels = 2;
        int x = box.X + _discRadius, y = box.Y + _discRadius;
        uint colour = DiscColour(slot);
        FillDisc(surface, x, y, _discRadius, Bright);
        FillDisc(surface, x, y, _discRadius - rimPixels, colour);

        TextFont font = _painter!.Font;
        Span<char> buffer = stackalloc char[4];
        ReadOnlySpan<char> number = new TextLine(buffer).Add(slot).Text;
        int left = x - number.Length * font.CellWidth / 2;
        foreach (char digit in number)
        {
            _painter.DrawCell(surface, left, y - font.CellHeight / 2, new(font.GlyphFor(digit), 0x101010, colour));
            left += font.CellWidth;
        }
    }

    private static void FillDisc(in PixelSurface surface, int x, int y, int radius, uint colour)
    {
        for (int dy = -radius; dy <= radius; dy++)
        {
            int half = (int)Math.Sqrt(radius * radius - dy * dy);
            surface.Fill(new(x - half, y + dy, 2 * half + 1, 1), colour);
        }
    }

    private static uint DiscColour(int slot) => (slot % 8) switch
    {
        0 => 0xf28b82,
        1 => 0x81c995,
        2 => 0x8ab4f8,
        3 => 0xfdd663,
        4 => 0xc58af9,
        5 => 0x78d9ec,
        6 => 0xfcad70,
        _ => 0xe6c9a8,
    };
}
