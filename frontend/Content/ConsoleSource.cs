using Xenbus.Loop;

namespace XenFbFront.Content;

/// <summary>Mirrors a text console of the guest (<c>--source console</c>): reads its cells, draws and reports exactly those that changed.</summary>
/// <remarks>
/// The first change after quiet is answered at once, later ones at most once in <see cref="ReadPeriodMs"/>, and more rarely while readings have to
/// wait for a program that floods the console. Each reading takes the kernel's console lock once for each 4096 bytes, and a writer that finds it
/// taken sleeps: a mirror that read at every notification slowed a flood of output to a sixtieth. Without changes it sleeps, once it has looked a last time
/// after <see cref="LastLookMs"/>. Nothing allocates until the size of the grid or the terminal
/// that is followed changes.
/// </remarks>
public sealed class ConsoleSource : IScreenSource
{
    /// <summary>Shortest time from one reading to the next, milliseconds.</summary>
    public const int ReadPeriodMs = 10;

    /// <summary>Longest time from one reading to the next while changes go on, milliseconds: 20 pictures a second of what nobody can read.</summary>
    public const int LongestReadPeriodMs = 50;

    /// <summary>When each reading has brought something for this time, milliseconds, the console is not watched any more, for its writers' sake.</summary>
    public const int BusyMs = 60;

    /// <summary>Reading may take this part of the time: about what a writer loses by it.</summary>
    private const int ReadingShare = 48;

    /// <summary>
    /// Time after the last change at which it reads once more, milliseconds: a program that begins with graphics, or sets the palette by PIO_CMAP,
    /// raises no notification, but it writes something or switches the terminal shortly before.
    /// </summary>
    public const int LastLookMs = 1000;

    /// <summary>What old kernels put into the right half of a wide character, and new ones.</summary>
    private const uint OldFiller = ' ', Filler = 0x200b;

    /// <summary>The first character that takes two cells.</summary>
    private const uint FirstWide = 0x1100;

    private const uint Black = 0x000000, NoteColour = 0xaaaaaa;

    private readonly ITextGrid _grid;
    private readonly EventLoop _loop;
    private readonly LoopTimer _timer, _lastLook;
    private readonly TextPainter _painter;
    private readonly CursorShape _cursor;
    private readonly ConsoleGeometry _geometry;
    private readonly BlinkClock _blink;
    private readonly Action _onChanged;
    private readonly uint[] _colours = new uint[TextGridContents.PaletteLength];

    // What was read last and what is read next; they change places.
    private TextGridContents _present = new(), _next = new();
    private Canvas? _canvas;
    private TextScreen? _screen;
    private string? _note;
    private GridView? _view;
    private (int Width, int Height) _sizeAskedFor;
    private (int Terminal, int Columns, int Rows) _fitted;
    private bool _hasBlinkingText;
    private int _attachments;
    private TextGridState _state;
    private long _lastRead;
    private long? _busySince, _noticedAt;
    private TimeSpan _readPeriod = TimeSpan.FromMilliseconds(ReadPeriodMs);

