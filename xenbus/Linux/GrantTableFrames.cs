using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>PV: Xen's own table of this domain's grants, mapped by /dev/xen/privcmd; the entry of a page's grant has its machine frame.</summary>
/// <remarks>
/// For kernels that show no memory of theirs. Kernels since the fix of XSA-482 refuse it unless they are told otherwise. The proof is of the same kind
/// as that of <see cref="P2mFrames"/>: the first two entries are the toolstack's and have the frames of the console's and xenstore's rings, which
/// xenstore names, and an entry of ours must grant to the domain that we granted to.
/// </remarks>
/// <param name="paths">Where what is.</param>
/// <param name="privcmd">The device.</param>
/// <param name="readNode">Reads a node below the domain's own directory in xenstore; null when there is none.</param>
internal sealed unsafe class GrantTableFrames(LinuxPaths paths, IPrivcmd privcmd, Func<string, string?> readNode) : IFrameResolver
{
    /// <summary>Operations on grant tables. C: xen/grant_table.h.</summary>
    public const uint GNTTABOP_setup_table = 2, GNTTABOP_query_size = 6, GNTTABOP_get_version = 10;

    /// <summary>References of the toolstack's own grants. C: xen/grant_table.h.</summary>
    public const uint GNTTAB_RESERVED_CONSOLE = 0, GNTTAB_RESERVED_XENSTORE = 1;

    /// <summary>This domain, whichever number it has. C: DOMID_SELF in xen/xen.h.</summary>
    public const ushort DOMID_SELF = 0x7ff0;

    /// <summary>The longest table that is mapped: 2 million grants of version 1. Xen's default maximum is 64 frames.</summary>
    private const uint MaxFrameCount = 4096;

    /// <inheritdoc/>
    public string Name => "grant table by privcmd";

    /// <inheritdoc/>
    public bool TryExplain(out string reason)
    {
        try
        {
            bool isFound = TryQuery(out uint frameCount, out uint version, out reason);
            reason = isFound ? $"version {version}, {frameCount} frames" : reason;
            return isFound;
        }
        catch (XenException e)
        {
            reason = e.Message;
            return false;
        }
    }

