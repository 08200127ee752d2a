using Xenbus.Linux;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using Xenbus.Wire.Fbif;
using XenFbFront.Vfb;

namespace XenFbFront.Doctor;

/// <summary>Is there room for the pages of the screen, and can their frame numbers be found?</summary>
/// <remarks>No page is allocated: an allocation that fails leaves Linux' gntalloc with a wrong count.</remarks>
internal static class GrantsCheck
{
    /// <summary>What is shown when nobody names a size: that of the built-in terminal; a text console is smaller.</summary>
    private static readonly ScreenSize s_usual = new(800, 600);

    /// <summary>Looks.</summary>
    /// <param name="patient">At what.</param>
    /// <param name="domain">The domain on real Xen.</param>
    /// <param name="findings">Gets what was seen.</param>
    /// <param name="isServed">Whether a xenfbfront runs, which has its pages already.</param>
    /// <param name="named">The size that the backend names, or null.</param>
    public static void Run(Patient patient, LinuxDomain domain, Findings findings, bool isServed, ScreenSize? named)
    {
        int pixelPages = PixelPagesOf(patient.Options.Screen, named, out ScreenSize size);
        // The pages that list them, and one each for the rings of vfb and vkbd.
        int pages = PageDirectory.DirectoryPages(ProtocolAbis.Native, pixelPages) + pixelPages + 2;
        ExamineLimit(domain.GrantLimit, findings, isServed, pages, size);
        ExamineTable(patient, findings, isServed, pages);
        ExamineFrames(patient, domain, findings);
    }

    /// <summary>Pages of the largest size that there must be memory for.</summary>
    private static int PixelPagesOf(VfbOptions screen, ScreenSize? named, out ScreenSize size)
    {
        size = screen.SizesOf(0) is [{ } first, ..] ? first : named ?? s_usual;
        int pages = 0;
        foreach (ScreenSize wanted in (ReadOnlySpan<ScreenSize>)[size, .. screen.SizesOf(0), screen.MaxSize ?? size])
        {
            int needed = new FramebufferGeometry(wanted.Width, wanted.Height, screen.Depth).Pages;
            (pages, size) = needed > pages ? (needed, wanted) : (pages, size);
        }

        return pages;
    }

    private static void ExamineLimit(GrantLimit limit, Findings findings, bool isServed, int pages, ScreenSize size)
    {
        const string topic = "gntalloc's limit";
        string needed = $"a screen of {size} needs {pages}";
        if (limit.Pages is not { } present)
        {
            findings.Note(topic, $"{limit.Path} cannot be read, so it is 1024 pages unless somebody changed it; {needed}");
        }
        else if (isServed || present < 0)
        {
            findings.Good(topic, present < 0 ? "there is none" : $"{present} pages, and xenfbfront has its own already");
        }
        else if (present >= pages)
        {
            findings.Good(topic, $"{present} pages for the whole guest; {needed}");
        }
        else if (limit.CanRaise(out int errno))
        {
            findings.Good(topic, $"{present} pages for the whole guest; {needed}, and xenfbfront raises it");
        }
        else
        {
            string other = errno == Errno.EROFS ? "mount -o remount,rw /sys" : $"echo options xen_gntalloc limit={present + pages} > /etc/modprobe.d/xen-gntalloc.conf";
            findings.Bad(topic, $"{present} pages for the whole guest; {needed}, and it cannot be raised ({Errno.Text(errno)})", $"{other}, or boot with xen_gntalloc.limit={present + pages}", errno);
        }
    }

    private static void ExamineTable(Patient patient, Findings findings, bool isServed, int pages)
    {
        const string topic = "grant table";
        Privcmd privcmd = new(patient.Paths);
        GrantTableRoom room = default;
        int errno = privcmd.Open();
        errno = errno != 0 ? errno : GrantTableRoom.Ask(privcmd, out room);
        if (errno != 0 || !room.IsPlausible)
        {
            findings.Note(topic, $"how full it is cannot be seen{(errno == 0 ? string.Empty : $" ({Errno.Text(errno)})")}; when it is too full, xenfbfront says so and leaves {patient.Options.GrantReserve} grants to disks and network");
            return;
        }

        string text = $"{room.Frames} of {room.MaxFrames} frames, so at least {room.SurelyFree} grants are free";
        if (isServed || room.SurelyFree >= pages + patient.Options.GrantReserve)
        {
            findings.Good(topic, text);
        }
        else
        {
            uint frames = (uint)(pages + patient.Options.GrantReserve) / room.EntriesPerFrame + 1;
            findings.Note(topic, $"{text}; {pages} and a reserve of {patient.Options.GrantReserve} are needed", $"max_grant_frames={room.Frames + frames} in the guest's configuration on the host, if xenfbfront says that there is no room");
        }
    }

    private static void ExamineFrames(Patient patient, LinuxDomain domain, Findings findings)
    {
        List<(string Name, string Reason)> closed = [];
        bool isFound = false;
        foreach (IFrameResolver way in domain.FrameResolvers)
        {
            if (!way.TryExplain(out string reason))
            {
                closed.Add((way.Name, reason));
            }
            else
            {
                findings.Good("frame numbers", isFound ? $"also by {way.Name}: {reason}" : $"by {way.Name}: {reason}");
                isFound = true;
            }
        }

        foreach ((string name, string reason) in closed)
        {
            if (isFound)
            {
                findings.Note("frame numbers", $"not by {name}: {reason}");
            }
            else
            {
                findings.Bad("frame numbers", $"not by {name}: {reason}", remedy: null, patient.IsRoot ? 0 : Errno.EPERM);
            }
        }
    }
}
