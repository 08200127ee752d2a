namespace Xenbus.Domain;

/// <summary>A backend's way to the pages of another domain.</summary>
public interface IForeignMemory : IDisposable
{
    /// <summary>Maps frames of another domain one after another, as QEMU's xenfb does: no grant is asked for, nobody is told.</summary>
    /// <exception cref="XenException">A frame does not belong to that domain.</exception>
    SharedPages MapFrames(DomainId owner, ReadOnlySpan<GuestFrame> frames, bool isWritable);

    /// <summary>Maps granted pages one after another.</summary>
    /// <exception cref="XenException">A reference was not granted to us, or not for writing.</exception>
    SharedPages MapGrants(DomainId owner, ReadOnlySpan<GrantReference> references, bool isWritable);
}
