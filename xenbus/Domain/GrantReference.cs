namespace Xenbus.Domain;

/// <summary>Index into the granting domain's grant table. C: grant_ref_t in grant_table.h.</summary>
public readonly record struct GrantReference(uint Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}
