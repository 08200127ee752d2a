using Xenbus.Linux.Interop;

namespace XenFbFront.Content;

/// <summary>Closes descriptors whose release makes the kernel wait, on a thread of its own for each.</summary>
/// <remarks>
/// The only work that is not done on the loop's thread: releasing a vcs device that has been polled waits for an RCU grace period, 20 to 80 ms in
/// which no key would be delivered. The thread owns the descriptor and knows nothing else.
/// </remarks>
internal sealed class DescriptorCloser
{
    private const int StackBytes = 64 * 1024;

    private bool _isClosing;

    /// <summary>Begins to close a descriptor; the caller has it no more.</summary>
    /// <returns>False while the one before is still being closed; the caller keeps its descriptor.</returns>
    public bool TryClose(Descriptor descriptor)
    {
        if (Volatile.Read(ref _isClosing))
        {
            return false;
        }

        _isClosing = true;
        new Thread(Close, StackBytes) { IsBackground = true }.Start(descriptor);
        return true;
    }

    private void Close(object? descriptor)
    {
        ((Descriptor)descriptor!).Dispose();
        Volatile.Write(ref _isClosing, false);
    }
}
