using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>Maps the memory files behind other domains' pages, each run of neighbouring pages at once.</summary>
internal sealed unsafe class LoopbackForeignMemory : IForeignMemory
{
    private readonly LoopbackConnection _connection;

    /// <summary>Takes over a connection to a foreign memory file.</summary>
    public LoopbackForeignMemory(LoopbackConnection connection) => _connection = connection;

    /// <inheritdoc/>
    public SharedPages MapFrames(DomainId owner, ReadOnlySpan<GuestFrame> frames, bool isWritable)
    {
        ulong[] numbers = new ulong[frames.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = frames[i].Value;
        }

        return Map(LoopbackOperation.MapFrames, owner, numbers, isWritable, "frames");
    }

    /// <inheritdoc/>
    public SharedPages MapGrants(DomainId owner, ReadOnlySpan<GrantReference> references, bool isWritable)
    {
        ulong[] numbers = new ulong[references.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = references[i].Value;
        }

        return Map(LoopbackOperation.MapGrants, owner, numbers, isWritable, "grants");
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private SharedPages Map(LoopbackOperation operation, DomainId owner, ulong[] numbers, bool isWritable, string what)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numbers.Length, 1);
        nuint lengthBytes = (nuint)numbers.Length * SharedPages.PageBytes;
        byte* address = Libc.ReserveAddresses(lengthBytes, out int errno);
        if (address == null)
        {
            throw new XenException("reserve", $"{numbers.Length} pages of addresses", errno);
        }

        Descriptor? lease = null;
        try
        {
            ulong mapping = 0;
            Span<int> descriptors = stackalloc int[Libc.MaxPassedDescriptors];
            for (int done = 0; done < numbers.Length;)
            {
                ReadOnlySpan<ulong> slice = numbers.AsSpan(done, Math.Min(LoopbackProtocol.MaxEntries, numbers.Length - done));
                LoopbackAnswer answer = _connection.Request(operation, owner.Value, isWritable ? LoopbackProtocol.Writable : 0, mapping, slice, descriptors);
                if (answer.Status != 0 || answer.EntryCount == 0)
                {
                    throw new XenException("map", $"{numbers.Length} {what} of domain {owner}", answer.Status == 0 ? Errno.EIO : answer.Status);
                }

                // How many came is said by the reply, for a mapping's first reply has one descriptor more than memory files.
                _connection.RequireDescriptors(answer, descriptors, (int)answer.Count);
                try
                {
                    if (mapping == 0)
                    {
                        lease = new(Libc.Duplicate(descriptors[0]));
                        mapping = answer.Value;
                    }

                    MapRuns(address, done, answer, descriptors[..answer.DescriptorCount], isWritable);
                    done += answer.EntryCount;
                }
                finally
                {
                    foreach (int descriptor in descriptors[..answer.DescriptorCount])
                    {
                        Libc.Close(descriptor);
                    }
                }
            }
        }
        catch
        {
            Libc.Unmap(address, lengthBytes);
            lease?.Dispose();
            throw;
        }

        return new(address, numbers.Length, 0, isWritable, lease is null ? null : lease.Dispose);
    }

    private static void MapRuns(byte* address, int firstPage, LoopbackAnswer answer, ReadOnlySpan<int> descriptors, bool isWritable)
    {
        for (int start = 0; start < answer.EntryCount;)
        {
            int end = start + 1;
            while (end < answer.EntryCount && answer[end] == answer[start] + (ulong)(end - start))
            {
                end++;
            }

            int descriptor = descriptors[(int)(answer[start] >> 32)];
            long offset = (long)(uint)answer[start] * SharedPages.PageBytes;
            byte* target = address + (nuint)(firstPage + start) * SharedPages.PageBytes;
            if (Libc.MapShared((nuint)(end - start) * SharedPages.PageBytes, isWritable, descriptor, offset, out int errno, target) == null)
            {
                throw new XenException("map", "pages of another domain", errno);
            }

            start = end;
        }
    }
}
