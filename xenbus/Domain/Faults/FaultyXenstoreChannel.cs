namespace Xenbus.Domain.Faults;

/// <summary>The xenstore channel of a <see cref="FaultyDomain"/>.</summary>
internal sealed class FaultyXenstoreChannel(IXenstoreChannel inner, FaultyDomain domain) : IXenstoreChannel
{
    /// <inheritdoc/>
    public int Descriptor => inner.Descriptor;

    /// <inheritdoc/>
    public bool AllowsRelativePaths => inner.AllowsRelativePaths;

    /// <inheritdoc/>
    public int MaxPayloadBytes => inner.MaxPayloadBytes;

    /// <inheritdoc/>
    public int Write(ReadOnlySpan<byte> message)
    {
        int errno = domain.Before(DomainCall.XenstoreRequest);
        if (errno == 0)
        {
            errno = inner.Write(message);
            domain.After(DomainCall.XenstoreRequest);
        }

        return errno;
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer) => inner.Read(buffer);

    /// <inheritdoc/>
    public bool WaitReadable(TimeSpan timeout) => inner.WaitReadable(timeout);

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
