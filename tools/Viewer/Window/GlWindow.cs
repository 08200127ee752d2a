using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Silk.NET.OpenGL;
using XenFbFront.Backend;
using static XenFbFront.Viewer.Glfw;

namespace XenFbFront.Viewer;

/// <summary>A window that shows a <see cref="BackendScreen"/> and passes on its keys, buttons, wheel and pointer.</summary>
/// <remarks>
/// GLFW for the window, OpenGL 3.3 for the picture. The thread of <see cref="Run"/> sleeps in the window system until something happens there or
/// on the screen. GLFW wants that thread to be the process's first one on some systems; on Linux any will do, but one at a time: one window
/// a process.
/// </remarks>
public sealed class GlWindow
{
    // Until the guest has a size of its own: a text console's.
    private const int EmptyWidth = 640;
    private const int EmptyHeight = 400;

    // 60 pictures a second: what the guest is advised while the window is open.
    private const uint RefreshPeriodMs = 16;

    // X11's key codes are Linux's plus this; what is assumed when GLFW cannot say where Escape is.
    private const int X11KeycodeOffset = 8;

    // In the order of GLFW's button numbers.
    private static readonly uint[] s_buttons =
        [LinuxKeys.BTN_LEFT, LinuxKeys.BTN_RIGHT, LinuxKeys.BTN_MIDDLE, LinuxKeys.BTN_SIDE, LinuxKeys.BTN_EXTRA];

    private readonly BackendScreen _screen;
    private readonly IGuestInput _input;
    private readonly string _title;

    // Damaged rows and whether the window's thread was told of them. Under the gate.
    private readonly Lock _damageGate = new();
    private int _damageTop = int.MaxValue;
    private int _damageBottom;
    private bool _isWoken;
    private bool _isOpen;

    // The window thread's own.
    private readonly HeldKeys _held = new();
    private nint _window;
    private ScreenTexture? _texture;
    private int _keycodeOffset;
    private double _wheel;
    private (int X, int Y) _pointer;
    private (int Width, int Height) _ownSize;
    private bool _redraw;

    /// <summary>Describes a window; <see cref="Run"/> opens it.</summary>
    public GlWindow(BackendScreen screen, IGuestInput input, string title) => (_screen, _input, _title) = (screen, input, title);

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
    /// <exception cref="InvalidOperationException">No window can be made here; the message says why.</exception>
    public void Run(CancellationToken stop)
    {
        if (!IsAvailable(out string reason))
        {
            throw new InvalidOperationException(reason);
        }

        if (glfwInit() == 0)
        {
            throw new InvalidOperationException($"GLFW cannot start: {TakeError()}.");
        }

        GCHandle self = GCHandle.Alloc(this);
        try
        {
            Open(self);
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
            _texture?.Dispose();
            _texture = null;
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
        _window = glfwCreateWindow(_ownSize.Width, _ownSize.Height, _title, 0, 0);
        if (_window == 0)
        {
            throw new InvalidOperationException(
                $"No window with OpenGL 3.3: {TakeError()} (Debian packages libgl1 and libgl1-mesa-dri draw without a graphics card).");
        }

        glfwSetWindowUserPointer(_window, GCHandle.ToIntPtr(self));
        glfwMakeContextCurrent(_window);
        // Not waiting for the display: a hidden window may never be shown a next picture, and the thread that waits for it would not hear
        // the keys or the request to end. The screen's own pace bounds the drawing.
        glfwSwapInterval(0);
        _texture = new ScreenTexture(GL.GetApi(name => glfwGetProcAddress(name)));

        // GLFW's scancodes are the window system's: X11's key codes, or Linux's own under Wayland. Escape is 1 in Linux and tells which.
        int escape = glfwGetKeyScancode(GLFW_KEY_ESCAPE);
        _keycodeOffset = escape > 0 ? escape - (int)LinuxKeys.KEY_ESC : X11KeycodeOffset;

        glfwSetKeyCallback(_window, &OnKey);
        glfwSetMouseButtonCallback(_window, &OnButton);
        glfwSetCursorPosCallback(_window, &OnPointer);
        glfwSetScrollCallback(_window, &OnWheel);
        glfwSetWindowFocusCallback(_window, &OnFocus);
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

            // A wake-up between the look above and this wait is not lost: GLFW queues it as an event of its own.
            glfwWaitEvents();
        }
    }

