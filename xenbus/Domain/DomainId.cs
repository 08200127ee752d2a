namespace Xenbus.Domain;

/// <summary>Number of a domain on one host. C: domid_t in xen.h.</summary>
public readonly record struct DomainId(ushort Value)
{
    /// <summary>The control domain.</summary>
    public static DomainId Zero => new(0);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}
