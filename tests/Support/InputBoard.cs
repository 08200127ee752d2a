using Xenbus.Devices;
using Xenbus.Linux.Interop;
using XenFbFront.Input;

namespace XenFbFront.Tests.Support;

/// <summary>The input subsystem of a simulated guest: its devices live as long as a holder keeps them, and remember what they were told.</summary>
internal sealed class InputBoard
{
    private readonly Dictionary<string, BoardDevice> _devices = [];

    /// <summary>Every device that was ever made, in order.</summary>
    public List<BoardDevice> Made { get; } = [];

    /// <summary>The errno with which writes are refused, 0 for none.</summary>
    public int Refusal { get; set; }

    public BoardDevice this[InputRole role] => _devices[new InputDeviceSpec(role, 0).KeepPrefix];

    public bool Has(InputRole role) => _devices.ContainsKey(new InputDeviceSpec(role, 0).KeepPrefix);

    /// <summary>The sink of one worker.</summary>
    /// <param name="point">Called before and after each write.</param>
    public IInputSink ForWorker(Action point) => new Sink(this, point);

    private sealed class Sink(InputBoard board, Action point) : IInputSink
    {
        public string Description => "simulated input";

        public IInputDevice Open(InputDeviceSpec spec, IDescriptorStore descriptors)
        {
            Descriptor? kept = descriptors.Take(spec.KeepName);
            Descriptor file = kept ?? Descriptor.Own(Libc.EventFile(), "create", "eventfd");
            if (kept is null)
            {
                board._devices[spec.KeepPrefix] = new(spec);
                board.Made.Add(board._devices[spec.KeepPrefix]);
                descriptors.Keep(spec.KeepName, file);
            }

            return new Handle(board, board._devices[spec.KeepPrefix], file, descriptors, point);
        }
    }

    private sealed class Handle(InputBoard board, BoardDevice device, Descriptor file, IDescriptorStore descriptors, Action point) : IInputDevice
    {
        public long Position => device.Writes;

        public int Write(ReadOnlySpan<InputEvent> events)
        {
            point();
            if (board.Refusal != 0)
            {
                return board.Refusal;
            }

            device.Take(events);
            point();
            return 0;
        }

        public bool? WasCarriedOut(long positionBefore, ushort key, bool isDownAfter) => device.Writes > positionBefore;

        public void Remove()
        {
            descriptors.Drop(device.Spec.KeepName);
            board._devices.Remove(device.Spec.KeepPrefix);
            device.IsRemoved = true;
            file.Dispose();
        }

        public void Dispose() => file.Dispose();
    }
}

/// <summary>One input device of an <see cref="InputBoard"/>.</summary>
internal sealed class BoardDevice(InputDeviceSpec spec)
{
    public InputDeviceSpec Spec => spec;

    public bool IsRemoved { get; set; }

    public long Writes { get; private set; }

    /// <summary>Set to false where remembering would allocate.</summary>
    public bool Remembers { get; set; } = true;

    public long EventCount { get; private set; }

    public List<InputEvent> Events { get; } = [];

    /// <summary>Key and button events, without what ends packets.</summary>
    public IEnumerable<(int Code, int Value)> Keys => Events.Where(e => e.Type == InputCodes.EV_KEY).Select(e => ((int)e.Code, e.Value));

    public HashSet<int> Down { get; } = [];

    public void Take(ReadOnlySpan<InputEvent> events)
    {
        Writes++;
        EventCount += events.Length;
        foreach (InputEvent item in events)
        {
            if (item.Type == InputCodes.EV_KEY)
            {
                if (item.Value == 0)
                {
                    Down.Remove(item.Code);
                }
                else
                {
                    Down.Add(item.Code);
                }
            }

            if (Remembers)
            {
                Events.Add(item);
            }
        }
    }
}
