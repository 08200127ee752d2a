using Xenbus.Devices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace XenFbFront.Content.Terminal;

/// <summary>Shows a program on a terminal of our own (<c>--source term</c>): for kernels without virtual terminals, and to try things out.</summary>
/// <remarks>
/// The first change after quiet is drawn at once, later ones at most once in <see cref="ConsoleSource.ReadPeriodMs"/>; only damaged rows are
/// looked at. Without changes it sleeps. Nothing allocates until the size changes.
/// </remarks>
public sealed class TerminalSource : IScreenSource
{
    /// <summary>Lines that a notch of the wheel scrolls.</summary>
    private const int LinesPerNotch = 3;

    /// <summary>Time that a blinking cursor is to be seen, and then not.</summary>
    private const int BlinkMs = 500;

    private readonly TerminalProgram _program;
    private readonly TerminalSession _session;
    private readonly EventLoop _loop;
    private readonly LoopTimer _timer;
    private readonly BlinkClock _blink;
    private readonly TextPainter _painter;
    private readonly ConsoleGeometry _geometry;
    private readonly bool _cursorMayBlink;
    private TerminalCell[] _cells = [];
    private Canvas? _canvas;
    private TextScreen? _screen;
    private GridView? _view;
    private (int Width, int Height) _sizeAskedFor;
    private long _lastDrawn;
    private long? _noticedAt;
    private int _viewLines;
    private long _viewBase;

    private TerminalSource(TerminalProgram program, TerminalOptions options, EventLoop loop, IDescriptorStore store)
    {
        _program = program;
        _loop = loop;
        _painter = new(options.Font ?? new(BuiltInFonts.Get(16)));
        _geometry = options.Geometry.Kind == ConsoleGeometryKind.Automatic ? new(ConsoleGeometryKind.Fit) : options.Geometry;
        _cursorMayBlink = options.CursorMayBlink;
        _timer = loop.CreateTimer(Refresh);
        _blink = new(loop, BlinkMs, Refresh);
        _session = new(program, options, loop, store) { Changed = OnChanged };
    }

    /// <inheritdoc/>
    public string Description => $"built-in terminal with {_program.Description}";

    /// <summary>Whether the program asks who is there.</summary>
    public bool AsksForLogin => _program.IsLogin;

    /// <inheritdoc/>
    /// <remarks>Without a fixed size the usual screen: 800x600 at the built-in font, 100x37 cells.</remarks>
    public (int Width, int Height) PreferredSize => _geometry.Kind == ConsoleGeometryKind.Fixed
        ? Pixels(SizeFor(null))
        : (Math.Max(800, 80 * _painter.Font.CellWidth), Math.Max(600, 25 * _painter.Font.CellHeight));

    /// <summary>Lines by which the view is above the screen.</summary>
    public int ViewLines => _viewLines;

    /// <summary>The terminal that is shown.</summary>
    public VirtualTerminal Terminal => _session.Terminal;

    internal TerminalSession Session => _session;

    /// <summary>Makes a terminal, or takes up that of a predecessor. The program starts when the screen is there.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="loop">The loop on whose thread everything runs.</param>
    /// <param name="store">Keeps what must outlive this process.</param>
    /// <param name="source">The source; dispose it.</param>
    /// <param name="reason">When the result is false, one sentence that says what is missing and what to do; else empty.</param>
    public static bool TryOpen(TerminalOptions options, EventLoop loop, IDescriptorStore store, out TerminalSource? source, out string reason)
    {
        source = null;
        if (!VirtualTerminal.IsAvailable(out reason))
        {
            return false;
        }

        TerminalProgram? program = TerminalProgram.Find(
            options.Command, Libc.EffectiveUser() == 0, Libc.Exists, Environment.GetEnvironmentVariable("SHELL"), out reason);
        source = program is null ? null : new(program, options, loop, store);
        return source is not null;
    }

