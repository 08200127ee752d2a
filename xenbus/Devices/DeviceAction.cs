namespace Xenbus.Devices;

/// <summary>What a frontend does next.</summary>
public enum DeviceAction
{
    /// <summary>Nothing until something changes.</summary>
    Wait,

    /// <summary>Allocate, fill and publish our details, then state Initialised.</summary>
    Publish,

    /// <summary>State Connected; the driver starts.</summary>
    Connect,

    /// <summary>Both are connected: read again what the backend offers and requests.</summary>
    Refresh,

    /// <summary>Stop using the rings, then state Closing.</summary>
    BeginClose,

    /// <summary>Stop using the rings, then state Closed.</summary>
    FinishClose,

    /// <summary>The backend has let go: free pages and port.</summary>
    Release,

    /// <summary>Free what we have, remove our details, state Initialising: from the beginning.</summary>
    Restart,

    /// <summary>Nothing is left to do for a device that is to be stopped.</summary>
    Done,
}
