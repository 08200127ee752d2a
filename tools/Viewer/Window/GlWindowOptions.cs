namespace XenFbFront.Viewer;

/// <summary>How a <see cref="GlWindow"/> behaves.</summary>
public sealed record GlWindowOptions
{
    /// <summary>What its title begins with.</summary>
    public string Title { get; init; } = "XenFbFront";

    /// <summary>Folder for screenshots; an absolute path or one from the current folder.</summary>
    public string ScreenshotFolder { get; init; } = ".";

    /// <summary>Asks the guest for a size in pixels, on the window's thread; null when the guest cannot be asked. Must not wait for the guest.</summary>
    public Action<int, int>? AskSize { get; init; }

    /// <summary>Called once, on the window's thread, when the window is there.</summary>
    public Action? Opened { get; init; }

    /// <summary>Gets what the window has to say, a line each, on the window's thread.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>Clock of figures and of what is shown for a while.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
