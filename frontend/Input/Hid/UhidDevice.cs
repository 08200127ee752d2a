using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Input.Keys;
using static XenFbFront.Input.Hid.UhidEvents;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Input.Hid;

/// <summary>A HID device of /dev/uhid. It lives as long as the last descriptor of its file, or until it is destroyed.</summary>
/// <remarks>
/// A report tells a state, all keys or all buttons at once; the kernel makes events of what changed, and repeats held keys by itself, since
/// hid-input lets every keyboard do so. Each packet of events becomes a report of its own, so that keys keep their order.
/// </remarks>
internal sealed unsafe class UhidDevice : KernelDevice
{
    /// <summary>Reports in one write: more than a full ring of 51 events becomes.</summary>
    private const int MaxReports = 256;

    /// <summary>Reports that one packet becomes at most.</summary>
    private const int ReportsPerPacket = 3;

    /// <summary>Events that the kernel queues for us at most. C: UHID_BUFSIZE in drivers/hid/uhid.c.</summary>
    private const int MaxQueued = 32;

    private readonly ILogger _logger;
    private readonly int _messageBytes;

    // Pinned, so that the vectors can point into it for ever.
    private readonly byte[] _messages;
    private readonly IoVector[] _vectors = new IoVector[MaxReports];
    private readonly byte[] _event = new byte[EventBytes];
    private readonly byte[] _keys = new byte[HidDescriptors.KeyboardReportBytes];
    private readonly byte[] _keysBefore = new byte[HidDescriptors.KeyboardReportBytes];
    private LoopWatch? _watch;
    private byte _buttons;
    private int _x, _y, _wheel;
    private bool _isKeysDue, _isButtonsDue, _isPositionDue;
    private bool _hasToldKey;
    private int _count;

