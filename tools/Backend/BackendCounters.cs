namespace XenFbFront.Backend;

/// <summary>What a device has done since it was discovered. Written by the loop's thread.</summary>
public sealed class BackendCounters
{
    /// <summary>Events taken from the frontend's ring, known or not.</summary>
    public long EventsReceived { get; internal set; }

    /// <summary>Of these, events of an unknown type, which were ignored.</summary>
    public long UnknownEvents { get; internal set; }

    /// <summary>Events put into the ring to the frontend.</summary>
    public long EventsSent { get; internal set; }

    /// <summary>Event channel notifications received.</summary>
    public long NotificationsReceived { get; internal set; }

    /// <summary>Event channel notifications sent.</summary>
    public long NotificationsSent { get; internal set; }

    /// <summary>vfb: rectangles of the frontend that lay at least in part on the screen.</summary>
    public long Rectangles { get; internal set; }

    /// <summary>vfb: rectangles with nothing on the screen, which were ignored.</summary>
    public long EmptyRectangles { get; internal set; }

    /// <summary>vfb: rectangles that were one too many for a refresh, which became the whole screen.</summary>
    public long FullScreenFallbacks { get; internal set; }

    /// <summary>vfb: times that anything was converted.</summary>
    public long Refreshes { get; internal set; }

    /// <summary>vfb: pixels converted.</summary>
    public long PixelsConverted { get; internal set; }

    /// <summary>vfb: resizes carried out.</summary>
    public long Resizes { get; internal set; }

    /// <summary>vfb: resizes that broke a rule, which were ignored.</summary>
    public long RejectedResizes { get; internal set; }

    /// <summary>vkbd: times that input had to wait for the frontend to empty the ring.</summary>
    public long RingFull { get; internal set; }

    /// <summary>vkbd: input that this frontend did not ask for or cannot be told (touch, disabled devices).</summary>
    public long Untranslatable { get; internal set; }
}
