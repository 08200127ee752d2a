using static XenFbFront.Viewer.LinuxKeys;

namespace XenFbFront.Viewer;

/// <summary>What a person asks of the window itself, by a key that is pressed with the left Ctrl and the left Alt.</summary>
/// <remarks>
/// The right Ctrl and the right Alt are the guest's alone, so every combination can still be typed to it. Which keys belong to a keyboard is asked by
/// place, as everywhere here.
/// </remarks>
internal enum WindowCommand
{
    /// <summary>Shows the list of these keys.</summary>
    Help,

    /// <summary>Takes keyboard and pointer away from the person's other programs, or gives them back.</summary>
    Grab,

    /// <summary>Makes the mouse's buttons fingers, or buttons again.</summary>
    Touch,

    /// <summary>Gives the guest the window's size from now on, or leaves it its own.</summary>
    Follow,

    /// <summary>Gives the window the guest's size.</summary>
    ActualSize,

    /// <summary>Gives the window the next larger multiple of the guest's size.</summary>
    Larger,

    /// <summary>Gives the window the next smaller one.</summary>
    Smaller,

    /// <summary>Writes the guest's picture to a file.</summary>
    Screenshot,

    /// <summary>Shows what changes, how often, and how long it takes.</summary>
    Figures,
}

/// <summary>Keys and descriptions of the window's commands.</summary>
internal static class WindowCommands
{
    private static readonly (uint Keycode, WindowCommand Command)[] s_keys =
    [
        (KEY_H, WindowCommand.Help),
        (KEY_G, WindowCommand.Grab),
        (KEY_T, WindowCommand.Touch),
        (KEY_R, WindowCommand.Follow),
        (KEY_0, WindowCommand.ActualSize),
        (KEY_EQUAL, WindowCommand.Larger),
        (KEY_KPPLUS, WindowCommand.Larger),
        (KEY_MINUS, WindowCommand.Smaller),
        (KEY_KPMINUS, WindowCommand.Smaller),
        (KEY_S, WindowCommand.Screenshot),
        (KEY_D, WindowCommand.Figures),
    ];

    /// <summary>What <see cref="WindowCommand.Help"/> shows.</summary>
    public static readonly string[] Help =
    [
        "With the left Ctrl and the left Alt:",
        "  H  this list",
        "  G  keyboard and pointer: grab, or release",
        "  T  mouse as fingers: left button one, right button its mirror image",
        "  R  the guest takes the window's size, or keeps its own",
        "  0  the window at the guest's size; + and -: the next multiple",
        "  S  screenshot as a PNG file",
        "  D  changed parts and times",
        "Everything else is the guest's.",
    ];

    /// <summary>The command of a key that goes down.</summary>
    /// <param name="keycode">Linux <c>KEY_*</c>.</param>
    /// <param name="held">What is down already.</param>
    /// <param name="command">The command.</param>
    public static bool TryGet(uint keycode, HeldKeys held, out WindowCommand command)
    {
        command = default;
        bool isAsked = held.Contains(KEY_LEFTCTRL) && held.Contains(KEY_LEFTALT) && !held.Contains(KEY_RIGHTCTRL) && !held.Contains(KEY_RIGHTALT);
        int index = isAsked ? Array.FindIndex(s_keys, entry => entry.Keycode == keycode) : -1;
        if (index >= 0)
        {
            command = s_keys[index].Command;
        }

        return index >= 0;
    }
}
