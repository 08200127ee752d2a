using System.Buffers.Text;

namespace Xenbus.Wire;

/// <summary>State of one end of a device, written to its <c>state</c> node. C: enum xenbus_state in io/xenbus.h.</summary>
public enum XenbusState
{
    /// <summary>No node, or nothing that can be understood.</summary>
    Unknown = 0,

    /// <summary>Present, nothing done yet.</summary>
    Initialising = 1,

    /// <summary>Backend: waits for the frontend's details.</summary>
    InitWait = 2,

    /// <summary>Frontend: details are published.</summary>
    Initialised = 3,

    /// <summary>In use.</summary>
    Connected = 4,

    /// <summary>Is about to let go.</summary>
    Closing = 5,

    /// <summary>Has let go.</summary>
    Closed = 6,

    /// <summary>Takes new parameters (not used by our devices).</summary>
    Reconfiguring = 7,

    /// <summary>Has taken new parameters (not used by our devices).</summary>
    Reconfigured = 8,
}

/// <summary>Text form of <see cref="XenbusState"/>.</summary>
public static class XenbusStates
{
    /// <summary>Reads a <c>state</c> node: decimal, anything else is <see cref="XenbusState.Unknown"/>.</summary>
    public static XenbusState Parse(ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out int number, out int used) && used == value.Length && number is >= 0 and <= 8
            ? (XenbusState)number
            : XenbusState.Unknown;

    /// <summary>The value to write.</summary>
    public static string Print(XenbusState state) => ((int)state).ToString();
}
