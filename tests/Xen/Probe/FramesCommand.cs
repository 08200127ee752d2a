using System.Diagnostics;
using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;

namespace XenFbFront.Probe;

/// <summary>The frame numbers of fresh pages by every way.</summary>
internal static class FramesCommand
{
    /// <summary>Reads what stands behind the number of pages.</summary>
    /// <param name="options">Options and their values.</param>
    /// <param name="way">Name of the only way to be gone; null for all.</param>
    /// <param name="dropped">Capabilities to be given up.</param>
    public static bool TryParse(ReadOnlySpan<string> options, out string? way, out int[] dropped)
    {
        way = null;
        dropped = [];
        for (; options is [string option, string value, ..]; options = options[2..])
        {
            switch (option)
            {
                case "--way":
                    way = value;
                    break;
                case "--drop":
                    dropped = [.. value.Split(',').Select(Capabilities.Number)];
                    break;
                default:
                    return false;
            }
        }

        return options.IsEmpty && !dropped.Contains(-1);
    }

    /// <summary>Allocates, tells and waits.</summary>
    /// <remarks>
    /// Prints for each way <c>way NAME: works: …</c>, <c>way NAME: refuses: …</c> or <c>way NAME: fails: …</c> (numbers that cannot be right); for one that works
    /// <c>frames NAME F0 F1 …</c> and <c>time NAME OPEN FIRST AGAIN</c>, milliseconds for explaining and two rounds of resolving; then the same for all ways
    /// together, as the frontend goes them, under the name <c>chain</c>; at last <c>done</c>. Names have hyphens for spaces.
    /// </remarks>
    /// <returns>0; 1 when two ways disagree or one fails.</returns>
    public static int Run(int pageCount, string? onlyWay, int[] dropped)
    {
        LinuxDomain domain = new();
        using IGrantAllocator allocator = domain.OpenGrantAllocator();
        using SharedPages pages = allocator.Map(allocator.Allocate(DomainId.Zero, pageCount, isWritable: false));
        Signature.Write(pages);
        if (dropped.Length > 0 && !Capabilities.TryDrop(dropped))
        {
            Console.Error.WriteLine("probe: the capabilities cannot be given up");
            return 3;
        }

        bool isSound = true;
        GuestFrame[]? agreed = null;
        foreach (IFrameResolver way in domain.FrameResolvers)
        {
            string name = way.Name.Replace(' ', '-');
            if (onlyWay is null || onlyWay == name)
            {
                long start = Stopwatch.GetTimestamp();
                bool isOpen = way.TryExplain(out string reason);
                TimeSpan open = Stopwatch.GetElapsedTime(start);
                isSound &= Try(name, open, isOpen, reason, pages, way.TryResolve, ref agreed);
            }
        }

        if (onlyWay is null)
        {
            LinuxDomain other = new();
            isSound &= Try("chain", TimeSpan.Zero, isOpen: true, string.Empty, pages, Chain, ref agreed);

            bool Chain(SharedPages all, Span<GuestFrame> frames, out string reason)
            {
                reason = string.Empty;
                other.ResolveFrames(all, frames);
                return true;
            }
        }

        Console.WriteLine("done");
        Console.Out.Flush();
        while (Console.In.Read() >= 0)
        {
        }

        return isSound ? 0 : 1;
    }

    private delegate bool Resolve(SharedPages pages, Span<GuestFrame> frames, out string reason);

    /// <returns>Whether nothing went wrong; a refusal is in order.</returns>
    private static bool Try(string name, TimeSpan open, bool isOpen, string opened, SharedPages pages, Resolve resolve, ref GuestFrame[]? agreed)
    {
        if (!isOpen)
        {
            Console.WriteLine($"way {name}: refuses: {opened}");
            return true;
        }

        GuestFrame[] frames = new GuestFrame[pages.PageCount], again = new GuestFrame[pages.PageCount];
        try
        {
            long start = Stopwatch.GetTimestamp();
            bool isResolved = resolve(pages, frames, out string reason);
            TimeSpan first = Stopwatch.GetElapsedTime(start);
            start = Stopwatch.GetTimestamp();
            isResolved = isResolved && resolve(pages, again, out reason);
            TimeSpan second = Stopwatch.GetElapsedTime(start);
            if (!isResolved)
            {
                Console.WriteLine($"way {name}: refuses: {reason}");
                return true;
            }

            Console.WriteLine($"way {name}: works: {opened}");
            Console.WriteLine($"time {name} {open.TotalMilliseconds:f3} {first.TotalMilliseconds:f3} {second.TotalMilliseconds:f3}");
        }
        catch (XenException e)
        {
            Console.WriteLine($"way {name}: fails: {e.Message}");
            return false;
        }

        Console.WriteLine($"frames {name} {string.Join(' ', frames)}");
        agreed ??= frames;
        bool isSame = frames.AsSpan().SequenceEqual(again) && frames.AsSpan().SequenceEqual(agreed);
        if (!isSame)
        {
            Console.WriteLine($"disagree: {name}");
        }

        return isSame;
    }
}
