using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>The domain this process runs in, on real Xen, through the kernel's devices.</summary>
public sealed class LinuxDomain : IDomain
{
    private const string UseLoopback = "without Xen, use --loopback DIR";

    /// <summary>Refused reserves whose files stay open at most. While a framebuffer is connected its own pages serve as well as their anchors.</summary>
    private const int MaxAnchors = 16;

    private readonly LinuxPaths _paths;
    private readonly List<LinuxGrantAllocator> _anchors = [];

    /// <summary>The domain, with the ways to frame numbers that the project knows.</summary>
    public LinuxDomain()
        : this(new())
    {
    }

    /// <summary>The domain, its files at other places.</summary>
    /// <param name="paths">Where what is.</param>
    /// <param name="resolvers">Ways to frame numbers, tried in this order; null for those that the project knows.</param>
    public LinuxDomain(LinuxPaths paths, IReadOnlyList<IFrameResolver>? resolvers = null)
    {
        _paths = paths;
        FrameResolvers = resolvers ?? DefaultResolvers();
    }

    /// <inheritdoc/>
    public string Description =>
        $"{LinuxPaths.ReadText(GuestTypePath(_paths)) ?? "unknown"} domain of Xen {ReadVersion("major")}.{ReadVersion("minor")}, {_paths.Devices}";

    /// <summary>Ways to frame numbers, in the order in which they are tried.</summary>
    public IReadOnlyList<IFrameResolver> FrameResolvers { get; }

    /// <summary>How many pages gntalloc gives.</summary>
    internal GrantLimit GrantLimit => new(Path.Combine(_paths.Sysfs, "module/xen_gntalloc/parameters/limit"));

    /// <summary>Whether this machine is a domain of Xen.</summary>
    /// <param name="why">When it is not: one sentence, with the way out. Else empty.</param>
    public static bool IsXenGuest(out string why) => IsXenGuest(new(), out why);

    /// <summary>Whether this machine is a domain of Xen.</summary>
    /// <param name="paths">Where what is.</param>
    /// <param name="why">When it is not: one sentence, with the way out. Else empty.</param>
    public static bool IsXenGuest(LinuxPaths paths, out string why)
    {
        string path = Path.Combine(paths.Sysfs, "hypervisor/type");
        string? type = LinuxPaths.ReadText(path);
        why = type switch
        {
            "xen" => string.Empty,
            null when !Libc.Exists(Path.Combine(paths.Sysfs, "kernel")) =>
                $"whether this is a Xen guest cannot be seen without sysfs: mount -t sysfs sysfs {paths.Sysfs}; {UseLoopback}",
            null => $"this is no Xen guest ({path} is missing): {UseLoopback}",
            _ => $"this is a guest of {type}, not of Xen: {UseLoopback}",
        };
        return type == "xen";
    }

    /// <inheritdoc/>
    public IXenstoreChannel OpenXenstore() => XenstoreFileChannel.Open(_paths);

    /// <inheritdoc/>
    public IEventChannels OpenEventChannels() => AdoptEventChannels(OpenDevice("evtchn", "xen-evtchn", OpenFlags.NonBlocking));

    /// <inheritdoc/>
    public IEventChannels AdoptEventChannels(Descriptor file) => new LinuxEventChannels(file);

    /// <inheritdoc/>
    public IGrantAllocator OpenGrantAllocator() => AdoptGrantAllocator(OpenGntalloc());

    /// <inheritdoc/>
    public IGrantAllocator AdoptGrantAllocator(Descriptor file) => Gntalloc(file);

    /// <inheritdoc/>
    public IDisposable HoldReserve(DomainId peer, int reserve, int needed)
    {
        LinuxGrantAllocator allocator = Gntalloc(OpenGntalloc());
        try
        {
            return allocator.HoldReserve(peer, reserve, needed);
        }
        catch (XenException) when (allocator.IsAnchor && _anchors.Count < MaxAnchors)
        {
            _anchors.Add(allocator);
            throw;
        }
        catch
        {
            allocator.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void ResolveFrames(SharedPages pages, Span<GuestFrame> frames)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frames.Length, pages.PageCount);
        string reasons = string.Empty;
        foreach (IFrameResolver resolver in FrameResolvers)
        {
            if (!resolver.TryResolve(pages, frames, out string reason))
            {
                reasons += $"{(reasons.Length == 0 ? string.Empty : "; ")}{resolver.Name}: {reason}";
                continue;
            }

            RefuseDuplicates(resolver, frames);
            return;
        }

        throw new XenException("find frame numbers of", $"{pages.PageCount} pages", 0, reasons);
    }

    /// <inheritdoc/>
    public KernelDriver? KernelDriverOf(string type, int id) => new KernelDrivers(_paths).Find(type, id);

    /// <inheritdoc/>
    public void CheckUnbind(string type, int id) => new KernelDrivers(_paths).CheckUnbind(type, id);

    /// <inheritdoc/>
    public void UnbindKernelDriver(string type, int id) => new KernelDrivers(_paths).Unbind(type, id);

    private static string GuestTypePath(LinuxPaths paths) => Path.Combine(paths.Sysfs, "hypervisor/guest_type");

    /// <summary>Two pages with one number: one of them is wrong, and nobody knows which.</summary>
    private static void RefuseDuplicates(IFrameResolver resolver, ReadOnlySpan<GuestFrame> frames)
    {
        HashSet<ulong> seen = new(frames.Length);
        foreach (GuestFrame frame in frames)
        {
            if (!seen.Add(frame.Value))
            {
                throw new XenException("find frame numbers by", resolver.Name, 0, $"frame {frame} came out for two pages, so none is used");
            }
        }
    }

    private string ReadVersion(string part) => LinuxPaths.ReadText(Path.Combine(_paths.Sysfs, "hypervisor/version", part)) ?? "?";

    private IFrameResolver[] DefaultResolvers()
    {
        P2mSymbols symbols = new(_paths);
        return
        [
            new PagemapFrames(_paths, ReadOwnNode),
            new P2mFrames(_paths, new KernelCore(_paths), symbols, ReadOwnNode),
            new P2mFrames(_paths, new KernelProbe(_paths), symbols, ReadOwnNode),
            new GrantTableFrames(_paths, new Privcmd(_paths), ReadOwnNode),
        ];
    }

    /// <summary>A node below the domain's own directory, read over a connection for this purpose; null when there is none.</summary>
    private string? ReadOwnNode(string path)
    {
        using IXenstoreChannel channel = OpenXenstore();
        return XenstoreNodeReader.Read(channel, path);
    }

    private LinuxGrantAllocator Gntalloc(Descriptor file) => new(new Gntalloc(file), GrantLimit);

    private Descriptor OpenGntalloc() => OpenDevice("gntalloc", "xen-gntalloc", 0);

    private Descriptor OpenDevice(string name, string module, int flags)
    {
        string path = Path.Combine(_paths.Devices, name);
        int result = Libc.Open(path, OpenFlags.ReadWrite | flags);
        return Descriptor.Own(result, "open", path, Remedy(-result, $"modprobe {module}", _paths));
    }

    /// <summary>What to do when a device of Xen cannot be opened.</summary>
    internal static string? Remedy(int errno, string whenMissing, LinuxPaths paths) => errno switch
    {
        Errno.ENOENT or Errno.ENODEV or Errno.ENXIO => IsXenGuest(paths, out string why) ? whenMissing : why,
        Errno.EACCES or Errno.EPERM => "run as root",
        _ => null,
    };
}
