using Xenbus.Domain;

namespace Xenbus.Devices;

/// <summary>One device as the toolstack made it.</summary>
/// <param name="Type">As in <c>vfb</c>.</param>
/// <param name="Id">Number of the device among its type.</param>
/// <param name="FrontendPath">Our directory, relative to the domain's own: <c>device/vfb/0</c>.</param>
/// <param name="BackendPath">The backend's directory, absolute.</param>
/// <param name="Backend">The domain that serves it.</param>
public sealed record DeviceIdentity(string Type, int Id, string FrontendPath, string BackendPath, DomainId Backend)
{
    /// <summary>For people: <c>vfb/0</c>.</summary>
    public string Name => $"{Type}/{Id}";

    /// <summary>
    /// Whether the backend's path has the shape that a toolstack gives it. The guest's other programs can write our directory, so the path is not
    /// believed further than that.
    /// </summary>
    /// <param name="ownDomain">Our domain.</param>
    public bool IsPlausible(DomainId ownDomain)
    {
        string prefix = $"/local/domain/{Backend}/backend/";
        string suffix = $"/{ownDomain}/{Id}";
        return BackendPath.StartsWith(prefix, StringComparison.Ordinal)
            && BackendPath.EndsWith(suffix, StringComparison.Ordinal)
            && BackendPath.Length > prefix.Length + suffix.Length
            && BackendPath.AsSpan(prefix.Length, BackendPath.Length - prefix.Length - suffix.Length).IndexOf('/') < 0;
    }
}
