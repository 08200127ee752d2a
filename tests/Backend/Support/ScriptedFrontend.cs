using System.Buffers.Binary;
using Xenbus.Domain;
using Xenbus.Loopback;
using Xenbus.Wire;

namespace XenFbFront.Tests.Backend.Support;

/// <summary>A frontend made by hand: writes nodes and pages byte by byte as a test wants them, right or wrong.</summary>
internal class ScriptedFrontend : IDisposable
{
    private readonly BackendRig _rig;
    private readonly IGrantAllocator _grants;
    private readonly IEventChannels _channels;
    private readonly List<SharedPages> _mappings = [];
    private readonly LoopbackDomain _domain;

    public ScriptedFrontend(BackendRig rig, string type, int id = 0)
    {
        _rig = rig;
        Type = type;
        Id = id;
        _domain = new(rig.Hypervisor, BackendRig.Guest);
        _grants = _domain.OpenGrantAllocator();
        _channels = _domain.OpenEventChannels();
        Port = _channels.BindUnbound(DomainId.Zero);
        Page = Allocate(1, out GuestFrame[] frames);
        PageFrame = frames[0];
        rig.AddDevice(type, id);
    }

    public string Type { get; }

    public int Id { get; }

    public SharedPages Page { get; }

    public GuestFrame PageFrame { get; }

    public EventChannelPort Port { get; private set; }

    public string Path => LoopbackToolstack.FrontendPath(Type, BackendRig.Guest, Id);

    public XenbusState BackendState => _rig.BackendState(Type, Id);

    protected BackendRig Rig => _rig;

    public SharedPages Allocate(int pageCount, out GuestFrame[] frames)
    {
        GrantAllocation allocation = _grants.Allocate(DomainId.Zero, pageCount, isWritable: true);
        SharedPages pages = _grants.Map(allocation.Index, pageCount);
        _mappings.Add(pages);
        frames = new GuestFrame[pageCount];
        _domain.ResolveFrames(pages, frames);
        return pages;
    }

    public void Write(string name, object value)
    {
        _rig.Toolstack.Write($"{Path}/{name}", value.ToString()!);
    }

    public void SetState(XenbusState state)
    {
        Write("state", (int)state);
        _rig.Settle();
    }

    public void SetWord(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Page.Bytes[offset..], value);

    public uint Word(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Page.Bytes[offset..]);

    public void WriteRingNodes()
    {
        Write("page-ref", PageFrame);
        Write("event-channel", Port);
    }

    public void Notify()
    {
        _channels.Notify(Port);
        _rig.Settle();
    }

    /// <summary>Whether the backend has notified since the last call.</summary>
    public bool TakeNotification()
    {
        EventChannelPort[] ports = new EventChannelPort[4];
        int count = _channels.ReadPending(ports);
        for (int i = 0; i < count; i++)
        {
            _channels.Unmask(ports[i]);
        }

        return count > 0;
    }

    public void RenewPort() => Port = _channels.BindUnbound(DomainId.Zero);

    public void Dispose()
    {
        foreach (SharedPages pages in _mappings)
        {
            pages.Dispose();
        }

        _grants.Dispose();
        _channels.Dispose();
    }
}
