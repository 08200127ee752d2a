namespace Xenbus.Devices;

/// <summary>Nodes of our directory that name pages or a port: whoever finds them knows that somebody published.</summary>
public static class PublishedNodes
{
    /// <summary>Frame number of the shared page.</summary>
    public const string PageReference = "page-ref";

    /// <summary>Grant reference of the shared page.</summary>
    public const string PageGrant = "page-gref";

    /// <summary>Event channel port.</summary>
    public const string EventChannel = "event-channel";

    internal static readonly string[] All = [PageReference, PageGrant, EventChannel];
}
