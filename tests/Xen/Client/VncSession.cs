using System.Net;
using System.Net.Sockets;

namespace XenFbFront.Tests.Xen;

/// <summary>One connection to a VNC server, with deadlines: the picture as a viewer holds it, and input at a pace that the server takes.</summary>
internal sealed class VncSession : IDisposable
{
    private const int Raw = 0, DesktopSize = -223, ExtendedKeyEvent = -258;

    /// <summary>Between tries to connect, milliseconds.</summary>
    private const int RetryMs = 250;

    /// <summary>Longest wait for one message after which a server counts as dead, whatever the command's own deadline.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly RfbTestClient _client;
    private bool _isExtendedKeyOffered, _isWhole, _isAsked;
    private byte _buttons;
    private int _x, _y;

    private VncSession(RfbTestClient client)
    {
        _client = client;
        client.SetPixelFormat(RfbTestClient.Format.Native);
        client.SetEncodings(Raw, DesktopSize, ExtendedKeyEvent);
    }

    /// <summary>Least time from one key or pointer event to the next, milliseconds.</summary>
    /// <remarks>
    /// QEMU hands out one key event in 10 ms (its key-delay-ms) and queues about 340 meanwhile; what comes beyond is dropped without a word. So is what
    /// finds the xenkbd ring of 51 events full.
    /// </remarks>
    public int EventMs { get; set; } = 12;

    public int Width => _client.Width;

    public int Height => _client.Height;

    /// <summary>What the last fetch gave, row after row; the highest byte of a pixel means nothing.</summary>
    public uint[] Picture => _client.Picture;

    /// <summary>What QEMU makes of a position on an axis for a frontend that asked for a raw pointer, 0 to 32767.</summary>
    /// <remarks>QEMU 7.2 divides by the size, not by the last position, so the right and lower edges are not quite reached. C: qemu_input_scale_axis.</remarks>
    public static int RawPosition(int position, int size) => position * 0x7fff / size;

    /// <summary>Connects, trying again as long as nobody listens.</summary>
    /// <exception cref="SocketException">Nobody listened until the deadline.</exception>
    public static VncSession Connect(IPEndPoint server, TimeSpan deadline)
    {
        DateTime end = DateTime.UtcNow + deadline;
        while (true)
        {
            try
            {
                return new(new RfbTestClient(server));
            }
            catch (Exception error) when (error is SocketException or EndOfStreamException && DateTime.UtcNow < end)
            {
                // A port that is forwarded accepts before the server behind it listens, and closes at once.
                Thread.Sleep(RetryMs);
            }
        }
    }

    /// <summary>Gets every pixel anew.</summary>
    public void Fetch()
    {
        Drain();
        bool[] covered = [];
        _isAsked = false;
        do
        {
            if (covered.Length != Width * Height)
            {
                covered = new bool[Width * Height];
                _client.Request(incremental: false);
            }

            foreach (RfbTestClient.Rectangle rectangle in Receive(s_patience) ?? throw Silent())
            {
                if (rectangle.Encoding == DesktopSize)
                {
                    // Of what came before nothing counts, even if the size is the same.
                    covered = [];
                }
                else if (rectangle.Encoding == Raw && covered.Length == Width * Height)
                {
                    for (int y = rectangle.Y; y < rectangle.Y + rectangle.Height; y++)
                    {
                        covered.AsSpan(y * Width + rectangle.X, rectangle.Width).Fill(true);
                    }
                }
            }
        }
        while (covered.Length != Width * Height || covered.Contains(false));
        _isWhole = true;
    }

