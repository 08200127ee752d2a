using System.Globalization;
using Xenbus.Domain;

namespace Xenbus.Linux;

/// <summary>Frames of the two rings that the toolstack gave this domain: to xenstore and of the console. Xenstore names both, which makes them a proof.</summary>
/// <param name="Xenstore">Null when it is not named.</param>
/// <param name="Console">Null when it is not named.</param>
internal readonly record struct RingFrames(ulong? Xenstore, ulong? Console)
{
    /// <summary>Nodes below the domain's own directory. C: docs/misc/xenstore-paths.pandoc.</summary>
    public const string XenstoreNode = "store/ring-ref", ConsoleNode = "console/ring-ref";

    /// <summary>Reads both. They change when the guest is restored.</summary>
    /// <param name="readNode">Reads a node below the domain's own directory in xenstore; null when there is none.</param>
    /// <exception cref="XenException">Xenstore does not answer.</exception>
    public static RingFrames Read(Func<string, string?> readNode) => new(Parse(readNode(XenstoreNode)), Parse(readNode(ConsoleNode)));

    /// <summary>Refuses pages that would be a ring: whoever allocated them cannot have got those.</summary>
    /// <param name="way">Name of the way by which the frames were found.</param>
    /// <param name="frames">Of the pages.</param>
    /// <exception cref="XenException">One is.</exception>
    public void RefuseAmong(string way, ReadOnlySpan<GuestFrame> frames)
    {
        foreach (GuestFrame frame in frames)
        {
            if (frame.Value == Xenstore || frame.Value == Console)
            {
                throw new XenException("find frame numbers by", way, 0, $"frame {frame} came out, which is the ring of {(frame.Value == Xenstore ? "xenstore" : "the console")}");
            }
        }
    }

    private static ulong? Parse(string? text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong frame) && MachineFrame.IsPlausible(frame) ? frame : null;
}
