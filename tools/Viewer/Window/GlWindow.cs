using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Silk.NET.OpenGL;
using XenFbFront.Backend;
using static XenFbFront.Viewer.Glfw;

namespace XenFbFront.Viewer;

/// <summary>A window that shows a <see cref="BackendScreen"/> and passes on its keys, buttons, wheel, pointer and fingers.</summary>
/// <remarks>
/// Its own keys are <see cref="WindowCommand"/>s, and Ctrl-Alt-H in the window lists them.
/// GLFW for the window, OpenGL 3.3 for the picture. The thread of <see cref="Run"/> sleeps in the window system until something happens there or
/// on the screen. GLFW wants that thread to be the process's first one on some systems; on Linux any will do, but one at a time: one window
/// a process.
/// </remarks>
public sealed partial class GlWindow
{
    // Until the guest has a size of its own: a text console's.
    private const int EmptyWidth = 640;
    private const int EmptyHeight = 400;

    // 60 pictures a second: what the guest is advised while the window is open.
    private const uint RefreshPeriodMs = 16;

    private const uint OutlineColour = 0xff00ff;

    // Often enough to read figures that change, too rarely to be figures of itself.
    private static readonly TimeSpan s_figuresPeriod = TimeSpan.FromMilliseconds(200);

    private readonly BackendScreen _screen;
    private readonly IGuestInput _input;
    private readonly GlWindowOptions _options;
    private readonly FrameTimes _times;

    // Damaged rows and whether the window's thread was told of them. Under the gate.
    private readonly Lock _damageGate = new();
    private int _damageTop = int.MaxValue;
    private int _damageBottom;
    private bool _isWoken;
    private bool _isOpen;

    // The window thread's own.
    private nint _window;
    private PicturePainter? _painter;
    private PictureTexture? _texture;
    private PictureTexture? _panel;
    private string[] _panelLines = [];
    private (int Width, int Height) _ownSize;
    private int _ownFactor = 1;
    private bool _redraw;

    /// <summary>Describes a window; <see cref="Run"/> opens it.</summary>
    public GlWindow(BackendScreen screen, IGuestInput input, GlWindowOptions options)
    {
        (_screen, _input, _options) = (screen, input, options);
        _times = new(options.Clock);
        _fingers = new(input);
        _wish = new(options.Clock);
    }

