using System.Globalization;
using Xenbus.Domain;
using Xenbus.Wire;

namespace XenFbFront.Backend;

/// <summary>Brings what viewers do to one guest's keyboard and pointer.</summary>
/// <remarks>
/// Unlike QEMU, which drops events when the ring is full, this backend waits for the frontend to empty it: see <see cref="IGuestInput"/>.
/// A frontend that never does makes its viewers wait until it is closed. Events come in the order of the calls, so a click follows the move that
/// was made before it. What the pointer events carry follows the frontend's request nodes, which are read again at each change.
/// </remarks>
public sealed class VkbdBackend : BackendDevice
{
    /// <summary>Most slots of one item: a touch and its end of packet.</summary>
    private const int MaxSlotsPerItem = 2;

    private readonly GuestInput _input;
    private readonly bool _ownsInput;
    private SlotReader? _reader;
    private SlotWriter? _writer;
    private (int X, int Y)? _lastPosition;

    internal VkbdBackend(BackendContext context, DomainId domain, int id, GuestInput input, bool ownsInput)
        : base(context, "vkbd", domain, id)
    {
        _input = input;
        _ownsInput = ownsInput;
    }

    /// <summary>Where viewers of this guest put their input, from any thread.</summary>
    public IGuestInput Input => _input;

    /// <summary>Whether positions are sent, not movements.</summary>
    public bool SendsPositions { get; private set; }

    /// <summary>Whether positions are raw, 0 to 32767 on both axes, not pixels.</summary>
    public bool SendsRawPositions { get; private set; }

    /// <summary>Whether touches are sent.</summary>
    public bool SendsTouches { get; private set; }

    /// <summary>Input that waits for the frontend.</summary>
    public int QueueLength => _input.Count;

    /// <summary>Input dropped because no frontend was connected.</summary>
    public long InputDropped => _input.Dropped;

    private protected override SlotWriter? Writer => _writer;

    private protected override SlotReader? Reader => _reader;

    /// <summary>The queue, for the host.</summary>
    internal GuestInput Queue => _input;

    /// <summary>Moves input from the queue to the ring, as much as fits.</summary>
    internal void Pump()
    {
        if (!IsServing || !IsDraining || FrontendState != XenbusState.Connected)
        {
            return;
        }

        Span<byte> page = Page!.Bytes;
        int room = _writer!.Poll(page);
        if (room < 0)
        {
            Fail("in_cons is not within a ring's length of in_prod");
            return;
        }

        Span<byte> slots = stackalloc byte[MaxSlotsPerItem * SlotRing.SlotBytes];
        int put = 0;
        while (_input.TryPeek(out InputItem item))
        {
            int count = Translate(item, slots);
            if (put + count > room)
            {
                // The frontend notifies after it has emptied slots.
                Counters.RingFull++;
                break;
            }

            for (int i = 0; i < count; i++)
            {
                _writer.Put(page, slots.Slice(i * SlotRing.SlotBytes, SlotRing.SlotBytes));
            }

            if (count == 0)
            {
                Counters.Untranslatable++;
            }

            put += count;
            NotePosition(item);
            _input.Remove();
        }

        if (put > 0)
        {
            _writer.Publish(page);
            Counters.EventsSent += put;
            Notify();
        }
    }

