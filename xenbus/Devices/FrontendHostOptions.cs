namespace Xenbus.Devices;

/// <summary>What a program wants of <see cref="FrontendHost"/>.</summary>
public sealed record FrontendHostOptions
{
    /// <summary>Whether devices are taken from kernel drivers that hold them. Else they are refused.</summary>
    public bool TakesFromKernel { get; init; }

    /// <summary>How a person asks for <see cref="TakesFromKernel"/> and what it costs, told with a refusal; null when the program has no way.</summary>
    public string? HowToTake { get; init; }
}
