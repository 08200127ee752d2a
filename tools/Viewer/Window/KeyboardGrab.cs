using System.Runtime.InteropServices;
using static XenFbFront.Viewer.Glfw;

namespace XenFbFront.Viewer;

/// <summary>Takes the whole keyboard for a window under X11, so that the window manager's own keys reach the guest too.</summary>
/// <remarks>
/// GLFW grabs no keyboard. Under Wayland, or with a GLFW built without X11, only the pointer can be grabbed, and the desktop keeps its shortcuts.
/// Signatures as in <c>X11/Xlib.h</c> and <c>GLFW/glfw3native.h</c>.
/// </remarks>
internal static unsafe partial class KeyboardGrab
{
    private const string X11 = "libX11.so.6";
    private const int GrabModeAsync = 1;
    private const int GrabSuccess = 0;
    private const nuint CurrentTime = 0;

    /// <summary>Takes it.</summary>
    /// <returns>False when that is not possible here, or another program has it.</returns>
    public static bool TryTake(nint window) =>
        TryGetDisplay(out nint display)
        && XGrabKeyboard(display, glfwGetX11Window(window), 1, GrabModeAsync, GrabModeAsync, CurrentTime) == GrabSuccess;

    /// <summary>Gives it back, if it was taken.</summary>
    public static void Release()
    {
        if (TryGetDisplay(out nint display))
        {
            XUngrabKeyboard(display, CurrentTime);
            XFlush(display);
        }
    }

    private static bool TryGetDisplay(out nint display)
    {
        display = 0;
        try
        {
            display = glfwGetX11Display();
        }
        catch (EntryPointNotFoundException)
        {
            // This GLFW knows no X11.
        }

        return display != 0 && NativeLibrary.TryLoad(X11, out _);
    }

    [LibraryImport(X11)]
    private static partial int XGrabKeyboard(nint display, nuint window, int ownerEvents, int pointerMode, int keyboardMode, nuint time);

    [LibraryImport(X11)]
    private static partial int XUngrabKeyboard(nint display, nuint time);

    [LibraryImport(X11)]
    private static partial int XFlush(nint display);
}
