using Microsoft.Extensions.Logging;
using Xenbus.Domain;
using Xenbus.Loop;
using Xenbus.Xenstore;

namespace Xenbus.Devices;

/// <summary>What all devices of a process share.</summary>
internal sealed record FrontendServices(
    IDomain Domain,
    DomainId OwnDomain,
    EventLoop Loop,
    XenstoreClient Xenstore,
    IEventChannels Channels,
    EventChannelDispatcher Dispatcher,
    IGrantAllocator Allocator,
    ConnectionMemory Memory,
    RetiredPages Retired,
    IDescriptorStore Descriptors,
    FrontendHostOptions Options,
    ILogger Logger);