    /// <summary>Fetches, then follows the changes that the server tells until the picture is as wanted.</summary>
    /// <param name="deadline">How long.</param>
    /// <param name="isThere">Looks at the picture.</param>
    /// <returns>Whether it became so.</returns>
    public bool WaitUntil(TimeSpan deadline, Func<bool> isThere)
    {
        DateTime end = DateTime.UtcNow + deadline;
        Fetch();
        while (!isThere())
        {
            if (!_isAsked)
            {
                _client.Request(incremental: true);
                _isAsked = true;
            }

            TimeSpan left = end - DateTime.UtcNow;
            if (left <= TimeSpan.Zero || Receive(left) is null)
            {
                return false;
            }

            if (!_isWhole)
            {
                Fetch();
            }
        }

        return true;
    }

    /// <summary>Presses or releases one key by its keysym.</summary>
    public void Key(uint keysym, bool isPressed)
    {
        _client.Key(keysym, isPressed);
        Thread.Sleep(EventMs);
    }

    /// <summary>Presses and releases a key by its place on the keyboard if the server takes that, else by a keysym.</summary>
    public void PressKey(byte scancode)
    {
        foreach (bool isPressed in (ReadOnlySpan<bool>)[true, false])
        {
            if (_isExtendedKeyOffered)
            {
                // With keysym 0 the server has nothing by which to bring its Caps Lock and Num Lock in line with a client's.
                _client.QemuKey(0, scancode, isPressed);
                Thread.Sleep(EventMs);
            }
            else
            {
                Key(UsKeyboard.Keysym(scancode), isPressed);
            }
        }
    }

    /// <summary>Moves the pointer, buttons as they are.</summary>
    /// <exception cref="ExpectationException">The point is not on the screen.</exception>
    public void Move(int x, int y)
    {
        if (x < 0 || y < 0 || x >= Width || y >= Height)
        {
            throw new ExpectationException($"point {x},{y} is not on the screen of {Width}x{Height}");
        }

        (_x, _y) = (x, y);
        SendPointer();
    }

    /// <summary>Presses or releases a button.</summary>
    /// <param name="button">1 left, 2 middle, 3 right, 4 to 7 wheel up, down, left, right, as RFB counts them.</param>
    /// <param name="isPressed">Down or up.</param>
    public void Button(int button, bool isPressed)
    {
        byte bit = (byte)(1 << (button - 1));
        _buttons = (byte)(isPressed ? _buttons | bit : _buttons & ~bit);
        SendPointer();
    }

    /// <summary>Returns when the server has read everything that was sent.</summary>
    public void Sync()
    {
        Drain();
        _client.Request(incremental: false, 0, 0, 1, 1);
        while ((Receive(s_patience) ?? throw Silent()).TrueForAll(rectangle => rectangle.Encoding != Raw))
        {
        }
    }

    /// <summary>Stays connected, and reads what comes.</summary>
    public void Idle(TimeSpan time)
    {
        DateTime end = DateTime.UtcNow + time;
        for (TimeSpan left = time; left > TimeSpan.Zero; left = end - DateTime.UtcNow)
        {
            Receive(left);
        }
    }

    public void Dispose() => _client.Dispose();

    private static TimeoutException Silent() => new($"the server sent nothing for {s_patience.TotalSeconds} s");

    private void SendPointer()
    {
        _client.Pointer(_buttons, _x, _y);
        Thread.Sleep(EventMs);
    }

    private void Drain()
    {
        while (_client.Socket.Available > 0)
        {
            Receive(s_patience);
        }
    }

    /// <summary>Takes one message; the rectangles of an update, none for another message, null if nothing began to come in time.</summary>
    private List<RfbTestClient.Rectangle>? Receive(TimeSpan patience)
    {
        if (!_client.Socket.Poll(patience, SelectMode.SelectRead))
        {
            return null;
        }

        if (_client.ReadMessage() is not { } rectangles)
        {
            return [];
        }

        _isExtendedKeyOffered |= rectangles.Exists(rectangle => rectangle.Encoding == ExtendedKeyEvent);
        _isWhole &= !rectangles.Exists(rectangle => rectangle.Encoding == DesktopSize);
        _isAsked &= !rectangles.Exists(rectangle => rectangle.Encoding == Raw);
        return rectangles;
    }
}
