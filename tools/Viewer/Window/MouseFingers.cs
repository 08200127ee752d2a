using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>Makes fingers of a mouse: the left button is one under the pointer, the right button one at its mirror image through the screen's middle.</summary>
/// <remarks>
/// Both together pinch and turn. A pointer with no button down goes nowhere, since a touch screen does not see a finger before it touches. A guest
/// that takes only one finger is told of the left one. Not thread-safe.
/// </remarks>
internal sealed class MouseFingers(IGuestInput guest)
{
    private const int Count = 2;

    private readonly bool[] _isDown = new bool[Count];
    private int _x, _y, _width, _height;

    /// <summary>The pointer is at a pixel of a screen of this size.</summary>
    public void MoveTo(int x, int y, int width, int height)
    {
        bool isElsewhere = (x, y) != (_x, _y);
        (_x, _y, _width, _height) = (x, y, width, height);
        for (int finger = 0; finger < Count && isElsewhere; finger++)
        {
            if (_isDown[finger])
            {
                Tell(finger, TouchPhase.Move);
            }
        }
    }

    /// <summary>A button goes down or up; other buttons than left and right do nothing.</summary>
    public void Button(uint keycode, bool isPressed)
    {
        int finger = keycode switch
        {
            LinuxKeys.BTN_LEFT => 0,
            LinuxKeys.BTN_RIGHT => 1,
            _ => Count,
        };
        if (finger < Count && isPressed != _isDown[finger] && (!isPressed || finger < guest.TouchContacts))
        {
            _isDown[finger] = isPressed;
            Tell(finger, isPressed ? TouchPhase.Down : TouchPhase.Up);
        }
    }

    /// <summary>Lifts what is down.</summary>
    public void Lift()
    {
        Button(LinuxKeys.BTN_RIGHT, isPressed: false);
        Button(LinuxKeys.BTN_LEFT, isPressed: false);
    }

    private void Tell(int finger, TouchPhase phase)
    {
        (int x, int y) = finger == 0 ? (_x, _y) : (_width - 1 - _x, _height - 1 - _y);
        guest.Touch(finger, phase, x, y);
    }
}
