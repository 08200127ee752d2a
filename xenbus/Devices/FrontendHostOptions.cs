namespace Xenbus.Devices;

/// <summary>What a program wants of <see cref="FrontendHost"/>.</summary>
public sealed record FrontendHostOptions
{
    /// <summary>Whether devices are taken from kernel drivers that hold them. Else they are refused.</summary>
    public bool TakesFromKernel { get; init; }

    /// <summary>
    /// Grants of the guest that must be free beside those of a device when its pages are allocated, for disks and network; 0 for no care. A device for
    /// which there are not enough is given up.
    /// </summary>
    public int GrantReserve { get; init; }

    /// <summary>How a person asks for <see cref="TakesFromKernel"/> and what it costs, told with a refusal; null when the program has no way.</summary>
    public string? HowToTake { get; init; }
}
