using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static XenFbFront.Viewer.Glfw;

namespace XenFbFront.Viewer;

/// <summary>What the person does, and how it becomes the guest's input.</summary>
public sealed partial class GlWindow
{
    // X11's key codes are Linux's plus this; what is assumed when GLFW cannot say where Escape is.
    private const int X11KeycodeOffset = 8;

    // In the order of GLFW's button numbers.
    private static readonly uint[] s_buttons =
        [LinuxKeys.BTN_LEFT, LinuxKeys.BTN_RIGHT, LinuxKeys.BTN_MIDDLE, LinuxKeys.BTN_SIDE, LinuxKeys.BTN_EXTRA];

    private readonly HeldKeys _held = new();
    private readonly MouseFingers _fingers;
    private int _keycodeOffset;
    // The key of a command, until it comes up: its repetitions are nobody's.
    private uint _commandKey;
    private double _wheel;
    private (int X, int Y) _pointer;
    // Where the pointer was last while it is grabbed, in the window's units, and what is left of its way below a pixel.
    private (double X, double Y) _grabbedAt;
    private (double X, double Y) _grabbedRest;

    private unsafe void ListenToPerson()
    {
        // GLFW's scancodes are the window system's: X11's key codes, or Linux's own under Wayland. Escape is 1 in Linux and tells which.
        int escape = glfwGetKeyScancode(GLFW_KEY_ESCAPE);
        _keycodeOffset = escape > 0 ? escape - (int)LinuxKeys.KEY_ESC : X11KeycodeOffset;

        glfwSetKeyCallback(_window, &OnKey);
        glfwSetMouseButtonCallback(_window, &OnButton);
        glfwSetCursorPosCallback(_window, &OnPointer);
        glfwSetScrollCallback(_window, &OnWheel);
        glfwSetWindowFocusCallback(_window, &OnFocus);
    }

    private void Key(uint keycode, int action)
    {
        if (keycode == _commandKey)
        {
            _commandKey = action == GLFW_RELEASE ? 0 : keycode;
        }
        else if (action == GLFW_PRESS && WindowCommands.TryGet(keycode, _held, out WindowCommand command))
        {
            _commandKey = keycode;
            Carry(command);
        }
        else
        {
            // A repeat is a further press, as the keyboard of the person who holds the key would send it.
            PassKey(keycode, action != GLFW_RELEASE);
        }
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

        _times.Input();
        _input.Key(keycode, isPressed);
        if (!isPressed)
        {
            _held.Release(keycode);
        }
    }

    /// <summary>A button and the wheel mean what is under the mouse, wherever another viewer has moved the guest's pointer, or the guest has changed its size.</summary>
    private unsafe void PassPosition()
    {
        if (!IsPointerGrabbed)
        {
            double x, y;
            glfwGetCursorPos(_window, &x, &y);
            Pointer(x, y);
        }
    }

    private void Button(uint keycode, bool isPressed)
    {
        PassPosition();
        // A button that went down before the mouse became fingers comes up as a button.
        if (_isTouch && !_held.Contains(keycode))
        {
            _times.Input();
            _fingers.Button(keycode, isPressed);
        }
        else
        {
            PassKey(keycode, isPressed);
        }
    }

    private void ReleaseHeld()
    {
        _fingers.Lift();
        while (_held.TryTakeLast(out uint keycode))
        {
            _input.Key(keycode, pressed: false);
        }
    }

    private void Pointer(double x, double y)
    {
        (int windowWidth, int windowHeight) = WindowSize();
        (int width, int height) = FramebufferSize();
        PictureTexture texture = _texture!;
        if (texture.Width == 0 || texture.Height == 0 || windowWidth <= 0 || windowHeight <= 0)
        {
            // What is moved while there is no picture is not made up for when there is one.
            (_grabbedAt, _grabbedRest) = ((x, y), default);
            return;
        }

        _times.Input();
        Letterbox place = Letterbox.Fit(texture.Width, texture.Height, width, height);
        // The pointer comes in the window's units, which on a dense display are larger than its pixels.
        double pixelsX = (double)width / windowWidth, pixelsY = (double)height / windowHeight;
        if (IsPointerGrabbed)
        {
            double restX = _grabbedRest.X + (x - _grabbedAt.X) * pixelsX * texture.Width / place.Width;
            double restY = _grabbedRest.Y + (y - _grabbedAt.Y) * pixelsY * texture.Height / place.Height;
            int dx = (int)restX, dy = (int)restY;
            (_grabbedAt, _grabbedRest) = ((x, y), (restX - dx, restY - dy));
            if (dx != 0 || dy != 0)
            {
                _input.PointerBy(dx, dy);
            }

            return;
        }

        _pointer = place.ToScreen(x * pixelsX, y * pixelsY, texture.Width, texture.Height);
        _fingers.MoveTo(_pointer.X, _pointer.Y, texture.Width, texture.Height);
        if (!_isTouch)
        {
            _input.PointerAt(_pointer.X, _pointer.Y);
        }
    }

    private void Wheel(double y)
    {
        // Touch pads scroll by fractions: they are summed until a whole notch is there. GLFW counts up as positive, the guest down.
        _wheel -= y;
        int notches = (int)_wheel;
        if (notches == 0)
        {
            return;
        }

        _wheel -= notches;
        PassPosition();
        _times.Input();
        if (IsPointerGrabbed)
        {
            _input.PointerBy(0, 0, notches);
        }
        else
        {
            _input.PointerAt(_pointer.X, _pointer.Y, notches);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnKey(nint window, int key, int scancode, int action, int mods)
    {
        GlWindow self = From(window);
        int keycode = scancode - self._keycodeOffset;
        if (keycode is > 0 and <= (int)LinuxKeys.KEY_MAX)
        {
            self.Key((uint)keycode, action);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnButton(nint window, int button, int action, int mods)
    {
        if (button >= 0 && button < s_buttons.Length)
        {
            From(window).Button(s_buttons[button], action == GLFW_PRESS);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPointer(nint window, double x, double y) => From(window).Pointer(x, y);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnWheel(nint window, double x, double y) => From(window).Wheel(y);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFocus(nint window, int focused)
    {
        // The release will go to another window.
        if (focused == 0)
        {
            GlWindow self = From(window);
            self.ReleaseHeld();
            self._commandKey = 0;
            self.Grab(isGrabbed: false);
        }
    }
}
