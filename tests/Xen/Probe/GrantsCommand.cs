using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;

namespace XenFbFront.Probe;

/// <summary>Another user of gntalloc, who wants all that the grant table has.</summary>
internal static class GrantsCommand
{
    /// <summary>Takes grants one by one until there is none, gives some back, tells and waits. Prints <c>holds N, left M</c>.</summary>
    /// <remarks>What it wants is refused twice, so that gntalloc counts two pages too few once it has ended.</remarks>
    /// <param name="left">Grants to be given back.</param>
    /// <returns>0; 1 when there were not so many.</returns>
    public static int Run(int left)
    {
        using IGrantAllocator allocator = new LinuxDomain().OpenGrantAllocator();
        Stack<ulong> held = new();
        try
        {
            while (true)
            {
                held.Push(allocator.Allocate(DomainId.Zero, 1, isWritable: false).Index);
            }
        }
        catch (XenException e) when (e.ErrorNumber == Errno.ENOSPC)
        {
            Console.Error.WriteLine($"probe: {e.Message}");
        }

        for (int i = 0; i < left; i++)
        {
            if (!held.TryPop(out ulong index) || !allocator.Free(index, 1))
            {
                Console.Error.WriteLine($"probe: {i} grants can be given back, not {left}");
                return 1;
            }
        }

        Console.WriteLine($"holds {held.Count}, left {left}");
        Console.Out.Flush();
        while (Console.In.Read() >= 0)
        {
        }

        return 0;
    }
}
