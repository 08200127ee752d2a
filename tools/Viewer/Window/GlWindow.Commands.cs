using static XenFbFront.Viewer.Glfw;

namespace XenFbFront.Viewer;

/// <summary>What the window does for its person, see <see cref="WindowCommand"/>.</summary>
public sealed partial class GlWindow
{
    // More than any screen holds.
    private const int FactorMost = 8;

    // Long enough to read a path.
    private static readonly TimeSpan s_noticeTime = TimeSpan.FromSeconds(3);

    private readonly SizeWish _wish;
    private bool _isGrabbed;
    private bool _isTouch;
    private bool _isFollowed;
    private bool _showsHelp;
    private bool _showsFigures;
    private string? _notice;
    private bool _isNoticeDrawn;
    private long _noticedAt;

    /// <summary>Fingers are where the pointer is in the window, so only a mouse that is a mouse is taken away.</summary>
    private bool IsPointerGrabbed => _isGrabbed && !_isTouch;

    private string Title
    {
        get
        {
            List<string> states = [];
            if (_isGrabbed)
            {
                states.Add("grabbed, Ctrl-Alt-G releases");
            }

            if (_isTouch)
            {
                states.Add("mouse is fingers");
            }

            if (_isFollowed)
            {
                states.Add("guest takes the window's size");
            }

            return states.Count == 0 ? $"{_options.Title} (Ctrl-Alt-H: keys)" : $"{_options.Title} - {string.Join("; ", states)}";
        }
    }

    /// <summary>How long the notice stays; null when there is none any more.</summary>
    private TimeSpan? NoticeTime
    {
        get
        {
            TimeSpan remaining = s_noticeTime - _options.Clock.GetElapsedTime(_noticedAt);
            return _notice is null || remaining <= TimeSpan.Zero ? null : remaining;
        }
    }

    private void Carry(WindowCommand command)
    {
        switch (command)
        {
            case WindowCommand.Help:
                _showsHelp = !_showsHelp;
                break;
            case WindowCommand.Grab:
                Grab(!_isGrabbed);
                break;
            case WindowCommand.Touch:
                ToggleTouch();
                break;
            case WindowCommand.Follow:
                ToggleFollow();
                break;
            case WindowCommand.ActualSize:
                Enlarge(1);
                break;
            case WindowCommand.Larger:
                Enlarge(Math.Min(Factor + 1, FactorMost));
                break;
            case WindowCommand.Smaller:
                Enlarge(Math.Max(Factor - 1, 1));
                break;
            case WindowCommand.Screenshot:
                Notify(Screenshot.Write(_screen, _options.ScreenshotFolder, _options.Clock.GetLocalNow()));
                break;
            case WindowCommand.Figures:
                _showsFigures = !_showsFigures;
                break;
        }

        glfwSetWindowTitle(_window, Title);
        _redraw = true;
    }

    private void Grab(bool isGrabbed)
    {
        if (isGrabbed == _isGrabbed)
        {
            return;
        }

        _isGrabbed = isGrabbed;
        if (!isGrabbed)
        {
            KeyboardGrab.Release();
        }
        else if (!KeyboardGrab.TryTake(_window))
        {
            Notify("only the pointer is grabbed: this display gives no window the whole keyboard");
        }

        ShowPointer();
        glfwSetWindowTitle(_window, Title);
    }

    /// <summary>Hides the person's pointer and lets it move without end while the guest's takes its place.</summary>
    private unsafe void ShowPointer()
    {
        glfwSetInputMode(_window, GLFW_CURSOR, IsPointerGrabbed ? GLFW_CURSOR_DISABLED : GLFW_CURSOR_NORMAL);
        double x, y;
        glfwGetCursorPos(_window, &x, &y);
        (_grabbedAt, _grabbedRest) = ((x, y), default);
    }

    private void ToggleTouch()
    {
        if (!_isTouch && _input.TouchContacts == 0)
        {
            Notify("the guest takes no touch");
            return;
        }

        _isTouch = !_isTouch;
        _fingers.Lift();
        ShowPointer();
    }

    private void ToggleFollow()
    {
        if (_options.AskSize is null)
        {
            Notify("nobody here can ask the guest for a size");
            return;
        }

        _isFollowed = !_isFollowed;
        _wish.Clear();
        if (_isFollowed)
        {
            (int width, int height) = FramebufferSize();
            _wish.Set(width, height);
        }
    }

    /// <summary>The whole multiple that is shown now, 0 when the picture is shrunk or there is none.</summary>
    private int Factor
    {
        get
        {
            (int width, int height) = FramebufferSize();
            PictureTexture texture = _texture!;
            return texture.Width == 0 ? 0 : Letterbox.Fit(texture.Width, texture.Height, width, height).Width / texture.Width;
        }
    }

    private void Enlarge(int factor)
    {
        if (_texture!.Width == 0)
        {
            return;
        }

        // The guest would take the multiple for its own size, and that once more.
        _isFollowed = false;
        _wish.Clear();
        SetOwnSize(factor);
    }

    private void Notify(string notice)
    {
        (_notice, _noticedAt) = (notice, _options.Clock.GetTimestamp());
        _options.Log?.Invoke(notice);
    }

    private string[] PanelLines(PictureTexture texture, (int Width, int Height) window)
    {
        List<string> lines = [];
        if (_showsHelp)
        {
            lines.AddRange(WindowCommands.Help);
        }

        if (_showsFigures)
        {
            Letterbox place = Letterbox.Fit(texture.Width, texture.Height, window.Width, window.Height);
            lines.Add($"{texture.Width}x{texture.Height} shown at {place.Width}x{place.Height}");
            lines.AddRange(_times.Describe());
        }

        _isNoticeDrawn = NoticeTime is not null;
        if (_isNoticeDrawn)
        {
            lines.Add(_notice!);
        }

        return [.. lines];
    }
}
