using System.Buffers.Binary;
using Xenbus.Domain;
using Xenbus.Loopback;
using Xenbus.Wire;

namespace XenFbFront.Tests.Support;

/// <summary>The guest kernel's own driver of one device, as drivers/video/fbdev/xen-fbfront.c and drivers/input/misc/xen-kbdfront.c behave.</summary>
/// <remarks>
/// It keeps its state in a variable and never looks at its own node; it answers Closing and Closed of the backend with Closed; and unbinding it frees
/// its pages at once, whether the backend maps them or not.
/// </remarks>
internal sealed class KernelFrontend : IDisposable
{
    private const int Width = 32, Height = 16, PixelBytes = Width * Height * 4;

    private readonly SimulatedSystem _system;
    private readonly string _type;
    private readonly int _id;
    private readonly IGrantAllocator _grants;
    private readonly IEventChannels _channels;
    private XenbusState _state;

    public KernelFrontend(SimulatedSystem system, string type, int id, int checkError, int unbindError)
    {
        (_system, _type, _id) = (system, type, id);
        LoopbackDomain domain = new(system.Hypervisor, SimulatedSystem.Guest);
        _grants = domain.OpenGrantAllocator();
        _channels = domain.OpenEventChannels();
        system.WriteNode(type, "page-ref", Fill(domain).ToString(), id);
        system.WriteNode(type, "event-channel", _channels.BindUnbound(DomainId.Zero).ToString(), id);
        if (type == "vfb")
        {
            system.WriteNode(type, "protocol", "x86_64-abi", id);
            system.WriteNode(type, "feature-update", "1", id);
        }

        SwitchState(XenbusState.Initialised);
        system.Toolstack.BindKernelDriver(type, SimulatedSystem.Guest, id, new(new(type, null, type == "vfb" ? "xenfb_init" : "xenkbd_init"))
        {
            CheckError = checkError,
            UnbindError = unbindError,
            Unbound = Remove,
        });
        IsBound = true;
    }

    public bool IsBound { get; private set; }

    /// <summary>What xenbus_otherend_changed does when the backend's state changes.</summary>
    public bool Turn()
    {
        XenbusState backend = IsBound ? _system.BackendState(_type, _id) : XenbusState.Unknown;
        XenbusState next = backend switch
        {
            XenbusState.InitWait or XenbusState.Connected when _state == XenbusState.Initialised => XenbusState.Connected,
            XenbusState.Closing or XenbusState.Closed => XenbusState.Closed,
            _ => _state,
        };
        if (next == _state)
        {
            return false;
        }

        SwitchState(next);
        return true;
    }

    public void UnbindByHand() => _system.Toolstack.UnbindKernelDriver(_type, SimulatedSystem.Guest, _id);

    public void Dispose()
    {
        _grants.Dispose();
        _channels.Dispose();
    }

    private void Remove()
    {
        IsBound = false;
        Dispose();
        SwitchState(XenbusState.Closed);
    }

    /// <summary>Writes only what it does not believe to be there already, and only while the directory is there.</summary>
    private void SwitchState(XenbusState state)
    {
        if (_state != state && _system.Node(_type, "state", _id) is not null)
        {
            _state = state;
            _system.WriteNode(_type, "state", XenbusStates.Print(state), _id);
        }
    }

    /// <summary>The shared page, for a framebuffer with geometry and directory at the offsets of io/fbif.h. Mappings are dropped: the kernel's are no files.</summary>
    private GuestFrame Fill(LoopbackDomain domain)
    {
        using SharedPages page = Allocate(domain, 1, out GuestFrame[] frames);
        if (_type == "vfb")
        {
            using SharedPages pixels = Allocate(domain, (PixelBytes + SharedPages.PageBytes - 1) / SharedPages.PageBytes, out GuestFrame[] pixelFrames);
            using SharedPages directory = Allocate(domain, 1, out GuestFrame[] directoryFrame);
            for (int i = 0; i < pixelFrames.Length; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(directory.Bytes[(i * 8)..], pixelFrames[i].Value);
            }

            BinaryPrimitives.WriteUInt64LittleEndian(page.Bytes[40..], directoryFrame[0].Value);
            int[] words = [Width, Height, Width * 4, PixelBytes, 32];
            for (int i = 0; i < words.Length; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(page.Bytes[(16 + i * 4)..], words[i]);
            }
        }

        return frames[0];
    }

    private SharedPages Allocate(LoopbackDomain domain, int pageCount, out GuestFrame[] frames)
    {
        GrantAllocation allocation = _grants.Allocate(DomainId.Zero, pageCount, isWritable: true);
        SharedPages pages = _grants.Map(allocation.Index, pageCount);
        frames = new GuestFrame[pageCount];
        domain.ResolveFrames(pages, frames);
        return pages;
    }
}
