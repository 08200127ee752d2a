using Xenbus.Linux.Interop;

namespace Xenbus.Devices;

/// <summary>Keeps open files for a successor of this process, as a holder process or a service manager does.</summary>
public interface IDescriptorStore
{
    /// <summary>Gives a copy of the descriptor away under a name; an earlier one of that name is closed. Done before anything that depends on it is published.</summary>
    /// <exception cref="XenException">The holder is gone.</exception>
    void Keep(string name, Descriptor file);

    /// <summary>The keeper closes its copy.</summary>
    void Drop(string name);

    /// <summary>What a predecessor kept under a name, once; the caller owns it. Null when there is nothing.</summary>
    Descriptor? Take(string name);

    /// <summary>Names of everything kept that starts so and was not taken, in no order.</summary>
    string[] Names(string prefix);
}
