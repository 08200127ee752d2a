using System.Buffers.Binary;
using Xenbus.Wire;

namespace XenFbFront.Tests.Backend.Support;

/// <summary>A keyboard's frontend made by hand. Offsets are those of io/kbdif.h.</summary>
internal sealed class ScriptedVkbd(BackendRig rig, int id = 0) : ScriptedFrontend(rig, "vkbd", id)
{
    /// <summary>Goes through the states to Connected.</summary>
    /// <param name="requests">Names of nodes that get a 1.</param>
    public ScriptedVkbd Connect(params ReadOnlySpan<string> requests)
    {
        foreach (string request in requests)
        {
            Write(request, 1);
        }

        WriteRingNodes();
        SetState(XenbusState.Initialised);
        SetState(XenbusState.Connected);
        return this;
    }

    /// <summary>Takes the events that are in the ring, without telling the backend unless asked to.</summary>
    /// <returns>Each as type, bytes 1 and 2, and the numbers at 4, 8, 12: as in <c>"3 1 0 30 0 0"</c>.</returns>
    public List<string> Take(bool notifies = false, int most = int.MaxValue)
    {
        List<string> events = [];
        uint consumer = Word(0);
        while (consumer != Word(4) && events.Count < most)
        {
            ReadOnlySpan<byte> slot = Page.Bytes.Slice(1024 + (int)(consumer++ % 51) * 40, 40);
            events.Add($"{slot[0]} {slot[1]} {slot[2]} {Field(slot, 4)} {Field(slot, 8)} {Field(slot, 12)}");
            SetWord(0, consumer);
        }

        if (notifies)
        {
            Notify();
        }

        return events;
    }

    private static int Field(ReadOnlySpan<byte> slot, int offset) => BinaryPrimitives.ReadInt32LittleEndian(slot[offset..]);
}
