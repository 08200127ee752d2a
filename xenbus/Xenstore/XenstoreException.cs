namespace Xenbus.Xenstore;

/// <summary>xenstored refused a request, or gave no answer.</summary>
/// <param name="operation">The request, as in <c>read</c>.</param>
/// <param name="path">The node.</param>
/// <param name="errno">The errno that the answer's name stands for.</param>
/// <param name="remedy">What to do, or null.</param>
public sealed class XenstoreException(string operation, string path, int errno, string? remedy = null)
    : XenException($"xenstore {operation}", path, errno, remedy);
