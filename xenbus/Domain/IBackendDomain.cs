namespace Xenbus.Domain;

/// <summary>A domain that can serve devices: it may also map the pages of other domains.</summary>
public interface IBackendDomain : IDomain
{
    /// <summary>Opens the way to other domains' pages.</summary>
    /// <exception cref="XenException">It is missing or forbidden here.</exception>
    IForeignMemory OpenForeignMemory();
}
