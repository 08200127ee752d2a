using System.Buffers.Binary;
using Xenbus.Domain;
using Xenbus.Wire;

namespace XenFbFront.Tests.Backend.Support;

/// <summary>A framebuffer's frontend made by hand. Offsets are those of io/fbif.h.</summary>
internal sealed class ScriptedVfb : ScriptedFrontend
{
    private uint _producer;

    public ScriptedVfb(BackendRig rig, int width = 64, int height = 48, int depth = 32, int? stride = null, string? protocol = "x86_64-abi", int id = 0)
        : base(rig, "vfb", id)
    {
        Width = width;
        Height = height;
        Depth = depth;
        Stride = stride ?? width * depth / 8;
        int length = Stride * height;
        int pages = (length + 4095) / 4096;
        Pixels = Allocate(pages, out GuestFrame[] pixelFrames);
        int entryBytes = protocol == "x86_32-abi" ? 4 : 8;
        int perPage = 4096 / entryBytes;
        SharedPages directory = Allocate((pages + perPage - 1) / perPage, out GuestFrame[] directoryFrames);
        for (int i = 0; i < pages; i++)
        {
            PutFrame(directory.Bytes[(i * entryBytes)..], entryBytes, pixelFrames[i]);
        }

        for (int i = 0; i < directoryFrames.Length; i++)
        {
            PutFrame(Page.Bytes[((entryBytes == 4 ? 36 : 40) + i * entryBytes)..], entryBytes, directoryFrames[i]);
        }

        SetWord(16, (uint)width);
        SetWord(20, (uint)height);
        SetWord(24, (uint)Stride);
        SetWord(28, (uint)length);
        Page.Bytes[32] = (byte)depth;
        if (protocol is not null)
        {
            Write("protocol", protocol);
        }
    }

    public int Width { get; }

    public int Height { get; }

    public int Depth { get; }

    public int Stride { get; }

    public SharedPages Pixels { get; }

    /// <summary>Goes through the states to Connected.</summary>
    public ScriptedVfb Connect(bool tellsUpdates = true)
    {
        WriteRingNodes();
        if (tellsUpdates)
        {
            Write("feature-update", 1);
        }

        SetState(XenbusState.Initialised);
        SetState(XenbusState.Connected);
        return this;
    }

    public void SetPixel(int x, int y, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Pixels.Bytes[(y * Stride + x * 4)..], value);

    public void Update(int x, int y, int width, int height, bool notifies = true) => Put(notifies, 2, x, y, width, height);

    public void Resize(int width, int height, int stride, int depth, int offset) => Put(true, 3, width, height, stride, depth, offset);

    public void Put(bool notifies, byte type, params ReadOnlySpan<int> fields)
    {
        Span<byte> slot = Page.Bytes.Slice(2048 + (int)(_producer++ % 51) * 40, 40);
        slot.Clear();
        slot[0] = type;
        for (int i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(slot[(4 + 4 * i)..], fields[i]);
        }

        SetWord(12, _producer);
        if (notifies)
        {
            Notify();
        }
    }

    private static void PutFrame(Span<byte> target, int entryBytes, GuestFrame frame)
    {
        if (entryBytes == 4)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)frame.Value);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target, frame.Value);
        }
    }
}
