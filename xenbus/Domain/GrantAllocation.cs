namespace Xenbus.Domain;

/// <summary>Pages that a grant allocator gave out.</summary>
/// <param name="Index">Byte offset of the first page in the allocator's file, a multiple of 4096.</param>
/// <param name="Peer">The domain that may map them.</param>
/// <param name="References">One for each page, in the order of the pages; neither sorted nor consecutive.</param>
public readonly record struct GrantAllocation(ulong Index, DomainId Peer, GrantReference[] References);
