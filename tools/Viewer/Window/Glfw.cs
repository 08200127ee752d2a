using System.Runtime.InteropServices;

namespace XenFbFront.Viewer;

/// <summary>What the window uses of GLFW 3. Names, numbers and signatures as in <c>GLFW/glfw3.h</c>.</summary>
internal static unsafe partial class Glfw
{
    /// <summary>The library's name; found at run time, so the program starts where there is none.</summary>
    public const string Library = "libglfw.so.3";

    public const int GLFW_RELEASE = 0;
    public const int GLFW_PRESS = 1;
    public const int GLFW_REPEAT = 2;
    public const int GLFW_KEY_ESCAPE = 256;
    public const int GLFW_CONTEXT_VERSION_MAJOR = 0x00022002;
    public const int GLFW_CONTEXT_VERSION_MINOR = 0x00022003;
    public const int GLFW_OPENGL_PROFILE = 0x00022008;
    public const int GLFW_OPENGL_CORE_PROFILE = 0x00032001;
    public const int GLFW_CURSOR = 0x00033001;
    public const int GLFW_CURSOR_NORMAL = 0x00034001;
    public const int GLFW_CURSOR_DISABLED = 0x00034003;

    [LibraryImport(Library)]
    public static partial int glfwInit();

    [LibraryImport(Library)]
    public static partial void glfwTerminate();

    [LibraryImport(Library)]
    public static partial int glfwGetError(byte** description);

    [LibraryImport(Library)]
    public static partial void glfwWindowHint(int hint, int value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint glfwCreateWindow(int width, int height, string title, nint monitor, nint share);

    [LibraryImport(Library)]
    public static partial void glfwDestroyWindow(nint window);

    [LibraryImport(Library)]
    public static partial void glfwSetWindowUserPointer(nint window, nint pointer);

    [LibraryImport(Library)]
    public static partial nint glfwGetWindowUserPointer(nint window);

    [LibraryImport(Library)]
    public static partial void glfwMakeContextCurrent(nint window);

    [LibraryImport(Library)]
    public static partial void glfwSwapInterval(int interval);

    [LibraryImport(Library)]
    public static partial void glfwSwapBuffers(nint window);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint glfwGetProcAddress(string name);

    [LibraryImport(Library)]
    public static partial int glfwWindowShouldClose(nint window);

    [LibraryImport(Library)]
    public static partial void glfwWaitEvents();

    [LibraryImport(Library)]
    public static partial void glfwWaitEventsTimeout(double timeout);

    [LibraryImport(Library)]
    public static partial void glfwPostEmptyEvent();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void glfwSetWindowTitle(nint window, string title);

    [LibraryImport(Library)]
    public static partial void glfwSetInputMode(nint window, int mode, int value);

    [LibraryImport(Library)]
    public static partial void glfwGetCursorPos(nint window, double* x, double* y);

    /// <summary>The connection to the X server, null without one. Only in libraries that were built with X11.</summary>
    [LibraryImport(Library)]
    public static partial nint glfwGetX11Display();

    /// <summary>The window's number at the X server. As above.</summary>
    [LibraryImport(Library)]
    public static partial nuint glfwGetX11Window(nint window);

    [LibraryImport(Library)]
    public static partial void glfwGetFramebufferSize(nint window, int* width, int* height);

    [LibraryImport(Library)]
    public static partial void glfwGetWindowSize(nint window, int* width, int* height);

    [LibraryImport(Library)]
    public static partial void glfwSetWindowSize(nint window, int width, int height);

    [LibraryImport(Library)]
    public static partial int glfwGetKeyScancode(int key);

    [LibraryImport(Library)]
    public static partial nint glfwSetKeyCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, int, int, int, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetMouseButtonCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, int, int, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetCursorPosCallback(nint window, delegate* unmanaged[Cdecl]<nint, double, double, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetScrollCallback(nint window, delegate* unmanaged[Cdecl]<nint, double, double, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetWindowFocusCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetWindowRefreshCallback(nint window, delegate* unmanaged[Cdecl]<nint, void> callback);

    [LibraryImport(Library)]
    public static partial nint glfwSetFramebufferSizeCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, int, void> callback);

    /// <summary>The last error's description, empty when there is none.</summary>
    public static string TakeError()
    {
        byte* description = null;
        return glfwGetError(&description) == 0 ? "" : Marshal.PtrToStringUTF8((nint)description) ?? "";
    }
}
