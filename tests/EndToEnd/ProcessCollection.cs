using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>Tests that start processes run alone, after the others: what they wait for must not wait for two cores full of other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class ProcessCollection
{
    public const string Name = "processes";
}