    /// <summary>Whether a window can be tried: a display is named and the library is installed. If not, one sentence says what is missing.</summary>
    public static bool IsAvailable(out string reason)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DISPLAY"))
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("WAYLAND_DISPLAY")))
        {
            reason = "There is no graphical session: neither DISPLAY nor WAYLAND_DISPLAY is set.";
            return false;
        }

        // Not freed: the next call into GLFW wants it anyway.
        if (!NativeLibrary.TryLoad(Library, out _))
        {
            reason = $"The library {Library} is missing: install GLFW 3 (Debian package libglfw3).";
            return false;
        }

        reason = "";
        return true;
    }

    /// <summary>Opens the window and serves it until its close button or <paramref name="stop"/>; the calling thread is used throughout.</summary>
    /// <exception cref="NoWindowException">No window can be made here; the message says why.</exception>
    public void Run(CancellationToken stop)
    {
        if (!IsAvailable(out string reason))
        {
            throw new NoWindowException(reason);
        }

        if (glfwInit() == 0)
        {
            throw new NoWindowException($"GLFW cannot start: {TakeError()}.");
        }

        GCHandle self = GCHandle.Alloc(this);
        try
        {
            Open(self);
            _options.Opened?.Invoke();
            _screen.Changed += OnScreenChanged;
            using (stop.Register(Wake))
            {
                _input.RefreshPeriod(RefreshPeriodMs);
                Serve(stop);
            }
        }
        finally
        {
            _screen.Changed -= OnScreenChanged;
            lock (_damageGate)
            {
                // From here on nobody wakes GLFW, which is about to end.
                _isOpen = false;
            }

            ReleaseHeld();
            _input.RefreshPeriod(0);
            _panel?.Dispose();
            _texture?.Dispose();
            _painter?.Dispose();
            (_panel, _texture, _painter) = (null, null, null);
            if (_window != 0)
            {
                glfwDestroyWindow(_window);
                _window = 0;
            }

            glfwTerminate();
            self.Free();
        }
    }

    private unsafe void Open(GCHandle self)
    {
        lock (_screen.Gate)
        {
            _ownSize = _screen.Width > 0 && _screen.Height > 0 ? (_screen.Width, _screen.Height) : (EmptyWidth, EmptyHeight);
        }

        glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
        glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
        glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
        _window = glfwCreateWindow(_ownSize.Width, _ownSize.Height, Title, 0, 0);
        if (_window == 0)
        {
            throw new NoWindowException(
                $"No window with OpenGL 3.3: {TakeError()} (Debian packages libgl1 and libgl1-mesa-dri draw without a graphics card).");
        }

        glfwSetWindowUserPointer(_window, GCHandle.ToIntPtr(self));
        glfwMakeContextCurrent(_window);
        // Not waiting for the display: a hidden window may never be shown a next picture, and the thread that waits for it would not hear
        // the keys or the request to end. The screen's own pace bounds the drawing.
        glfwSwapInterval(0);
        GL gl = GL.GetApi(name => glfwGetProcAddress(name));
        (_painter, _texture, _panel) = (new(gl), new(gl), new(gl));
        ListenToPerson();
        glfwSetWindowRefreshCallback(_window, &OnRefresh);
        glfwSetFramebufferSizeCallback(_window, &OnFramebufferSize);
        lock (_damageGate)
        {
            _isOpen = true;
        }

        _redraw = true;
    }

    private void Serve(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && glfwWindowShouldClose(_window) == 0)
        {
            TakeDamage(out int top, out int bottom);
            if (_redraw || bottom > top)
            {
                Draw(top, bottom);
            }

            if (_wish.TryTake(out (int Width, int Height) size) && size != (_texture!.Width, _texture.Height))
            {
                _options.AskSize?.Invoke(size.Width, size.Height);
            }

            // A wake-up between the look above and this wait is not lost: GLFW queues it as an event of its own.
            if (TimeToNextLook() is { } time)
            {
                glfwWaitEventsTimeout(time.TotalSeconds);
                _redraw = true;
            }
            else
            {
                glfwWaitEvents();
            }
        }
    }

    /// <summary>When something has to be done though nothing happens; null when nothing has.</summary>
    private TimeSpan? TimeToNextLook()
    {
        TimeSpan? next = _wish.Remaining;
        // One that went out after it was drawn is still in the window.
        Consider(NoticeTime ?? (_isNoticeDrawn ? TimeSpan.Zero : null));
        Consider(_showsFigures && _times.IsLively ? s_figuresPeriod : null);
        return next;

        void Consider(TimeSpan? time) => next = time < (next ?? TimeSpan.MaxValue) ? time : next;
    }

    private void OnScreenChanged(ScreenRectangle changed, bool resized)
    {
        // Before the window's thread can show it.
        _times.Changed(changed);
        lock (_damageGate)
        {
            (int top, int bottom) = resized ? (0, int.MaxValue) : (changed.Y, changed.Y + changed.Height);
            _damageTop = Math.Min(_damageTop, top);
            _damageBottom = Math.Max(_damageBottom, bottom);
        }

        Wake();
    }

    private void Wake()
    {
        lock (_damageGate)
        {
            // One event is enough until the thread has looked; a guest that draws often would otherwise fill the queue.
            if (_isOpen && !_isWoken)
            {
                _isWoken = true;
                glfwPostEmptyEvent();
            }
        }
    }

    private void TakeDamage(out int top, out int bottom)
    {
        lock (_damageGate)
        {
            (top, bottom) = (_damageTop, _damageBottom);
            (_damageTop, _damageBottom) = (int.MaxValue, 0);
            _isWoken = false;
        }
    }

    private void Draw(int top, int bottom)
    {
        PictureTexture texture = _texture!;
        (int width, int height) before = (texture.Width, texture.Height);
        texture.Upload(_screen, top, bottom);
        if (before != (texture.Width, texture.Height))
        {
            FollowSize();
        }

        _redraw = false;
        (int width, int height) = FramebufferSize();
        Letterbox place = Letterbox.Fit(texture.Width, texture.Height, width, height);
        _painter!.Begin(height);
        _painter.Draw(texture, place);
        if (_showsFigures && place.Width > 0)
        {
            foreach (ScreenRectangle changed in _times.Outlines())
            {
                // One of before a resize may lie outside.
                ScreenRectangle part = DamageList.Intersect(changed, new(0, 0, texture.Width, texture.Height));
                if (!part.IsEmpty)
                {
                    _painter.Outline(place.PlaceOf(part, texture.Width, texture.Height), OutlineColour);
                }
            }
        }

        DrawPanel();
        glfwSwapBuffers(_window);
        _times.Shown();
    }

    /// <summary>Draws what the window itself has to say over the picture's upper left corner.</summary>
    private void DrawPanel()
    {
        string[] lines = PanelLines(_texture!, FramebufferSize());
        if (lines.Length == 0)
        {
            return;
        }

        if (!lines.SequenceEqual(_panelLines))
        {
            _panelLines = lines;
            uint[] pixels = TextPanel.Draw(lines, out int width, out int height);
            _panel!.Upload(pixels, width, height);
        }

        _painter!.Draw(_panel!, new(0, 0, _panel!.Width, _panel.Height));
    }

    /// <summary>Gives the window the guest's size, unless the person has given it another.</summary>
    private void FollowSize()
    {
        (int Width, int Height) guest = (_texture!.Width, _texture.Height);
        if (guest == FramebufferSize())
        {
            // The guest has come to the window's size; from here on the window follows again.
            (_ownSize, _ownFactor) = (WindowSize(), 1);
        }
        else if (guest.Width > 0 && guest.Height > 0 && WindowSize() == _ownSize)
        {
            SetOwnSize(_ownFactor);
        }
    }

    /// <summary>Gives the window a multiple of the guest's size.</summary>
    private void SetOwnSize(int factor)
    {
        (_ownSize, _ownFactor) = ((_texture!.Width * factor, _texture.Height * factor), factor);
        glfwSetWindowSize(_window, _ownSize.Width, _ownSize.Height);
    }

    private unsafe (int Width, int Height) FramebufferSize()
    {
        int width, height;
        glfwGetFramebufferSize(_window, &width, &height);
        return (width, height);
    }

    private unsafe (int Width, int Height) WindowSize()
    {
        int width, height;
        glfwGetWindowSize(_window, &width, &height);
        return (width, height);
    }

    private static GlWindow From(nint window) => (GlWindow)GCHandle.FromIntPtr(glfwGetWindowUserPointer(window)).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnRefresh(nint window) => From(window)._redraw = true;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFramebufferSize(nint window, int width, int height)
    {
        GlWindow self = From(window);
        self._redraw = true;
        if (self._isFollowed)
        {
            self._wish.Set(width, height);
        }
    }
}
