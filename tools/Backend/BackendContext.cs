using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Xenstore;

namespace XenFbFront.Backend;

/// <summary>What the devices of one host share.</summary>
internal sealed class BackendContext
{
    /// <summary>The host.</summary>
    public required BackendHost Host { get; init; }

    /// <summary>The host's settings.</summary>
    public required BackendOptions Options { get; init; }

    /// <summary>The loop that everything runs on.</summary>
    public required EventLoop Loop { get; init; }

    /// <summary>The host's connection.</summary>
    public required XenstoreClient Xenstore { get; init; }

    /// <summary>The host's ports.</summary>
    public required IEventChannels Channels { get; init; }

    /// <summary>The way to guests' pages.</summary>
    public required IForeignMemory Memory { get; init; }

    /// <summary>Takes one line for a person.</summary>
    public required Action<string> Log { get; init; }

    /// <summary>Which device a port belongs to.</summary>
    public Dictionary<EventChannelPort, BackendDevice> Ports { get; } = [];
}
