namespace Xenbus.Domain;

/// <summary>Frame number under which another domain can map a page: PFN on PVH and HVM, machine frame on PV.</summary>
public readonly record struct GuestFrame(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}
