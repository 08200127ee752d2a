using Xenbus.Linux.Interop;

namespace Xenbus;

/// <summary>The environment refused something: says which operation, on what, why, and what to do where that is known.</summary>
/// <param name="operation">Verb, as in <c>open</c>.</param>
/// <param name="target">Device or path.</param>
/// <param name="errno">Linux error number, 0 when there is none.</param>
/// <param name="remedy">What a person can do, one sentence without a full stop, or null.</param>
public class XenException(string operation, string target, int errno, string? remedy = null)
    : Exception(Compose(operation, target, errno, remedy))
{
    /// <summary>Verb.</summary>
    public string Operation => operation;

    /// <summary>Device or path.</summary>
    public string Target => target;

    /// <summary>Linux error number, 0 when there is none.</summary>
    public int ErrorNumber => errno;

    /// <summary>What a person can do, or null.</summary>
    public string? Remedy => remedy;

    /// <summary>Throws what a call's result says if it is a negated errno.</summary>
    internal static void ThrowIfRefused(int result, string operation, string target, string? remedy = null)
    {
        if (result < 0)
        {
            throw new XenException(operation, target, -result, remedy);
        }
    }

    private static string Compose(string operation, string target, int errno, string? remedy)
    {
        string reason = errno == 0 ? string.Empty : $": {Errno.Text(errno)}";
        return remedy is null ? $"{operation} {target}{reason}" : $"{operation} {target}{reason}: {remedy}";
    }
}
