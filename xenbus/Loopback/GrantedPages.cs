using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>Pages that were allocated together: one memory file.</summary>
/// <param name="owner">Whose.</param>
/// <param name="peer">To whom they are granted.</param>
/// <param name="isWritable">Whether the peer may write.</param>
/// <param name="index">Offset in the allocator's file, bytes.</param>
/// <param name="memory">The memory file.</param>
/// <param name="references">One grant reference for each page.</param>
/// <param name="frames">One frame for each page.</param>
internal sealed class GrantedPages(
    DomainId owner,
    DomainId peer,
    bool isWritable,
    ulong index,
    Descriptor memory,
    uint[] references,
    ulong[] frames)
{
    /// <summary>Whose.</summary>
    public DomainId Owner { get; set; } = owner;

    /// <summary>To whom they are granted.</summary>
    public DomainId Peer => peer;

    /// <summary>Whether the peer may write.</summary>
    public bool IsWritable => isWritable;

    /// <summary>Offset in the allocator's file, bytes.</summary>
    public ulong Index => index;

    /// <summary>The memory file.</summary>
    public Descriptor Memory => memory;

    /// <summary>One grant reference for each page.</summary>
    public uint[] References => references;

    /// <summary>One frame for each page.</summary>
    public ulong[] Frames => frames;

    /// <summary>Pages.</summary>
    public int PageCount => frames.Length;

    /// <summary>Whether the file has them: it is open and did not free them.</summary>
    public bool IsHeld { get; set; } = true;

    /// <summary>Whether the kernel uses the memory for something else by now.</summary>
    public bool IsRecycled { get; set; }

    /// <summary>Mappings by the owner.</summary>
    public int OwnMappings { get; set; }

    /// <summary>Whether the grant table has nothing of them, as after a restore; the kernel keeps the references out of use all the same.</summary>
    public bool AreReferencesDead { get; set; }

    /// <summary>Pages that the peer maps by grant: these keep them.</summary>
    public int GrantMappedPages { get; set; }

    /// <summary>Pages that are mapped by frame: these do not keep them.</summary>
    public int ForeignMappedPages { get; set; }
}
