using Xunit;

namespace XenFbFront.Tests.Support;

/// <summary>Tests that count what is left of descriptors and mappings run while no other test runs.</summary>
/// <remarks>
/// Some tests start processes. Between fork and exec the child has copies of every descriptor of this process, so a socket that a simulation
/// has closed is seen closed by its other end only a moment later, at no point of the virtual clock.
/// </remarks>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SimulationCollection
{
    public const string Name = "Simulation";
}
