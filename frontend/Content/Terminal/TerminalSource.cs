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
    private readonly bool _cursorMayBlink;
    private TerminalCell[] _cells = [];
    private Canvas? _canvas;
    private TextScreen? _screen;
    private long _lastDrawn;
    private int _viewLines;
    private long _viewBase;

    private TerminalSource(TerminalProgram program, TerminalOptions options, EventLoop loop, IDescriptorStore store)
    {
        _program = program;
        _loop = loop;
        _painter = new(options.Font ?? new(BuiltInFonts.Get(16)));
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
    /// <remarks>The usual screen: 800x600 at the built-in font, 100x37 cells.</remarks>
    public (int Width, int Height) PreferredSize => (Math.Max(800, 80 * _painter.Font.CellWidth), Math.Max(600, 25 * _painter.Font.CellHeight));

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
        TextFont font = _painter.Font;
        int columns = Math.Clamp(canvas.Width / font.CellWidth, VirtualTerminal.MinimumColumns, VirtualTerminal.MaximumSide);
        int rows = Math.Clamp(canvas.Height / font.CellHeight, 1, VirtualTerminal.MaximumSide);
        _cells = new TerminalCell[columns];
        uint background = Terminal.Background;
        int originX = Math.Max(0, (canvas.Width - columns * font.CellWidth) / 2), originY = Math.Max(0, (canvas.Height - rows * font.CellHeight) / 2);
        _screen = new(_painter, originX, originY, columns, rows, background, background);
        canvas.Fill(canvas.Bounds, background);
        canvas.Changed(canvas.Bounds);
        _session.Show(columns, rows, canvas.Width, canvas.Height);
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
    }

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
        int wanted = Math.Clamp(_viewLines + lines, 0, Terminal.IsAlternate ? 0 : Terminal.ScrollbackCount);
        if (wanted != _viewLines)
        {
            _viewLines = wanted;
            Terminal.DamageAll();
            OnChanged();
        }
    }

    /// <summary>Back or forward by half a screen.</summary>
    public void ScrollPage(bool isBack) => Scroll((isBack ? 1 : -1) * Math.Max(1, Terminal.Rows / 2));

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
    internal (int Column, int Row) CellAt(int x, int y) => _screen is { } screen
        ? (Math.Clamp((x - screen.OriginX) / _painter.Font.CellWidth, 0, screen.Columns - 1), Math.Clamp((y - screen.OriginY) / _painter.Font.CellHeight, 0, screen.Rows - 1))
        : (0, 0);

    /// <summary>The canvas' size, pixels; 1x1 when there is none.</summary>
    internal (int Width, int Height) CanvasSize => _canvas is { } canvas ? (canvas.Width, canvas.Height) : (1, 1);

    private void OnChanged()
    {
        if (_timer.IsRunning || _canvas is null)
        {
            return;
        }

        TimeSpan quiet = _loop.Clock.GetElapsedTime(_lastDrawn);
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
        if (_canvas is not { } canvas || _screen is not { } screen)
        {
            return;
        }

        _lastDrawn = _loop.Clock.GetTimestamp();
        FollowView();
        for (int row = 0; row < screen.Rows; row++)
        {
            if (_viewLines > 0 || Terminal.IsDamaged(row))
            {
                SetRow(screen, row);
            }
        }

        Terminal.ClearDamage();
        SetCursor(screen);
        if (screen.Draw(canvas))
        {
            canvas.Flush();
        }
    }

    /// <summary>Whoever looks back stays at the same lines while others come below.</summary>
    private void FollowView()
    {
        long scrolled = Terminal.ScrolledLines;
        int before = _viewLines;
        if (_viewLines > 0)
        {
            _viewLines = (int)Math.Clamp(_viewLines + scrolled - _viewBase, 0, Terminal.IsAlternate ? 0 : Terminal.ScrollbackCount);
        }

        _viewBase = scrolled;
        if (before > 0 && _viewLines == 0)
        {
            Terminal.DamageAll();
        }
    }

    private void SetRow(TextScreen screen, int row)
    {
        Terminal.ReadRow(row - _viewLines, _cells);
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

            TextDecorations lines = LinesOf(cell.Attributes);
            screen.Set(column, row, new(lines == TextDecorations.None ? glyph : font.Decorate(glyph, lines), cell.Foreground, cell.Background));
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

    private void SetCursor(TextScreen screen)
    {
        bool isShown = Terminal.IsCursorVisible && _viewLines == 0;
        _blink.Keep(isShown && _cursorMayBlink && Terminal.CursorBlinks);

        // A bar is drawn as a line beneath.
        CursorShape shape = !isShown || _blink.IsDark ? CursorShape.None : Terminal.CursorStyle == 1 ? CursorShape.Block : CursorShape.Underline;
        screen.SetCursor(Terminal.CursorColumn, Terminal.CursorRow, shape);
    }
}
