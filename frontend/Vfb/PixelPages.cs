using System.Globalization;
using Xenbus.Devices;
using Xenbus.Domain;

namespace XenFbFront.Vfb;

/// <summary>How many pages of pixels a framebuffer gets.</summary>
/// <param name="context">The device.</param>
/// <param name="options">Sizes that there must be memory for.</param>
internal sealed class PixelPages(DeviceContext context, VfbOptions options)
{
    /// <summary>Our own node: pages of pixels that the backend was told last. It stays when we close, and goes with the directory, as the backend's memory of it does.</summary>
    private const string Node = "xenfbfront-pages";

    /// <summary>
    /// MiB of the kernel's framebuffer, unless the backend's node videoram names less (drivers/video/fbdev/xen-fbfront.c: video, xenfb_probe). The driver's
    /// parameter can name another number; nothing but an open /dev/fb0 would tell it.
    /// </summary>
    private const int KernelMebibytes = 2;

    /// <summary>Bytes that it has when that is less than its picture needs (XENFB_DEFAULT_FB_LEN there: 800x600 at 32 bits).</summary>
    private const int KernelLeastBytes = 800 * 600 * 4;

    /// <summary>
    /// Enough for a geometry and for every size that a person named. Not fewer than the last time: QEMU's viewers go on looking at the memory of the
    /// first connection, and that address is valid only if the new pages take the same room (hw/display/xenfb.c: fb_initialise makes a new console
    /// each time, xenfb_map_fb unmaps what the old one shows).
    /// </summary>
    public int Choose(FramebufferGeometry geometry)
    {
        int before = Before, pages = For(geometry, before);
        if (before > 0 && pages > before)
        {
            Log.ScreenGrew(context.Logger, context.Identity.Name, geometry.ToString(), before);
        }

        return pages;
    }

    /// <summary>What <see cref="Choose"/> would choose.</summary>
    public int For(FramebufferGeometry geometry) => For(geometry, Before);

    private int For(FramebufferGeometry geometry, int before)
    {
        int pages = Math.Max(geometry.Pages, before);
        foreach (ScreenSize size in options.SizesOf(context.Identity.Id))
        {
            pages = Math.Max(pages, geometry.At(size).Pages);
        }

        if (options.MaxSize is { } largest)
        {
            pages = Math.Max(pages, geometry.At(largest).Pages);
        }

        return pages;
    }

    private int Before => context.ReadOwn(Node, 0, 1, FramebufferGeometry.MaxPages);

    /// <summary>Adds the number to what is published, for the next connection's <see cref="Choose"/>.</summary>
    public static void Publish(int pages, IDictionary<string, string> details) => details[Node] = Text(pages);

    /// <summary>The kernel's driver has, or had, the device: its framebuffer's number counts as the last one.</summary>
    /// <exception cref="Xenbus.XenException">Xenstore refuses.</exception>
    public void FollowKernel()
    {
        int mebibytes = context.ReadBackend("videoram", KernelMebibytes, 0, KernelMebibytes);
        int bytes = Math.Max(mebibytes << 20, KernelLeastBytes);
        context.WriteOwnOnce(Node, Text((bytes + SharedPages.PageBytes - 1) / SharedPages.PageBytes));
    }

    private static string Text(int pages) => pages.ToString(CultureInfo.InvariantCulture);
}
