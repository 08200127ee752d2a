namespace Xenbus.Linux;

/// <summary>A way to read the kernel's memory.</summary>
internal interface IKernelMemory
{
    /// <summary>One word for people, as in <c>kcore</c>.</summary>
    string Name { get; }

    /// <summary>Opens what it needs, once; it stays open.</summary>
    /// <param name="reason">What is in its way and the remedy, when it cannot.</param>
    bool TryOpen(out string reason);

    /// <summary>To be called before each series of reads: plugged-in memory may have moved things.</summary>
    /// <param name="reason">As for <see cref="TryRead"/>.</param>
    bool TryPrepare(out string reason);

    /// <summary>Reads words.</summary>
    /// <param name="address">Of the first, a multiple of 8.</param>
    /// <param name="words">Filled.</param>
    /// <param name="reason">Why the kernel refuses, when it does; else empty.</param>
    /// <exception cref="XenException">Nothing is at that address.</exception>
    bool TryRead(ulong address, Span<ulong> words, out string reason);
}
