using Xenbus.Linux.Interop;

namespace Xenbus.Devices;

/// <summary>Keeps open files for a successor of this process, as a holder process or a service manager does.</summary>
public interface IDescriptorStore
{
    /// <summary>Gives a copy of the descriptor away under a name; an earlier one of that name is closed. Done before anything that depends on it is published.</summary>
    /// <exception cref="XenException">The holder is gone.</exception>
    void Keep(string name, Descriptor file);

    /// <summary>
    /// The file must stay open until the machine ends, also after this program and its keeper have: closing it would harm the kernel. It is kept
    /// apart from now on and taken by nobody.
    /// </summary>
    /// <param name="name">The name under which it was kept.</param>
    /// <param name="file">Copied.</param>
    void KeepForEver(string name, Descriptor file);

    /// <summary>The keeper closes its copy.</summary>
    void Drop(string name);

    /// <summary>What a predecessor kept under a name, once; the caller owns it. Null when there is nothing.</summary>
    Descriptor? Take(string name);

    /// <summary>Names of everything kept that starts so and was not taken, in no order.</summary>
    string[] Names(string prefix);
}
