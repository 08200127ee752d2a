namespace Xenbus.Devices;

/// <summary>A number that a driver tells of its device, for people and for monitoring.</summary>
/// <param name="Name">Lower case with underscores, with its unit where it has one, as in <c>update_pixels</c>.</param>
/// <param name="Value">The present value.</param>
/// <param name="IsCounter">Whether it only grows, from 0 at the start of this process.</param>
/// <param name="Help">What it counts, one sentence without a full stop.</param>
public readonly record struct DeviceFigure(string Name, long Value, bool IsCounter, string Help);
