using System.Globalization;
using System.Text;
using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Linux;

/// <summary>gntalloc's limit of pages for the whole system: raised when an allocation needs it.</summary>
/// <remarks>
/// 1024 pages unless somebody raised it, less than one screen of 1280 x 1024. How much of it others use is not to be seen, so an allocation is
/// tried, and when it does not fit the limit is raised by its size: as no more than the limit can be in use, that is enough, and the least that
/// surely is. A full grant table gives the same errno; then the limit is put back.
/// </remarks>
/// <param name="path">The parameter, decimal. At the same place whether gntalloc is a module or built in: it has parameters.</param>
internal sealed class GrantLimit(string path)
{
    /// <summary>Entries of one frame of the grant table, 8 bytes each. C: grant_entry_v1_t in grant_table.h.</summary>
    private const int EntriesPerFrame = SharedPages.PageBytes / 8;

    /// <summary>What helps after an allocation that was refused for want of grants.</summary>
    public const string CountAgain = "so before the next start: rmmod xen_gntalloc; modprobe xen-gntalloc";

    /// <summary>Pages of the whole system; negative for no limit, null when it cannot be read.</summary>
    public long? Pages => Read(out _);

    /// <summary>Whether it can be raised.</summary>
    /// <param name="errno">Why not.</param>
    public bool CanRaise(out int errno)
    {
        int number = Libc.Open(path, OpenFlags.WriteOnly);
        errno = number < 0 ? -number : 0;
        if (number >= 0)
        {
            Libc.Close(number);
        }

        return errno == 0;
    }

    /// <summary>Where it is.</summary>
    public string Path => path;

    /// <summary>Tries an allocation, and again with a higher limit when that may help: <see cref="IGrantAllocator.MaxAttempts"/> times at most.</summary>
    /// <param name="pageCount">Its pages.</param>
    /// <param name="attempt">One attempt; 0 or a negated errno.</param>
    /// <returns>What the last attempt returned, when it was not ENOSPC.</returns>
    /// <exception cref="XenException">It was; the message has the reason, the numbers and the remedy.</exception>
    public int Allocate(int pageCount, Func<int> attempt)
    {
        int result = attempt();
        if (result != -Errno.ENOSPC)
        {
            return result;
        }

        if (Read(out int readError) is not { } limit)
        {
            throw NoSpace(
                pageCount,
                $"gntalloc's limit cannot be raised, since {path} cannot be read ({Errno.Text(readError)}): mount sysfs at /sys, or load or boot with a higher one,"
                + $" as in xen_gntalloc.limit={2 * (long)pageCount}");
        }

        // The kernel compares without a sign, so a negative limit is none.
        if (limit < 0)
        {
            throw TableFull(pageCount, "there is no limit in gntalloc");
        }

        long wanted = Math.Min(limit + pageCount, int.MaxValue);
        int error = Write(wanted);
        if (error != 0)
        {
            string way = error is Errno.EROFS ? $"remount sysfs writable, or boot with xen_gntalloc.limit={wanted}"
                : $"as root, echo {wanted} > {path}, or boot with xen_gntalloc.limit={wanted}";
            throw NoSpace(pageCount, $"they do not fit under gntalloc's limit of {limit} pages, which cannot be raised ({Errno.Text(error)}): {way}");
        }

        result = attempt();
        if (result == -Errno.ENOSPC)
        {
            Write(limit);
            throw TableFull(pageCount, $"gntalloc's limit of {limit} pages was not the reason");
        }

        return result;
    }

    /// <summary>Makes room for an allocation before it is tried, so that a failure has one reason only, and a second attempt is not needed.</summary>
    /// <returns>Whether <see cref="Lower"/> is due when the pages are freed. False also when there is no limit, or none that can be changed.</returns>
    public bool TryRaise(int pageCount) => Read(out _) is >= 0 and { } limit && limit + pageCount <= int.MaxValue && Write(limit + pageCount) == 0;

    /// <summary>Takes back a <see cref="TryRaise"/>. What somebody else changed meanwhile stays changed.</summary>
    public void Lower(int pageCount)
    {
        if (Read(out _) is { } limit && limit >= pageCount)
        {
            Write(limit - pageCount);
        }
    }

    /// <remarks>
    /// A failure behind the limit's check makes gntalloc count one page too few (add_grefs in drivers/xen/gntalloc.c, seen with Linux 6.1). Below
    /// zero its count is above every limit, since it has no sign: it refuses a single page too, whatever the limit, until it is loaded anew.
    /// </remarks>
    private static XenException TableFull(int pageCount, string besides)
    {
        int frames = (pageCount + EntriesPerFrame - 1) / EntriesPerFrame;
        return NoSpace(
            pageCount,
            $"the guest's grant table is full, {besides}: choose a smaller size or depth, or raise max_grant_frames in the guest's xl.cfg by {frames} or more (default 64);"
            + $" gntalloc counts wrongly after this, {CountAgain}");
    }

    private static XenException NoSpace(int pageCount, string remedy) => new("allocate", $"{pageCount} pages", Errno.ENOSPC, remedy);

    private long? Read(out int error)
    {
        // The longest number that fits an int, its sign and a line feed.
        Span<byte> text = stackalloc byte[16];
        int number = Libc.Open(path, OpenFlags.ReadOnly);
        error = number < 0 ? -number : 0;
        if (number < 0)
        {
            return null;
        }

        using Descriptor file = new(number);
        int length = Libc.Read(number, text);
        error = length < 0 ? -length : Errno.EINVAL;
        return length >= 0 && long.TryParse(Encoding.ASCII.GetString(text[..length]).TrimEnd(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long limit)
            ? limit
            : null;
    }

    /// <returns>0, or the errno.</returns>
    private int Write(long pages)
    {
        int number = Libc.Open(path, OpenFlags.WriteOnly | OpenFlags.Truncate);
        if (number < 0)
        {
            return -number;
        }

        using Descriptor file = new(number);
        int result = Libc.Write(number, Encoding.ASCII.GetBytes(pages.ToString(CultureInfo.InvariantCulture)));
        return result < 0 ? -result : 0;
    }
}
