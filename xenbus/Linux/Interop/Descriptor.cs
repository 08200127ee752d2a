using System.Runtime.InteropServices;

namespace Xenbus.Linux.Interop;

/// <summary>Owns a file descriptor from the first line that has it.</summary>
public sealed class Descriptor : SafeHandle
{
    /// <summary>Takes over a descriptor number, which must be open.</summary>
    public Descriptor(int number)
        : base(-1, ownsHandle: true) => SetHandle(number);

    /// <summary>The number, for a call made while this object lives.</summary>
    public int Number => (int)handle;

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <summary>Another descriptor of the same open file.</summary>
    /// <exception cref="XenException">The process has no descriptor left.</exception>
    public Descriptor Duplicate() => Own(Libc.Duplicate(Number), "duplicate", "a descriptor");

    /// <summary>Takes over the result of a call, or throws what it says.</summary>
    internal static Descriptor Own(int result, string operation, string what, string? remedy = null) =>
        result >= 0 ? new Descriptor(result) : throw new XenException(operation, what, -result, remedy);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
