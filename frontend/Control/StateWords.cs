using Xenbus.Devices;
using Xenbus.Wire;

namespace XenFbFront.Control;

/// <summary>Who waits for whom, by what the two ends of a device say.</summary>
internal static class StateWords
{
    /// <summary>One sentence without a full stop, as in <c>waiting for the backend (Connected)</c>; in brackets is the state that is to come.</summary>
    public static string Of(DeviceStatus device) => (device.State, device.BackendState) switch
    {
        _ when device.HeldBy is { } driver => $"the kernel's driver {driver.Name} holds it",
        _ when device.Failure is { } failure => $"given up: {PlainText.Of(failure)}",
        (XenbusState.Connected, XenbusState.Connected) => "both are at work",
        (XenbusState.Closed, XenbusState.Closed) => "closed; the next connection begins when the toolstack or the backend begins anew (Initialising, then InitWait)",
        (_, XenbusState.Unknown) => "there is no backend: its directory is gone, or may not be read",
        (XenbusState.Closing, XenbusState.Closing or XenbusState.Closed) => "it is the frontend's turn (Closed)",
        (XenbusState.Closing, _) => "waiting for the backend (Closing)",
        (XenbusState.Closed, _) => "waiting for the backend (Closed)",
        (_, XenbusState.Closing or XenbusState.Closed) => "it is the frontend's turn (Closing), unless the backend begins anew (InitWait)",
        (_, XenbusState.Initialising) => "waiting for the backend (InitWait)",
        (XenbusState.Initialised, XenbusState.Connected) => "it is the frontend's turn (Connected)",
        (XenbusState.Initialised or XenbusState.Connected, _) => "waiting for the backend (Connected)",
        _ => "it is the frontend's turn (Initialised)",
    };
}