    private void OnScreenChanged(ScreenRectangle changed, bool resized)
    {
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
        ScreenTexture texture = _texture!;
        (int width, int height) before = (texture.Width, texture.Height);
        texture.Upload(_screen, top, bottom);
        if (before != (texture.Width, texture.Height))
        {
            FollowSize();
        }

        _redraw = false;
        (int width, int height) = FramebufferSize();
        texture.Draw(Letterbox.Fit(texture.Width, texture.Height, width, height), height);
        glfwSwapBuffers(_window);
    }

    /// <summary>Gives the window the guest's size, unless the person has given it another.</summary>
    private void FollowSize()
    {
        (int Width, int Height) guest = (_texture!.Width, _texture.Height);
        if (guest.Width > 0 && guest.Height > 0 && guest != _ownSize && WindowSize() == _ownSize)
        {
            _ownSize = guest;
            glfwSetWindowSize(_window, guest.Width, guest.Height);
        }
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

    private void PassKey(uint keycode, bool isPressed)
    {
        if (isPressed)
        {
            _held.Press(keycode);
        }
        else if (!_held.Contains(keycode))
        {
            // GLFW tells of releases of its own when the focus is lost, after those of ReleaseHeld.
            return;
        }

        _input.Key(keycode, isPressed);
        if (!isPressed)
        {
            _held.Release(keycode);
        }
    }

    private void ReleaseHeld()
    {
        while (_held.TryTakeLast(out uint keycode))
        {
            _input.Key(keycode, pressed: false);
        }
    }

    private static GlWindow From(nint window) => (GlWindow)GCHandle.FromIntPtr(glfwGetWindowUserPointer(window)).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnKey(nint window, int key, int scancode, int action, int mods)
    {
        GlWindow self = From(window);
        int keycode = scancode - self._keycodeOffset;
        if (keycode is > 0 and <= (int)LinuxKeys.KEY_MAX)
        {
            // A repeat is a further press, as the keyboard of the person who holds the key would send it.
            self.PassKey((uint)keycode, action != GLFW_RELEASE);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnButton(nint window, int button, int action, int mods)
    {
        if (button >= 0 && button < s_buttons.Length)
        {
            From(window).PassKey(s_buttons[button], action == GLFW_PRESS);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPointer(nint window, double x, double y)
    {
        GlWindow self = From(window);
        ScreenTexture texture = self._texture!;
        (int windowWidth, int windowHeight) = self.WindowSize();
        (int width, int height) = self.FramebufferSize();
        if (texture.Width == 0 || texture.Height == 0 || windowWidth <= 0 || windowHeight <= 0)
        {
            return;
        }

        // The pointer comes in the window's units, which on a dense display are larger than its pixels.
        self._pointer = Letterbox.Fit(texture.Width, texture.Height, width, height)
            .ToScreen(x * width / windowWidth, y * height / windowHeight, texture.Width, texture.Height);
        self._input.PointerAt(self._pointer.X, self._pointer.Y);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnWheel(nint window, double x, double y)
    {
        // Touch pads scroll by fractions: they are summed until a whole notch is there. GLFW counts up as positive, the guest down.
        GlWindow self = From(window);
        self._wheel -= y;
        int notches = (int)self._wheel;
        if (notches != 0)
        {
            self._wheel -= notches;
            self._input.PointerAt(self._pointer.X, self._pointer.Y, notches);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFocus(nint window, int focused)
    {
        // The release will go to another window.
        if (focused == 0)
        {
            From(window).ReleaseHeld();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnRefresh(nint window) => From(window)._redraw = true;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFramebufferSize(nint window, int width, int height) => From(window)._redraw = true;
}
