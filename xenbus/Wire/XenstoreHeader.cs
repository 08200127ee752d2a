using System.Buffers.Binary;

namespace Xenbus.Wire;

/// <summary>Head of every xenstore message: four 32-bit words, little-endian on our machines. C: struct xsd_sockmsg in io/xs_wire.h.</summary>
/// <param name="Type">Kind of message, word at 0.</param>
/// <param name="RequestId">The client's number for the exchange, word at 4; garbage in watch events from the kernel's device.</param>
/// <param name="TransactionId">Transaction, 0 for none, word at 8; garbage in watch events from the kernel's device.</param>
/// <param name="PayloadBytes">Bytes that follow, word at 12.</param>
public readonly record struct XenstoreHeader(XenstoreMessageType Type, uint RequestId, uint TransactionId, uint PayloadBytes)
{
    /// <summary>Bytes of the head.</summary>
    public const int Bytes = 16;

    /// <summary>Most payload bytes of a message. C: XENSTORE_PAYLOAD_MAX.</summary>
    public const int MaxPayloadBytes = 4096;

    /// <summary>Longest absolute path, bytes. C: XENSTORE_ABS_PATH_MAX.</summary>
    public const int MaxAbsolutePathBytes = 3072;

    /// <summary>Longest relative path, bytes. C: XENSTORE_REL_PATH_MAX.</summary>
    public const int MaxRelativePathBytes = 2048;

    /// <summary>Writes the 16 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)Type);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], RequestId);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], TransactionId);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], PayloadBytes);
    }

    /// <summary>Reads the 16 bytes. The length is not judged here.</summary>
    public static XenstoreHeader Read(ReadOnlySpan<byte> source) => new(
        (XenstoreMessageType)BinaryPrimitives.ReadUInt32LittleEndian(source),
        BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[12..]));
}