    /// <inheritdoc/>
    public void Attach(Canvas canvas)
    {
        _canvas = canvas;
        (int columns, int rows) = SizeFor(canvas);
        (int Width, int Height) wanted = Pixels((columns, rows));
        if (_geometry.Kind != ConsoleGeometryKind.Fit && (wanted.Width > canvas.Width || wanted.Height > canvas.Height) && wanted != _sizeAskedFor)
        {
            // Asked once for each size: the answer may be no, or may come true later, and then this source is attached anew.
            _sizeAskedFor = wanted;
            canvas.TryResize(wanted.Width, wanted.Height);
            if (_canvas != canvas)
            {
                // Attached anew already, or detached until the new size is there.
                return;
            }
        }

        _cells = new TerminalCell[columns];
        _view = new(canvas, _painter.Font, columns, rows);
        uint background = VirtualTerminal.Background;
        _screen = new(_painter, _view.OriginX, _view.OriginY, _view.Columns, _view.Rows, background, background);
        canvas.Fill(canvas.Bounds, background);
        canvas.Changed(canvas.Bounds);
        _session.Show(columns, rows, wanted.Width, wanted.Height);
        Terminal.DamageAll();
        Refresh();
        canvas.Flush();
    }

    /// <inheritdoc/>
    /// <remarks>The program goes on, and its output is taken.</remarks>
    public void Detach()
    {
        _timer.Cancel();
        _blink.Keep(isNeeded: false);
        _canvas = null;
        _screen = null;
        _view = null;
    }

    /// <summary>The terminal is not wanted any more, here or by a successor: its program is told (SIGHUP). Followed by disposal.</summary>
    public void Remove() => _session.Remove();

    /// <inheritdoc/>
    public void Dispose()
    {
        Detach();
        _timer.Dispose();
        _blink.Dispose();
        _session.Dispose();
    }

    /// <summary>Moves the view over the lines that have scrolled off.</summary>
    /// <param name="lines">Back when positive, forward when negative.</param>
    public void Scroll(int lines)
    {
        FollowView();
        int wanted = Math.Clamp(_viewLines + lines, 0, LinesAbove);
        if (wanted != _viewLines)
        {
            _viewLines = wanted;
            Terminal.DamageAll();
            OnChanged();
        }
    }

    /// <summary>Back or forward by half a screen.</summary>
    public void ScrollPage(bool isBack) => Scroll((isBack ? 1 : -1) * Math.Max(1, (_view?.Rows ?? Terminal.Rows) / 2));

    /// <summary>Shows the screen itself again, as somebody types.</summary>
    public void ScrollToScreen() => Scroll(-_viewLines);

    /// <summary>The wheel was turned, and the program does not want to hear of it.</summary>
    /// <param name="notches">Away from the person when positive.</param>
    internal void Turn(int notches)
    {
        if (!Terminal.IsAlternate)
        {
            Scroll(notches * LinesPerNotch);
            return;
        }

        // Nothing is above this screen; what programs show here is moved by cursor keys.
        for (int i = 0; i < Math.Min(Math.Abs(notches), 5) * LinesPerNotch; i++)
        {
            Terminal.SendKey(notches > 0 ? VtermKey.Up : VtermKey.Down, VtermModifiers.None);
        }
    }

    /// <summary>The cell at a place on the canvas.</summary>
    internal (int Column, int Row) CellAt(int x, int y) => _view is { } view
        ? (view.FirstColumn + Math.Clamp((x - view.OriginX) / _painter.Font.CellWidth, 0, view.Columns - 1),
            view.FirstRow + Math.Clamp((y - view.OriginY) / _painter.Font.CellHeight, 0, view.Rows - 1))
        : (0, 0);

    /// <summary>The canvas' size, pixels; 1x1 when there is none.</summary>
    internal (int Width, int Height) CanvasSize => _canvas is { } canvas ? (canvas.Width, canvas.Height) : (1, 1);

    /// <summary>Lines above the view that can be looked at.</summary>
    private int LinesAbove => (_view?.FirstRow ?? 0) + (Terminal.IsAlternate ? 0 : Terminal.ScrollbackCount);

    private (int Columns, int Rows) SizeFor(Canvas? canvas)
    {
        // To keep its size it must have one.
        (int columns, int rows) = _geometry.Wanted(canvas, _painter.Font) ?? _session.Size ?? new ConsoleGeometry(ConsoleGeometryKind.Fit).Wanted(canvas, _painter.Font)!.Value;
        return (Math.Clamp(columns, VirtualTerminal.MinimumColumns, VirtualTerminal.MaximumSide), Math.Clamp(rows, 1, VirtualTerminal.MaximumSide));
    }

