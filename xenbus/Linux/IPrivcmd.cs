using Xenbus.Domain;

namespace Xenbus.Linux;

/// <summary>What /dev/xen/privcmd lets a program ask of Xen itself.</summary>
internal unsafe interface IPrivcmd
{
    /// <summary>Opens it, once; it stays open.</summary>
    /// <returns>0, or the errno.</returns>
    int Open();

    /// <summary>Makes a hypercall about grants with one argument. C: HYPERVISOR_grant_table_op in xen/grant_table.h.</summary>
    /// <param name="operation">GNTTABOP_*.</param>
    /// <param name="argument">Touched memory: Xen itself reads and writes there.</param>
    /// <returns>0, or the errno.</returns>
    int GrantTableOperation(uint operation, void* argument);

    /// <summary>Maps frames one after another.</summary>
    /// <param name="owner">The domain that they belong to.</param>
    /// <param name="frames">At least one.</param>
    /// <param name="errno">Why it is null.</param>
    SharedPages? MapFrames(DomainId owner, ReadOnlySpan<GuestFrame> frames, out int errno);
}
