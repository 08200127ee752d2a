using Microsoft.Extensions.Logging;
using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Xenstore;

namespace Xenbus.Devices;

/// <summary>What all devices of a process share; <c>LookAgain</c> makes the host look whether the domain was restored.</summary>
internal sealed record FrontendServices(
    IDomain Domain,
    EventLoop Loop,
    XenstoreClient Xenstore,
    DomainLife Life,
    EventChannelDispatcher Dispatcher,
    IGrantAllocator Allocator,
    ConnectionMemory Memory,
    RetiredPages Retired,
    IDescriptorStore Descriptors,
    FrontendHostOptions Options,
    ILogger Logger,
    Action LookAgain)
{
    /// <summary>Sees everything that passes, or null.</summary>
    public IFrontendTrace? Trace { get; set; }
}