    private (int Width, int Height) Pixels((int Columns, int Rows) size) => (size.Columns * _painter.Font.CellWidth, size.Rows * _painter.Font.CellHeight);

    private void OnChanged()
    {
        if (_timer.IsRunning || _canvas is null)
        {
            return;
        }

        long now = _loop.Clock.GetTimestamp();
        _noticedAt = now;
        TimeSpan quiet = _loop.Clock.GetElapsedTime(_lastDrawn, now);
        if (quiet >= TimeSpan.FromMilliseconds(ConsoleSource.ReadPeriodMs))
        {
            Refresh();
        }
        else
        {
            _timer.Start(TimeSpan.FromMilliseconds(ConsoleSource.ReadPeriodMs) - quiet);
        }
    }

    private void Refresh()
    {
        if (_canvas is not { } canvas || _screen is not { } screen || _view is not { } view)
        {
            return;
        }

        _lastDrawn = _loop.Clock.GetTimestamp();
        FollowView();
        // Who looks back is not pulled along by the cursor.
        bool mustSetAll = _viewLines > 0 || view.Follow(Terminal.CursorColumn, Terminal.CursorRow);
        for (int row = 0; row < screen.Rows; row++)
        {
            if (mustSetAll || Terminal.IsDamaged(view.FirstRow + row))
            {
                SetRow(screen, view, row);
            }
        }

        Terminal.ClearDamage();
        SetCursor(screen, view);
        if (screen.Draw(canvas))
        {
            canvas.Flush(_noticedAt);
        }

        _noticedAt = null;
    }

    /// <summary>Whoever looks back stays at the same lines while others come below.</summary>
    private void FollowView()
    {
        long scrolled = Terminal.ScrolledLines;
        int before = _viewLines;
        if (_viewLines > 0)
        {
            _viewLines = (int)Math.Clamp(_viewLines + scrolled - _viewBase, 0, LinesAbove);
        }

        _viewBase = scrolled;
        if (before > 0 && _viewLines == 0)
        {
            Terminal.DamageAll();
        }
    }

    private void SetRow(TextScreen screen, GridView view, int row)
    {
        Terminal.ReadRow(view.FirstRow + row - _viewLines, _cells);
        TextFont font = _painter.Font;
        int rightHalf = 0;
        for (int column = 0; column < _cells.Length; column++)
        {
            ref readonly TerminalCell cell = ref _cells[column];
            int glyph = rightHalf;
            if (cell.Width == 2)
            {
                (glyph, rightHalf) = font.WideGlyphsFor(cell.CodePoint);
            }
            else if (cell.Width == 1)
            {
                glyph = font.GlyphFor(cell.CodePoint);
            }

            for (int mark = 0; mark < cell.MarkCount; mark++)
            {
                glyph = font.Combine(glyph, cell.Mark(mark));
            }

            if (column < view.FirstColumn || column >= view.FirstColumn + view.Columns)
            {
                continue;
            }

            TextDecorations lines = LinesOf(cell.Attributes);
            screen.Set(column - view.FirstColumn, row, new(lines == TextDecorations.None ? glyph : font.Decorate(glyph, lines), cell.Foreground, cell.Background));
        }
    }

    private static TextDecorations LinesOf(TerminalAttributes attributes)
    {
        TextDecorations lines = (attributes & TerminalAttributes.Strike) != 0 ? TextDecorations.Strike : TextDecorations.None;
        return (attributes & TerminalAttributes.AnyUnderline) switch
        {
            TerminalAttributes.None => lines,
            TerminalAttributes.DoubleUnderline => lines | TextDecorations.DoubleUnderline,
            // A curly line is a straight one in so few pixels.
            _ => lines | TextDecorations.Underline,
        };
    }

    private void SetCursor(TextScreen screen, GridView view)
    {
        bool isShown = Terminal.IsCursorVisible && _viewLines == 0;
        _blink.Keep(isShown && _cursorMayBlink && Terminal.CursorBlinks);

        // A bar is drawn as a line beneath.
        CursorShape shape = !isShown || _blink.IsDark ? CursorShape.None : Terminal.CursorStyle == 1 ? CursorShape.Block : CursorShape.Underline;
        screen.SetCursor(Terminal.CursorColumn - view.FirstColumn, Terminal.CursorRow - view.FirstRow, shape);
    }
}
