using Xenbus.Domain;
using Xenbus.Wire;

namespace XenFbFront.Backend;

/// <summary>One end of a device has another state, or the backend has written its state once more.</summary>
/// <param name="Type"><c>vfb</c> or <c>vkbd</c>.</param>
/// <param name="Domain">The guest.</param>
/// <param name="Id">Number of the device in the guest.</param>
/// <param name="Frontend">The guest's end, as read last.</param>
/// <param name="Backend">Our end.</param>
public readonly record struct DeviceStateChange(string Type, DomainId Domain, int Id, XenbusState Frontend, XenbusState Backend);
