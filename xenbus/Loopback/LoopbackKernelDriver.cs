using Xenbus.Domain;

namespace Xenbus.Loopback;

/// <summary>A kernel driver of a loopback guest, as far as a program can see it: it holds a device until it is unbound.</summary>
/// <param name="Driver">Its names.</param>
public sealed record LoopbackKernelDriver(KernelDriver Driver)
{
    /// <summary>With which errno opening the way to unbind it is refused; 0 when it is not.</summary>
    public int CheckError { get; init; }

    /// <summary>With which errno unbinding is refused although the way is open; 0 when it is not.</summary>
    public int UnbindError { get; init; }

    /// <summary>Called on the hypervisor's thread when it is unbound: what the driver does then, as freeing its pages.</summary>
    public Action? Unbound { get; init; }
}
