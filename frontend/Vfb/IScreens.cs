namespace XenFbFront.Vfb;

/// <summary>The screens that there are, for keyboards and pointers.</summary>
public interface IScreens
{
    /// <summary>Called when a screen came or went.</summary>
    event Action? Changed;

    /// <summary>Whether there is a screen of a number, connected or not.</summary>
    /// <param name="framebuffer">Number of the vfb device.</param>
    bool Has(int framebuffer);

    /// <summary>
    /// The size that the backend of a screen has taken; the first screen's when there is none of that number; null when there is none at all.
    /// </summary>
    /// <param name="framebuffer">Number of the vfb device.</param>
    /// <remarks>A change counts from when the backend has consumed the event that tells of it.</remarks>
    ScreenSize? SizeTaken(int framebuffer);
}
