using System.Buffers.Binary;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>Puts a reply together; one is used again and again.</summary>
internal sealed class ReplyBuilder
{
    private readonly byte[] _bytes = new byte[LoopbackProtocol.MaxBytes];
    private readonly int[] _descriptors = new int[Libc.MaxPassedDescriptors];
    private readonly List<Descriptor> _owned = [];
    private int _entryCount;

    /// <summary>As the operation defines.</summary>
    public uint Count { get; set; }

    /// <summary>As the operation defines.</summary>
    public ulong Value { get; set; }

    /// <summary>Descriptors so far.</summary>
    public int DescriptorCount { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Count = 0;
        Value = 0;
        DescriptorCount = 0;
        _entryCount = 0;
        foreach (Descriptor descriptor in _owned)
        {
            descriptor.Dispose();
        }

        _owned.Clear();
    }

    /// <summary>Adds a number to the list; at most <see cref="LoopbackProtocol.MaxEntries"/>.</summary>
    public void Add(ulong entry) =>
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(LoopbackProtocol.HeadBytes + _entryCount++ * sizeof(ulong)), entry);

    /// <summary>Passes a descriptor along.</summary>
    /// <param name="descriptor">Open until the reply is sent.</param>
    /// <param name="isGiven">Whether to close it then.</param>
    public void Pass(Descriptor descriptor, bool isGiven = false)
    {
        if (isGiven)
        {
            _owned.Add(descriptor);
        }

        _descriptors[DescriptorCount++] = descriptor.Number;
    }

    /// <summary>Sends without waiting.</summary>
    /// <returns>Bytes sent, or a negated errno.</returns>
    public int Send(Descriptor socket, uint id, int status)
    {
        new LoopbackReply(id, status, Count, Value).Write(_bytes);
        int length = LoopbackProtocol.HeadBytes + _entryCount * sizeof(ulong);
        return Libc.Send(socket.Number, _bytes.AsSpan(0, length), _descriptors.AsSpan(0, DescriptorCount), wait: false);
    }
}