    private protected override void PublishFeatures(Action<string, string> write)
    {
        BackendOptions options = Context.Options;
        write("feature-abs-pointer", Flag(options.OffersAbsolutePointer));
        write("feature-raw-pointer", Flag(options.OffersRawPointer));
        if (options.PointerWidth is { } width)
        {
            write("width", Number(width));
        }

        if (options.PointerHeight is { } height)
        {
            write("height", Number(height));
        }

        if (options.TouchContacts > 0)
        {
            write("feature-multi-touch", "1");
            write("multi-touch-num-contacts", Number(options.TouchContacts));
            write("multi-touch-width", Number(options.TouchWidth));
            write("multi-touch-height", Number(options.TouchHeight));
        }

        if (options.DisablesKeyboard)
        {
            write("feature-disable-keyboard", "1");
        }

        if (options.DisablesPointer)
        {
            write("feature-disable-pointer", "1");
        }

        foreach ((string name, string value) in options.ExtraVkbdNodes)
        {
            write(name, value);
        }

        static string Flag(bool isOn) => isOn ? "1" : "0";
        static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private protected override string? Configure()
    {
        Span<byte> page = Page!.Bytes;
        _reader = new(VkbdPage.Out, page);
        _writer = new(VkbdPage.In, page);
        _lastPosition = null;
        return null;
    }

    private protected override void Start()
    {
    }

    private protected override void OnConnectedCheck()
    {
        if (FrontendState != XenbusState.Connected)
        {
            return;
        }

        BackendOptions options = Context.Options;
        SendsPositions = options.OffersAbsolutePointer && IsRequested("request-abs-pointer");
        SendsRawPositions = options.OffersRawPointer && SendsPositions && IsRequested("request-raw-pointer");
        SendsTouches = options.TouchContacts > 0 && IsRequested("request-multi-touch");
        _input.Open(SendsTouches ? options.TouchContacts : 0);
        Pump();
    }

    private protected override void Serve(bool isFresh)
    {
        Span<byte> page = Page!.Bytes;
        int taken = _reader!.Poll(page);
        if (taken < 0)
        {
            Fail("out_prod is further ahead than the ring is long");
            return;
        }

        if (taken > 0)
        {
            Span<byte> slot = stackalloc byte[SlotRing.SlotBytes];
            for (int i = 0; i < taken; i++)
            {
                _reader.Take(page, slot);
            }

            // No event in this direction is defined.
            _reader.Publish(page);
            Counters.EventsReceived += taken;
            Counters.UnknownEvents += taken;
            Notify();
        }

        Pump();
    }

    private protected override void Stop()
    {
        _input.Close();
        _reader = null;
        _writer = null;
        SendsPositions = false;
        SendsRawPositions = false;
        SendsTouches = false;
    }

    private protected override void Retire()
    {
        if (_ownsInput)
        {
            _input.Dispose();
        }
    }

    private bool IsRequested(string node) => Context.Xenstore.ReadNumber($"{FrontendPath}/{node}") is not (null or 0);

    /// <summary>Fills slots with what an item is for this frontend.</summary>
    /// <returns>Slots filled; 0 when the frontend cannot be told.</returns>
    private int Translate(InputItem item, Span<byte> slots)
    {
        BackendOptions options = Context.Options;
        Span<byte> slot = slots[..SlotRing.SlotBytes];
        switch (item.Kind)
        {
            case InputKind.Key:
                // BTN_MISC to below KEY_OK are buttons, in linux/input-event-codes.h.
                if (item.Code is >= 0x100 and < 0x160 ? options.DisablesPointer : options.DisablesKeyboard)
                {
                    return 0;
                }

                VkbdPage.WriteKey(slot, item.Code, item.Phase != TouchPhase.Up);
                return 1;
            case InputKind.PointerAt when options.DisablesPointer:
            case InputKind.PointerBy when options.DisablesPointer:
                return 0;
            case InputKind.PointerAt when SendsPositions:
                WritePosition(slot, item.X, item.Y, item.Wheel);
                return 1;
            case InputKind.PointerAt:
                // From nowhere there is no difference: the first position only says where the pointer starts.
                (int lastX, int lastY) = _lastPosition ?? (item.X, item.Y);
                VkbdPage.WriteMotion(slot, item.X - lastX, item.Y - lastY, item.Wheel);
                return 1;
            case InputKind.PointerBy when SendsPositions:
                (int fromX, int fromY) = _lastPosition ?? default;
                WritePosition(slot, fromX + item.X, fromY + item.Y, item.Wheel);
                return 1;
            case InputKind.PointerBy:
                VkbdPage.WriteMotion(slot, item.X, item.Y, item.Wheel);
                return 1;
            default:
                if (!SendsTouches || item.Code >= options.TouchContacts)
                {
                    return 0;
                }

                (int width, int height) = SourceSize;
                VkbdPage.WriteTouch(
                    slot, (byte)item.Code, item.Phase,
                    PointerScale.Scale(item.X, width, options.TouchWidth - 1), PointerScale.Scale(item.Y, height, options.TouchHeight - 1));
                VkbdPage.WriteTouchSync(slots[SlotRing.SlotBytes..], (byte)item.Code);
                return 2;
        }
    }

    private void WritePosition(Span<byte> slot, int x, int y, int wheel)
    {
        (int width, int height) = SourceSize;
        int maximumX = SendsRawPositions ? VkbdPage.RawMaximum : (Context.Options.PointerWidth ?? width) - 1;
        int maximumY = SendsRawPositions ? VkbdPage.RawMaximum : (Context.Options.PointerHeight ?? height) - 1;
        VkbdPage.WritePosition(slot, PointerScale.Scale(x, width, maximumX), PointerScale.Scale(y, height, maximumY), wheel);
    }

    private void NotePosition(InputItem item)
    {
        if (item.Kind == InputKind.PointerAt)
        {
            _lastPosition = (item.X, item.Y);
        }
        else if (item.Kind == InputKind.PointerBy)
        {
            (int width, int height) = SourceSize;
            (int x, int y) = _lastPosition ?? default;
            _lastPosition = (Math.Clamp(x + item.X, 0, width - 1), Math.Clamp(y + item.Y, 0, height - 1));
        }
    }

    /// <summary>The size that viewers' positions refer to: the guest's screen, else the published range, else the protocol's default.</summary>
    private (int Width, int Height) SourceSize =>
        Context.Host.ScreenSizeFor(this)
        ?? (Context.Options.PointerWidth ?? VkbdPage.DefaultWidth, Context.Options.PointerHeight ?? VkbdPage.DefaultHeight);
}
