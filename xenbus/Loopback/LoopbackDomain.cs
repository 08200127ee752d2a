using System.Text;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>A domain of the loopback: the same seam as a real domain, on a machine without Xen.</summary>
/// <remarks>
/// Every file is a socket whose other end is the hypervisor's, in another process or in this one. What hangs on a file lives until the last
/// descriptor of the socket is closed in whichever process, as with the kernel's devices.
/// </remarks>
public sealed class LoopbackDomain : IBackendDomain
{
    private readonly Func<LoopbackFileKind, Descriptor> _open;
    private readonly Func<bool>? _pump;
    private readonly bool _isGuest;
    private readonly bool _mapsForeignPages;
    private readonly LoopbackMappings _mappings = new();

    /// <summary>A domain of a hypervisor in this process.</summary>
    /// <param name="hypervisor">When it is not started on a thread of its own, it runs whenever this domain waits for an answer.</param>
    /// <param name="domain">Known to the hypervisor: domain 0, or added by the toolstack.</param>
    public LoopbackDomain(Hypervisor hypervisor, DomainId domain)
        : this(kind => hypervisor.Connect(domain, kind), hypervisor.StepForClient, domain != DomainId.Zero, mapsForeignPages: true, $"loopback domain {domain} here")
    {
    }

    private LoopbackDomain(Func<LoopbackFileKind, Descriptor> open, Func<bool>? pump, bool isGuest, bool mapsForeignPages, string description)
    {
        _open = open;
        _pump = pump;
        _isGuest = isGuest;
        _mapsForeignPages = mapsForeignPages;
        Description = description;
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>A domain of a hypervisor in another process.</summary>
    /// <param name="path">The domain's directory, which stands for its <c>/dev/xen</c>, as in <c>DIR/dom1</c>.</param>
    /// <exception cref="XenException">There is no loopback.</exception>
    public static LoopbackDomain FromDirectory(string path)
    {
        string xenstore = Path.Combine(path, LoopbackProtocol.FileName(LoopbackFileKind.Xenstore));
        // C: O_PATH in asm-generic/fcntl.h; sockets cannot be opened otherwise.
        const int pathOnly = 0x200000;
        int probe = Libc.Open(xenstore, pathOnly);
        if (probe < 0)
        {
            throw new XenException("open", xenstore, -probe, probe == -Errno.EACCES ? "only the user who runs tools/Loopback may, and root" : StartFirst);
        }

        Libc.Close(probe);

        // Only domain 0's has the way to other domains' pages, and the directory may be mounted elsewhere under another name.
        bool isGuest = !Libc.Exists(Path.Combine(path, LoopbackProtocol.FileName(LoopbackFileKind.ForeignMemory)));
        return new(kind => Connect(path, kind), null, isGuest, mapsForeignPages: !isGuest, $"loopback domain at {path}");
    }

    /// <inheritdoc/>
    public IXenstoreChannel OpenXenstore() =>
        new LoopbackXenstoreChannel(_open(LoopbackFileKind.Xenstore), Target(LoopbackFileKind.Xenstore), _isGuest, _pump);

    /// <inheritdoc/>
    public IEventChannels OpenEventChannels() => AdoptEventChannels(_open(LoopbackFileKind.EventChannels));

    /// <inheritdoc/>
    public IEventChannels AdoptEventChannels(Descriptor file) => new LoopbackEventChannels(Connection(file, LoopbackFileKind.EventChannels));

    /// <inheritdoc/>
    public IGrantAllocator OpenGrantAllocator() => AdoptGrantAllocator(_open(LoopbackFileKind.GrantAllocator));

    /// <inheritdoc/>
    public IGrantAllocator AdoptGrantAllocator(Descriptor file) =>
        new LoopbackGrantAllocator(Connection(file, LoopbackFileKind.GrantAllocator), _mappings);

    /// <inheritdoc/>
    public IDisposable HoldReserve(DomainId peer, int reserve, int needed)
    {
        IGrantAllocator allocator = OpenGrantAllocator();
        try
        {
            allocator.Allocate(peer, reserve, isWritable: false);
            allocator.Free(allocator.Allocate(peer, needed, isWritable: false).Index, needed);
            return allocator;
        }
        catch
        {
            allocator.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IForeignMemory OpenForeignMemory()
    {
        if (!_mapsForeignPages)
        {
            throw new XenException("open", Target(LoopbackFileKind.ForeignMemory), Errno.EACCES, "of the directories only domain 0's lets backends map pages");
        }

        return new LoopbackForeignMemory(Connection(_open(LoopbackFileKind.ForeignMemory), LoopbackFileKind.ForeignMemory));
    }

    /// <inheritdoc/>
    public void ResolveFrames(SharedPages pages, Span<GuestFrame> frames)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frames.Length, pages.PageCount);
        LoopbackGrantAllocator allocator = _mappings.Find(pages.Address)
            ?? throw new XenException("resolve", $"pages at {pages.Index}", Errno.ENOENT, "they were not mapped by a grant allocator of this domain");
        allocator.ResolveFrames(pages.Index, frames);
    }

    /// <inheritdoc/>
    public KernelDriver? KernelDriverOf(string type, int id)
    {
        using LoopbackConnection bus = OpenBus();
        LoopbackAnswer answer = bus.Request(LoopbackOperation.FindDriver, (uint)id, 0, LoopbackProtocol.Pack(type));
        if (answer.Value == 0)
        {
            return null;
        }

        byte[] text = new byte[answer.EntryCount * sizeof(ulong)];
        for (int i = 0; i < answer.EntryCount; i++)
        {
            BitConverter.TryWriteBytes(text.AsSpan(i * sizeof(ulong)), answer[i]);
        }

        string[] names = Encoding.ASCII.GetString(text, 0, (int)Math.Min((ulong)text.Length, answer.Value)).Split('\n');
        return names is [var name, var module, var initFunction] ? new(name, OrNull(module), OrNull(initFunction)) : null;

        static string? OrNull(string text) => text.Length == 0 ? null : text;
    }

    /// <inheritdoc/>
    public void CheckUnbind(string type, int id) => AskBus(LoopbackOperation.CheckUnbindDriver, type, id);

    /// <inheritdoc/>
    public void UnbindKernelDriver(string type, int id) => AskBus(LoopbackOperation.UnbindDriver, type, id);

    private const string StartFirst = "start tools/Loopback first";

    private static Descriptor Connect(string path, LoopbackFileKind kind)
    {
        string socket = Path.Combine(path, LoopbackProtocol.FileName(kind));
        return Descriptor.Own(Libc.Connect(socket, LoopbackProtocol.SocketType(kind)), "open", socket, StartFirst);
    }

    private void AskBus(LoopbackOperation operation, string type, int id)
    {
        using LoopbackConnection bus = OpenBus();
        int status = bus.Request(operation, (uint)id, 0, LoopbackProtocol.Pack(type)).Status;
        if (status != 0)
        {
            throw new XenException("unbind", $"{type}/{id}", status);
        }
    }

    private LoopbackConnection OpenBus() => Connection(_open(LoopbackFileKind.Bus), LoopbackFileKind.Bus);

    private LoopbackConnection Connection(Descriptor file, LoopbackFileKind kind) => new(file, Target(kind), _pump);

    private string Target(LoopbackFileKind kind) => $"{LoopbackProtocol.FileName(kind)} of {Description}";
}
