using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Xenbus.Devices;
using Xenbus.Rings;
using Xenbus.Wire;
using Xenbus.Wire.Kbdif;
using XenFbFront.Input;
using XenFbFront.Vkbd;

namespace XenFbFront.Bench.Micro;

/// <summary>A full keyboard ring: read, translated, and given to a sink that counts.</summary>
public class KeyBenchmarks
{
    private const int RingEvents = 51;

    private readonly byte[] _page = new byte[4096];
    private readonly KeyboardEvent[] _events = new KeyboardEvent[RingEvents];
    private readonly InputEvent[] _output = new InputEvent[RingEvents * KeyTranslator.MaxEvents];
    private readonly EventRingWriter _writer = new(EventRingLayout.KeyboardIn);
    private readonly EventRingReader _reader = new(EventRingLayout.KeyboardIn);
    private readonly IInputDevice _sink = new NoSink().Open(new(InputRole.Keyboard, 0), new NoDescriptorStore());
    private readonly VkbdModes _modes = new() { HasKeyboard = 1 };
    private VkbdState _state;
    private bool _isDown;
    private long _expected;
    private long _delivered;

    /// <summary>Nothing is measured that does not work.</summary>
    [GlobalSetup]
    public void Setup() => Check();

    /// <summary>The events into the ring and out of it, only.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = RingEvents, Description = "key event through the ring")]
    public int Ring() => Receive();

    /// <summary>And translated and delivered in one write.</summary>
    [Benchmark(OperationsPerInvoke = RingEvents, Description = "key event to sink")]
    public int ToSink()
    {
        int events = Receive();
        int count = 0;
        for (int i = 0; i < events; i++)
        {
            count += KeyTranslator.RoleOf(_events[i]) == InputRole.Keyboard ? KeyTranslator.Translate(_events[i], _modes, ref _state, _output.AsSpan(count)) : 0;
        }

        int errno = _sink.Write(_output.AsSpan(0, count));
        _delivered += errno == 0 ? count : 0;
        _expected += events * 2;
        return count;
    }

    /// <summary>Each event changed a key, so each became two.</summary>
    [GlobalCleanup]
    public void Check()
    {
        BenchException.ThrowUnless(_delivered == _expected, $"{_expected} input events expected, {_delivered} delivered");
        // The keys that the ring-only case left in another state than the translator knows are set right by one more round.
        ToSink();
        ToSink();
        BenchException.ThrowUnless(_output[0].Type == InputCodes.EV_KEY && _output[0].Code == 1 && _output[1].Type == InputCodes.EV_SYN, "the keys are not those that were sent");
    }

    private int Receive()
    {
        // All keys down in one round, all up in the next: each event changes something.
        _isDown = !_isDown;
        _writer.Look(_page);
        for (uint i = 0; i < RingEvents; i++)
        {
            KeyboardEvent key = new() { Type = KeyboardEventType.Key, Pressed = (byte)(_isDown ? 1 : 0), Keycode = 1 + i };
            _writer.TryWrite(_page, MemoryMarshal.AsBytes(new ReadOnlySpan<KeyboardEvent>(in key)));
        }

        _writer.Publish(_page);
        _reader.Look(_page);
        int count = _reader.Available;
        BenchException.ThrowUnless(count == RingEvents, "the ring does not hold what was written");
        for (int i = 0; i < count; i++)
        {
            _reader.Copy(_page, i, MemoryMarshal.AsBytes(_events.AsSpan(i, 1)));
        }

        _reader.Consume(_page, count);
        return count;
    }
}