    /// <summary>Creates a source for a grid and reads it once, for its size.</summary>
    /// <param name="grid">The console; from here on the source's to dispose.</param>
    /// <param name="options">Font, size and cursor.</param>
    /// <param name="loop">The loop on whose thread everything runs.</param>
    public ConsoleSource(ITextGrid grid, ConsoleSourceOptions options, EventLoop loop)
    {
        _grid = grid;
        _loop = loop;
        _painter = new(options.Font ?? new(BuiltInFonts.Get(16)));
        _cursor = options.Cursor;
        _geometry = options.Geometry.Kind != ConsoleGeometryKind.Automatic ? options.Geometry
            : new(VcsTextGrid.AreShownByKernel() ? ConsoleGeometryKind.Keep : ConsoleGeometryKind.Fit);
        // Made once: watching begins anew after each change.
        _onChanged = OnChanged;
        _timer = loop.CreateTimer(Turn);
        _lastLook = loop.CreateTimer(Turn);
        _blink = new(loop, options.BlinkMs, OnBeat);
        _present.Resize(80, 25);
        if (ReadFitted() == TextGridState.Text)
        {
            (_present, _next) = (_next, _present);
        }

        _lastRead = loop.Clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public string Description => $"text console of {_grid.Name}, {_present.Columns}x{_present.Rows}";

    /// <inheritdoc/>
    public (int Width, int Height) PreferredSize => (_present.Columns * _painter.Font.CellWidth, _present.Rows * _painter.Font.CellHeight);

    /// <summary>Opens the console that the options name.</summary>
    /// <param name="options">What to show.</param>
    /// <param name="loop">The loop on whose thread everything runs.</param>
    /// <param name="source">The source; dispose it.</param>
    /// <param name="reason">When the result is false, one sentence that says what is missing and what to do; else empty.</param>
    public static bool TryOpen(ConsoleSourceOptions options, EventLoop loop, out ConsoleSource? source, out string reason)
    {
        source = VcsTextGrid.TryOpen(options.VirtualTerminal, out VcsTextGrid? grid, out reason) ? new(grid!, options, loop) : null;
        return source is not null;
    }

    /// <inheritdoc/>
    public void Attach(Canvas canvas)
    {
        _attachments++;
        _canvas = canvas;
        _screen = null;
        _note = null;
        canvas.Fill(canvas.Bounds, Black);
        canvas.Changed(canvas.Bounds);
        int attachments = _attachments;
        Look();
        if (attachments == _attachments)
        {
            canvas.Flush();
            Turn();
        }
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _attachments++;
        _timer.Cancel();
        _lastLook.Cancel();
        _blink.Restart(isNeeded: false);
        _grid.Unwatch();
        _canvas = null;
        _screen = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Detach();
        _timer.Dispose();
        _lastLook.Dispose();
        _blink.Dispose();
        _grid.Dispose();
    }

    private void OnChanged()
    {
        if (_timer.IsRunning)
        {
            // It reads in time.
            _noticedAt ??= _loop.Clock.GetTimestamp();
            return;
        }

        long now = _loop.Clock.GetTimestamp();
        _noticedAt ??= now;
        TimeSpan quiet = _loop.Clock.GetElapsedTime(_lastRead, now);
        if (quiet >= _readPeriod)
        {
            Turn();
        }
        else
        {
            _timer.Start(_readPeriod - quiet);
        }
    }

    /// <summary>Reads, and goes on doing so at a pace of its own as long as that brings anything; then it waits to be told of a change.</summary>
    private void Turn()
    {
        bool didChange = Look();
        if (!didChange && _canvas is not null)
        {
            _grid.Watch(_loop, _onChanged);
            // What came between the reading and the watching.
            didChange = Look();
        }

        if (!didChange)
        {
            _busySince = null;
        }
        else if (_canvas is not null)
        {
            _busySince ??= _lastRead;
            if (_loop.Clock.GetElapsedTime(_busySince.Value, _lastRead) >= TimeSpan.FromMilliseconds(BusyMs))
            {
                _grid.Unwatch();
            }

            _timer.Start(_readPeriod);
            _lastLook.Start(TimeSpan.FromMilliseconds(LastLookMs));
        }
    }

    /// <returns>Whether the console is another than it was.</returns>
    private bool Look()
    {
        if (_canvas is not { } canvas)
        {
            return false;
        }

        _lastRead = _loop.Clock.GetTimestamp();
        // Of a console that is read at a pace of its own nothing is noticed before.
        long noticedAt = _noticedAt ?? _lastRead;
        _noticedAt = null;
        TextGridState state = ReadFitted();
        double readingMs = _loop.Clock.GetElapsedTime(_lastRead).TotalMilliseconds;
        _readPeriod = TimeSpan.FromMilliseconds(Math.Clamp(readingMs * ReadingShare, ReadPeriodMs, LongestReadPeriodMs));
        bool didChange = state != _state || (state == TextGridState.Text && !_next.HasSame(_present));
        _state = state;
        switch (state)
        {
            case TextGridState.Text when didChange || _screen is null:
                ShowText(canvas, noticedAt);
                break;
            case TextGridState.Text:
                break;
            case TextGridState.Graphics:
                ShowNote(canvas, "VT is in graphics mode");
                break;
            case TextGridState.Gone:
                // The last picture stays, if there is one; the grid tells when it is worth another look.
                if (_screen is null)
                {
                    ShowNote(canvas, "VT is not there at present");
                }

                break;
        }

        return didChange;
    }

    /// <summary>Reads the grid, after it was given its size where it is to have another one.</summary>
    private TextGridState ReadFitted()
    {
        TextGridState state = _grid.Read(_next);
        return state == TextGridState.Text && TryFit() ? _grid.Read(_next) : state;
    }

    /// <summary>
    /// Gives the grid that was read its size: once for each terminal and size, so that a person who chooses another one with stty keeps it. What comes
    /// to be active is another terminal, perhaps one that has just been allocated and has the kernel's size.
    /// </summary>
    /// <returns>Whether it has another size now.</returns>
    private bool TryFit()
    {
        if (_geometry.Wanted(_canvas, _painter.Font) is not { } wanted)
        {
            return false;
        }

        (int, int, int) fitted = (_next.Terminal, wanted.Columns, wanted.Rows);
        if (fitted == _fitted)
        {
            return false;
        }

        _fitted = fitted;
        return wanted != (_next.Columns, _next.Rows) && _grid.TryResize(wanted.Columns, wanted.Rows);
    }

    private void ShowText(Canvas canvas, long noticedAt)
    {
        bool hasNewSize = _next.Columns != _present.Columns || _next.Rows != _present.Rows;
        (_present, _next) = (_next, _present);
        (int Width, int Height) wanted = PreferredSize;
        if ((wanted.Width > canvas.Width || wanted.Height > canvas.Height) && wanted != _sizeAskedFor)
        {
            // Asked once for each size: the answer may be no, or may come true later, and then this source is attached anew.
            _sizeAskedFor = wanted;
            int attachments = _attachments;
            canvas.TryResize(wanted.Width, wanted.Height);
            if (attachments != _attachments)
            {
                // Attached anew already, or detached until the new size is there.
                return;
            }
        }

        bool isNew = _screen is null || hasNewSize || _note is not null;
        if (isNew)
        {
            LayOut(canvas);
        }

        // Text that was dark comes back with everything else.
        bool mustSetAll = SetColours() | _view!.Follow(_present.CursorColumn, _present.CursorRow) | isNew | (_blink.IsDark && _hasBlinkingText);
        bool hasCursor = _present.CursorColumn >= 0 && _present.CursorRow >= 0 && _cursor != CursorShape.None;
        _hasBlinkingText = _blink.IsEnabled && HasBlinkingText();
        _blink.Restart(hasCursor || _hasBlinkingText);
        SetCells(mustSetAll);
        Draw(canvas, noticedAt);
    }

    private void OnBeat()
    {
        if (_canvas is { } canvas && _screen is not null)
        {
            SetCells(mustSetAll: _hasBlinkingText);
            Draw(canvas, noticedAt: null);
        }
    }

    private void Draw(Canvas canvas, long? noticedAt)
    {
        TextScreen screen = _screen!;
        bool hasCursor = _present.CursorColumn >= 0 && _present.CursorRow >= 0 && !_blink.IsDark;
        screen.SetCursor(_present.CursorColumn - _view!.FirstColumn, _present.CursorRow - _view.FirstRow, hasCursor ? _cursor : CursorShape.None);
        if (screen.Draw(canvas))
        {
            canvas.Flush(noticedAt);
        }
    }

    private bool HasBlinkingText()
    {
        int bit = 0x80 << _present.AttributeShift;
        foreach (ushort cell in _present.Cells)
        {
            if ((cell & bit) != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Clears the canvas and puts as many cells on it as fit, in its centre.</summary>
    private void LayOut(Canvas canvas)
    {
        if (_screen is not null || _note is not null)
        {
            canvas.Fill(canvas.Bounds, Black);
            canvas.Changed(canvas.Bounds);
        }

        _view = new(canvas, _painter.Font, _present.Columns, _present.Rows);
        _screen = new(_painter, _view.OriginX, _view.OriginY, _view.Columns, _view.Rows, Black, Black);
        _note = null;
    }

    /// <summary>Works out the colours of the 16 numbers that an attribute may name.</summary>
    /// <returns>Whether any changed.</returns>
    private bool SetColours()
    {
        bool didChange = false;
        for (int i = 0; i < TextGridContents.PaletteLength; i++)
        {
            // Attributes count colours as a VGA card does (bit 0 blue, bit 2 red), the palette as ANSI does (bit 0 red, bit 2 blue). C:
            // color_table in the kernel's vt.c.
            uint colour = _present.Palette[(i & 0b1010) | (i & 1) << 2 | (i & 0b100) >> 2];
            didChange |= colour != _colours[i];
            _colours[i] = colour;
        }

        return didChange;
    }

    private void SetCells(bool mustSetAll)
    {
        TextScreen screen = _screen!;
        TextFont font = _painter.Font;
        int shift = _present.AttributeShift, stride = _present.Columns;
        mustSetAll |= shift != _next.AttributeShift || _present.Cells.Length != _next.Cells.Length;
        for (int row = 0; row < screen.Rows; row++)
        {
            int start = (_view!.FirstRow + row) * stride + _view.FirstColumn;
            ReadOnlySpan<ushort> cells = _present.Cells.Slice(start, screen.Columns);
            ReadOnlySpan<uint> codePoints = _present.CodePoints.Slice(start, screen.Columns);
            // _next still holds what was read before. Most rows are the same, and comparing a row is cheaper than looking its glyphs up.
            if (!mustSetAll && cells.SequenceEqual(_next.Cells.Slice(start, screen.Columns)) && codePoints.SequenceEqual(_next.CodePoints.Slice(start, screen.Columns)))
            {
                continue;
            }

            for (int column = 0; column < cells.Length; column++)
            {
                uint codePoint = codePoints[column];
                if (codePoint >= FirstWide && column + 1 < cells.Length && codePoints[column + 1] is OldFiller or Filler && TextFont.CellsOf((int)codePoint) == 2)
                {
                    (int left, int right) = font.WideGlyphsFor((int)codePoint);
                    screen.Set(column, row, Cell(left, cells[column] >> shift));
                    column++;
                    screen.Set(column, row, Cell(right, cells[column] >> shift));
                }
                else
                {
                    screen.Set(column, row, Cell(font.GlyphFor((int)codePoint), cells[column] >> shift));
                }
            }
        }
    }

    private TextCell Cell(int glyph, int attribute)
    {
        // Bit 7 of an attribute is blink. Where nothing blinks the background becomes bright, as on a card whose blinking is switched off.
        uint foreground = _colours[attribute & 0xf], background = _colours[attribute >> 4 & (_blink.IsEnabled ? 0x7 : 0xf)];
        return new(glyph, _blink.IsDark && (attribute & 0x80) != 0 ? background : foreground, background);
    }

    private void ShowNote(Canvas canvas, string note)
    {
        if (ReferenceEquals(_note, note))
        {
            return;
        }

        _note = note;
        _screen = null;
        _blink.Restart(isNeeded: false);
        TextFont font = _painter.Font;
        PixelSurface surface = new(canvas);
        surface.Fill(surface.Bounds, Black);
        int x = (canvas.Width - note.Length * font.CellWidth) / 2, y = (canvas.Height - font.CellHeight) / 2;
        foreach (char character in note)
        {
            _painter.DrawCell(surface, x, y, new(font.GlyphFor(character), NoteColour, Black));
            x += font.CellWidth;
        }

        canvas.Changed(canvas.Bounds);
        canvas.Flush();
    }
}