    /// <summary>Takes over the file of a device that was described.</summary>
    /// <param name="file">Open for reading and writing, without blocking.</param>
    /// <param name="spec">What it was described as: a keyboard or a pointer.</param>
    /// <param name="descriptors">Who keeps it.</param>
    /// <param name="logger">Is told of lights and of keys that cannot be said.</param>
    /// <param name="sysfs">Where sysfs is mounted.</param>
    /// <param name="eventFolder">Where the nodes of event devices are.</param>
    public UhidDevice(Descriptor file, InputDeviceSpec spec, IDescriptorStore descriptors, ILogger logger, string sysfs, string eventFolder)
        : base(file, spec, descriptors, sysfs, eventFolder)
    {
        _logger = logger;
        const int largestPointerReport = 5;
        _messageBytes = InputDataOffset + (spec.Role == InputRole.Keyboard ? _keys.Length : largestPointerReport);
        _messages = GC.AllocateArray<byte>(MaxReports * _messageBytes, pinned: true);
        byte* messages = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_messages, 0);
        for (int i = 0; i < MaxReports; i++)
        {
            _vectors[i].Base = messages + i * _messageBytes;
        }
    }

    /// <summary>A driver of the kernel has taken the device.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Lights that the kernel has switched on.</summary>
    public KeyLocks Lights { get; private set; }

    /// <summary>Whether the file is that of a device that lives.</summary>
    public bool IsAlive
    {
        get
        {
            // An answer to nothing: the kernel looks whether there is a device before it looks for the question.
            Span<byte> answer = stackalloc byte[ReplyBytes];
            answer.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(answer, UHID_GET_REPORT_REPLY);
            return Libc.Write(File.Number, answer) >= 0;
        }
    }

    /// <summary>Takes what the kernel says from now on. Nobody else reads it, and some who ask the kernel wait for our answer.</summary>
    public void Listen(EventLoop loop) => _watch = loop.Watch(File.Number, LoopInterest.Readable, ReadEvents);

    /// <summary>Takes what the kernel has said.</summary>
    public void ReadEvents()
    {
        for (int i = 0; i < MaxQueued && Libc.Read(File.Number, _event) is >= PayloadOffset and int length; i++)
        {
            // The kernel's short events end with zeros too.
            _event.AsSpan(length).Clear();
            switch (BinaryPrimitives.ReadUInt32LittleEndian(_event))
            {
                case UHID_START:
                    IsStarted = true;
                    break;
                case UHID_OUTPUT when Spec.Role == InputRole.Keyboard && BinaryPrimitives.ReadUInt16LittleEndian(_event.AsSpan(OutputSizeOffset)) > 0:
                    SetLights(_event[OutputDataOffset]);
                    break;
                case UHID_GET_REPORT:
                    Refuse(UHID_GET_REPORT_REPLY);
                    break;
                case UHID_SET_REPORT:
                    Refuse(UHID_SET_REPORT_REPLY);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// One system call for all reports. The kernel's driver has no call for several, so it is called for each in turn, and nothing that a kill
    /// could interrupt comes between: it waits only for another call on the same file, and we make one at a time.
    /// </remarks>
    public override int Write(ReadOnlySpan<InputEvent> events)
    {
        _keys.CopyTo(_keysBefore, 0);
        byte buttonsBefore = _buttons;
        _count = 0;
        (_isKeysDue, _isButtonsDue, _isPositionDue) = (false, false, false);
        (_x, _y, _wheel) = Spec.IsAbsolute ? (_x, _y, 0) : (0, 0, 0);
        int errno = 0;
        foreach (ref readonly InputEvent item in events)
        {
            if (item.Type == EV_SYN)
            {
                EndPacket();
                if (_count > MaxReports - ReportsPerPacket)
                {
                    errno = Send();
                }
            }
            else
            {
                Take(item);
            }

            if (errno != 0)
            {
                break;
            }
        }

        errno = errno == 0 ? Send() : errno;
        if (errno != 0)
        {
            // All or none, by the state: what may have been taken before is told again and changes nothing then.
            _keysBefore.CopyTo(_keys, 0);
            _buttons = buttonsBefore;
        }

        return errno;
    }

    /// <inheritdoc/>
    public override void Resume(ReadOnlySpan<byte> keysDown)
    {
        for (int key = 0; key < keysDown.Length * 8; key++)
        {
            if ((keysDown[key / 8] >> key % 8 & 1) != 0)
            {
                Set((ushort)key, true);
            }
        }
    }

    /// <inheritdoc/>
    public override string? SysName() => EventNodes.FindInput(Sysfs, InputIdentity.PhysOf(Spec), InputIdentity.ProductOf(Spec.Role));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _watch?.Dispose();
        _watch = null;
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void End()
    {
        Span<byte> destroy = stackalloc byte[PayloadOffset];
        BinaryPrimitives.WriteUInt32LittleEndian(destroy, UHID_DESTROY);
        Libc.Write(File.Number, destroy);
    }

    /// <inheritdoc/>
    protected override bool HasKey(ushort key) =>
        Spec.Role == InputRole.Keyboard ? HidKeys.BitOf(key) >= 0 : key is >= BTN_LEFT and < BTN_LEFT + HidDescriptors.ButtonCount;

    private void Take(in InputEvent item)
    {
        const int repeated = 2;
        switch (item.Type, item.Code)
        {
            case (EV_KEY, _) when item.Value == repeated:
                // The kernel repeats by itself.
                break;
            case (EV_KEY, _) when HasKey(item.Code):
                Set(item.Code, item.Value != 0);
                _isKeysDue |= Spec.Role == InputRole.Keyboard;
                _isButtonsDue |= Spec.Role == InputRole.Pointer;
                break;
            case (EV_KEY, _) when !_hasToldKey:
                _hasToldKey = true;
                Log.KeyWithoutUsage(_logger, Spec.DeviceName, item.Code.ToString());
                break;
            case (EV_ABS, ABS_X) or (EV_REL, REL_X):
                _x = item.Value;
                _isPositionDue = true;
                break;
            case (EV_ABS, ABS_Y) or (EV_REL, REL_Y):
                _y = item.Value;
                _isPositionDue = true;
                break;
            case (EV_REL, REL_WHEEL):
                // The kernel makes the fine wheel of it.
                _wheel = item.Value;
                break;
        }
    }

    private void Set(ushort key, bool isDown)
    {
        if (!HasKey(key))
        {
            return;
        }

        int bit = Spec.Role == InputRole.Keyboard ? HidKeys.BitOf(key) : key - BTN_LEFT;
        ref byte state = ref Spec.Role == InputRole.Keyboard ? ref _keys[bit / 8] : ref _buttons;
        byte mask = (byte)(1 << bit % 8);
        state = (byte)(isDown ? state | mask : state & ~mask);
    }

    private void EndPacket()
    {
        if (_isKeysDue)
        {
            _keys.CopyTo(NextReport(_keys.Length));
        }

        // A person moves, then presses: the position comes first.
        if (_isPositionDue)
        {
            Span<byte> report = NextReport(1 + 2 * sizeof(short));
            report[0] = HidDescriptors.PositionReport;
            BinaryPrimitives.WriteUInt16LittleEndian(report[1..], (ushort)_x);
            BinaryPrimitives.WriteUInt16LittleEndian(report[3..], (ushort)_y);
        }

        if (_isButtonsDue)
        {
            Span<byte> report = NextReport(2);
            (report[0], report[1]) = (HidDescriptors.ButtonsReport, _buttons);
        }

        if (_wheel != 0)
        {
            Span<byte> report = NextReport(2);
            (report[0], report[1]) = (HidDescriptors.WheelReport, (byte)Math.Clamp(_wheel, -HidDescriptors.MaxWheel, HidDescriptors.MaxWheel));
        }

        (_isKeysDue, _isButtonsDue, _isPositionDue, _wheel) = (false, false, false, 0);
        if (!Spec.IsAbsolute)
        {
            (_x, _y) = (0, 0);
        }
    }

    /// <summary>Room for the next report in the buffer.</summary>
    private Span<byte> NextReport(int bytes)
    {
        Span<byte> message = _messages.AsSpan(_count * _messageBytes, InputDataOffset + bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(message, UHID_INPUT2);
        BinaryPrimitives.WriteUInt16LittleEndian(message[InputSizeOffset..], (ushort)bytes);
        _vectors[_count++].Length = (nuint)message.Length;
        return message[InputDataOffset..];
    }

    private int Send()
    {
        int done = 0;
        while (done < _count)
        {
            int result = Libc.WriteVectors(File.Number, _vectors.AsSpan(done, _count - done));
            if (result <= 0)
            {
                return result < 0 ? -result : Errno.EIO;
            }

            // Short only where a report was refused, and by whole reports; the next call says why.
            for (; result > 0 && done < _count; done++)
            {
                result -= (int)_vectors[done].Length;
            }
        }

        _count = 0;
        return 0;
    }

    private void SetLights(byte bits)
    {
        const int num = 1, caps = 2, scroll = 4;
        Lights = ((bits & num) != 0 ? KeyLocks.Num : 0) | ((bits & caps) != 0 ? KeyLocks.Caps : 0) | ((bits & scroll) != 0 ? KeyLocks.Scroll : 0);
        Log.Lights(_logger, Spec.DeviceName,
            ((bits & num) != 0 ? " Num" : "") + ((bits & caps) != 0 ? " Caps" : "") + ((bits & scroll) != 0 ? " Scroll" : "") + (Lights == KeyLocks.None ? " none" : ""));
    }

    /// <summary>Answers that there is no such report: we describe none that can be asked for, and lights come without a question.</summary>
    private void Refuse(uint answer)
    {
        Span<byte> message = stackalloc byte[ReplyBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(message, answer);
        _event.AsSpan(RequestIdOffset, sizeof(uint)).CopyTo(message[RequestIdOffset..]);
        BinaryPrimitives.WriteUInt16LittleEndian(message[ReplyErrorOffset..], Errno.EIO);
        Libc.Write(File.Number, message);
    }
}