    /// <inheritdoc/>
    public bool TryResolve(SharedPages pages, Span<GuestFrame> frames, out string reason)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frames.Length, pages.PageCount);
        if (!TryQuery(out uint frameCount, out uint version, out reason))
        {
            return false;
        }

        if (pages.Grants is not { } grants || grants.References.Length != frames.Length)
        {
            reason = "another process allocated these pages, so their grant references are not known";
            return false;
        }

        if (!TryMap(frameCount, out SharedPages? table, out reason))
        {
            return false;
        }

        using (table)
        {
            RingFrames rings = RingFrames.Read(readNode);
            RefuseUnlessReserved(table, version, GNTTAB_RESERVED_CONSOLE, rings.Console, RingFrames.ConsoleNode);
            RefuseUnlessReserved(table, version, GNTTAB_RESERVED_XENSTORE, rings.Xenstore, RingFrames.XenstoreNode);
            for (int i = 0; i < frames.Length; i++)
            {
                frames[i] = new(FrameOf(table, version, grants.References[i], grants.Peer));
            }

            rings.RefuseAmong(Name, frames);
        }

        return true;
    }

    /// <summary>Opens the device and asks for the table's length and version.</summary>
    private bool TryQuery(out uint frameCount, out uint version, out string reason)
    {
        (frameCount, version) = (0, 0);
        if (!GuestType.Is(paths, isTranslated: false, "this is no PV guest, whose frame numbers pagemap tells", out reason))
        {
            return false;
        }

        int errno = privcmd.Open();
        if (errno != 0)
        {
            string path = Path.Combine(paths.Devices, "privcmd");
            reason = $"{path} cannot be opened ({Errno.Text(errno)}): {LinuxDomain.Remedy(errno, "modprobe xen-privcmd", paths) ?? "run as root"}";
            return false;
        }

        errno = GrantTableRoom.Ask(privcmd, out GrantTableRoom table);
        if (errno != 0)
        {
            reason = Explain("hypercalls are refused", errno);
            return false;
        }

        (frameCount, version) = (table.Frames, table.Version);
        reason = string.Empty;
        return table.IsPlausible && frameCount <= MaxFrameCount
            ? true
            : throw Refusal($"status {table.Status}, {frameCount} frames and version {version} are no grant table");
    }

    private bool TryMap(uint frameCount, [NotNullWhen(true)] out SharedPages? table, out string reason)
    {
        table = null;
        // Filled, so that every page of it is there when Xen writes to it.
        GuestFrame[] frames = new GuestFrame[frameCount];
        Array.Fill(frames, new(MachineFrame.Invalid));
        int errno;
        fixed (GuestFrame* numbers = frames)
        {
            GrantTableSetup setup = new() { DomainId = DOMID_SELF, FrameCount = frameCount, Frames = (ulong)numbers };
            errno = privcmd.GrantTableOperation(GNTTABOP_setup_table, &setup);
            if (errno == 0 && setup.Status != 0)
            {
                throw Refusal($"Xen does not tell its frames (status {setup.Status})");
            }
        }

        if (errno != 0)
        {
            reason = Explain("hypercalls are refused", errno);
            return false;
        }

        table = privcmd.MapFrames(new(DOMID_SELF), frames, out errno);
        reason = table is null ? Explain("mapping the grant table is refused", errno) : string.Empty;
        return table is not null;
    }

    private string Explain(string what, int errno)
    {
        string? lockdown = new KernelPolicy(paths).Lockdown;
        string remedy = (errno, lockdown) switch
        {
            (Errno.EPERM, "integrity" or KernelPolicy.Confidentiality) => $"the kernel has the fix of XSA-482, and lockdown={lockdown} forbids its exception: boot with lockdown=none and xen_privcmd.unrestricted=1",
            (Errno.EPERM, _) => "the kernel has the fix of XSA-482: boot with xen_privcmd.unrestricted=1, or load the module with unrestricted=1",
            (Errno.EFAULT, _) => "its memory was swapped out at that moment: start again",
            _ => "use a kernel whose xen-privcmd allows them",
        };
        return $"{what} ({Errno.Text(errno)}): {remedy}";
    }

    private static void RefuseUnlessReserved(SharedPages table, uint version, uint reference, ulong? ring, string node)
    {
        ulong wanted = ring ?? throw Refusal($"xenstore has no {node} to check the table by");
        (ushort flags, _, ulong frame) = Entry(table, version, new(reference));
        if (!IsAccess(flags) || frame != wanted)
        {
            throw Refusal($"entry {reference} has flags {flags:x} and frame {frame:x}, not the frame {wanted:x} of {node}");
        }
    }

    private static ulong FrameOf(SharedPages table, uint version, GrantReference reference, DomainId peer)
    {
        (ushort flags, ushort domain, ulong frame) = Entry(table, version, reference);
        return IsAccess(flags) && domain == peer.Value && MachineFrame.IsPlausible(frame)
            ? frame
            : throw Refusal($"entry {reference} has flags {flags:x}, domain {domain} and frame {frame:x}, which is no grant to domain {peer}");
    }

    private static (ushort Flags, ushort Domain, ulong Frame) Entry(SharedPages table, uint version, GrantReference reference)
    {
        ReadOnlySpan<GrantEntry> entries = MemoryMarshal.Cast<byte, GrantEntry>((ReadOnlySpan<byte>)table.Bytes);
        ReadOnlySpan<GrantEntry2> entries2 = MemoryMarshal.Cast<byte, GrantEntry2>((ReadOnlySpan<byte>)table.Bytes);
        int count = version == 1 ? entries.Length : entries2.Length;
        if (reference.Value >= (uint)count)
        {
            throw Refusal($"entry {reference} lies behind its {count} entries");
        }

        int index = (int)reference.Value;
        return version == 1
            ? (entries[index].Flags, entries[index].DomainId, entries[index].Frame)
            : (entries2[index].Flags, entries2[index].DomainId, entries2[index].Frame);
    }

    private static bool IsAccess(ushort flags) => (flags & GrantEntry.GTF_type_mask) == GrantEntry.GTF_permit_access;

    private static XenException Refusal(string reason) => new("trust", "the grant table", 0, reason + "; no frame number is guessed");
}
