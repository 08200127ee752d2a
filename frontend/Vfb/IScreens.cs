namespace XenFbFront.Vfb;

/// <summary>Sizes of screens as the backend knows them.</summary>
public interface IScreenSizes
{
    /// <summary>
    /// The size that the backend of a screen has taken; the first screen's when there is none of that number; null when there is none at all.
    /// </summary>
    /// <param name="framebuffer">Number of the vfb device.</param>
    /// <remarks>A change counts from when the backend has consumed the event that tells of it.</remarks>
    ScreenSize? SizeTaken(int framebuffer);
}
