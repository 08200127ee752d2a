using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace XenFbFront.Tests.Xen;

/// <summary>A VNC client for tests, written from RFC 6143 without the server's code: what it shows are the client's pixel values.</summary>
/// <remarks>What breaks the protocol is an <see cref="InvalidDataException"/>, a silent server a <see cref="SocketException"/>.</remarks>
internal sealed partial class RfbTestClient : IDisposable
{
    private const int DeadlineMs = 30_000;

    private readonly ZlibFeed _feed = new();
    private readonly ZLibStream _zlib;

    public RfbTestClient(IPEndPoint server, string version = "RFB 003.008\n", bool shakeHands = true)
    {
        _zlib = new ZLibStream(_feed, CompressionMode.Decompress);
        Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = DeadlineMs,
            SendTimeout = DeadlineMs,
        };
        Socket.Connect(server);
        if (shakeHands)
        {
            ShakeHands(version);
        }
    }

    public record struct Format(
        byte Bits, byte Depth, bool BigEndian, bool TrueColour, ushort Red, ushort Green, ushort Blue,
        byte RedShift, byte GreenShift, byte BlueShift)
    {
        public static readonly Format Native = new(32, 24, false, true, 255, 255, 255, 16, 8, 0);
        public static readonly Format BigEndian32 = new(32, 24, true, true, 255, 255, 255, 16, 8, 0);
        public static readonly Format High32 = new(32, 24, false, true, 255, 255, 255, 8, 16, 24);
        public static readonly Format High32BigEndian = new(32, 24, true, true, 255, 255, 255, 8, 16, 24);
        public static readonly Format Deep32 = new(32, 30, false, true, 1023, 1023, 1023, 20, 10, 0);
        public static readonly Format LittleEndian565 = new(16, 16, false, true, 31, 63, 31, 11, 5, 0);
        public static readonly Format BigEndian565 = new(16, 16, true, true, 31, 63, 31, 11, 5, 0);
        public static readonly Format Bgr233 = new(8, 8, false, true, 7, 7, 3, 0, 3, 6);
        public static readonly Format ColourMap8 = new(8, 8, false, false, 0, 0, 0, 0, 0, 0);

        /// <summary>The value that a screen pixel has in this format, worked out by division.</summary>
        public readonly uint ValueOf(uint pixel)
        {
            (ushort red, ushort green, ushort blue) = TrueColour ? (Red, Green, Blue) : ((ushort)7, (ushort)7, (ushort)3);
            (int redShift, int greenShift, int blueShift) = TrueColour ? (RedShift, GreenShift, BlueShift) : (5, 2, 0);
            return Channel(pixel >> 16, red) << redShift | Channel(pixel >> 8, green) << greenShift | Channel(pixel, blue) << blueShift;
        }

        private static uint Channel(uint value, uint max) => (uint)Math.Round((value & 255) * max / 255.0, MidpointRounding.AwayFromZero);
    }

    public readonly record struct Rectangle(int X, int Y, int Width, int Height, int Encoding);

    public Socket Socket { get; }

    public int Width { get; private set; }

    public int Height { get; private set; }

    public string Name { get; private set; } = "";

    public Format Pixels { get; private set; } = Format.Native;

    public uint[] Picture { get; private set; } = [];

    public (ushort Red, ushort Green, ushort Blue)[] ColourMap { get; private set; } = [];

    /// <summary>Bytes of all compressed rectangles.</summary>
    public long CompressedBytes { get; private set; }

    /// <summary>ZRLE subencodings seen.</summary>
    public HashSet<byte> Subencodings { get; } = [];

    public void Send(params ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[Socket.Send(bytes)..];
        }
    }

    public void SetPixelFormat(Format format)
    {
        Pixels = format;
        Span<byte> bytes = stackalloc byte[20];
        bytes.Clear();
        bytes[4] = format.Bits;
        bytes[5] = format.Depth;
        bytes[6] = (byte)(format.BigEndian ? 1 : 0);
        bytes[7] = (byte)(format.TrueColour ? 1 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[8..], format.Red);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], format.Green);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[12..], format.Blue);
        bytes[14] = format.RedShift;
        bytes[15] = format.GreenShift;
        bytes[16] = format.BlueShift;
        Send(bytes);
    }

    public void SetEncodings(params ReadOnlySpan<int> encodings)
    {
        byte[] bytes = new byte[4 + 4 * encodings.Length];
        bytes[0] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)encodings.Length);
        for (int i = 0; i < encodings.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), encodings[i]);
        }

        Send(bytes);
    }

    public void Request(bool incremental) => Request(incremental, 0, 0, Width, Height);

    public void Request(bool incremental, int x, int y, int width, int height) => Send(
        3, (byte)(incremental ? 1 : 0), (byte)(x >> 8), (byte)x, (byte)(y >> 8), (byte)y,
        (byte)(width >> 8), (byte)width, (byte)(height >> 8), (byte)height);

    public static byte[] KeyMessage(uint keysym, bool pressed) =>
        [4, (byte)(pressed ? 1 : 0), 0, 0, (byte)(keysym >> 24), (byte)(keysym >> 16), (byte)(keysym >> 8), (byte)keysym];

    public void Key(uint keysym, bool pressed) => Send(KeyMessage(keysym, pressed));

    public void QemuKey(uint keysym, uint scancode, bool pressed) => Send(
        255, 0, 0, (byte)(pressed ? 1 : 0), (byte)(keysym >> 24), (byte)(keysym >> 16), (byte)(keysym >> 8), (byte)keysym,
        (byte)(scancode >> 24), (byte)(scancode >> 16), (byte)(scancode >> 8), (byte)scancode);

    public void Pointer(byte buttons, int x, int y) => Send(5, buttons, (byte)(x >> 8), (byte)x, (byte)(y >> 8), (byte)y);

    /// <summary>Reads one message; gives the rectangles of an update, null for another message.</summary>
    public List<Rectangle>? ReadMessage()
    {
        byte type = Read(1)[0];
        switch (type)
        {
            case 0:
                Read(1);
                int count = ReadUInt16();
                List<Rectangle> rectangles = [];
                for (int i = 0; i < count; i++)
                {
                    rectangles.Add(ReadRectangle());
                }

                return rectangles;
            case 1:
                Read(3);
                ColourMap = new (ushort, ushort, ushort)[ReadUInt16()];
                for (int i = 0; i < ColourMap.Length; i++)
                {
                    ColourMap[i] = (ReadUInt16(), ReadUInt16(), ReadUInt16());
                }

                return null;
            case 2:
                return null;
            case 3:
                Read(3);
                Read(ReadInt32());
                return null;
            default:
                throw new InvalidDataException($"message of type {type}");
        }
    }

    public List<Rectangle> ReadUpdate()
    {
        List<Rectangle>? rectangles = ReadMessage();
        while (rectangles is null)
        {
            rectangles = ReadMessage();
        }

        return rectangles;
    }

    /// <summary>Asks for everything and reads it.</summary>
    public List<Rectangle> Refresh()
    {
        Request(incremental: false);
        return ReadUpdate();
    }

    public byte[] Read(int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            int read = Socket.Receive(bytes.AsSpan(at));
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            at += read;
        }

        return bytes;
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Read(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Read(4));

    /// <summary>Reads until the server closes; anything else than a close within the deadline fails.</summary>
    public void ExpectClose()
    {
        try
        {
            byte[] bytes = new byte[4096];
            while (Socket.Receive(bytes) > 0)
            {
            }
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // The server closed with bytes of ours unread.
        }
    }

    public void Dispose()
    {
        Socket.Dispose();
        _zlib.Dispose();
        foreach (ZLibStream? stream in _tightStreams)
        {
            stream?.Dispose();
        }
    }

    private void ShakeHands(string version)
    {
        Expect("RFB 003.008\n"u8, "version");
        Send(Encoding.ASCII.GetBytes(version));
        int minor = int.Parse(version[8..11]);
        if (minor < 7)
        {
            Expect([0, 0, 0, 1], "security type");
        }
        else
        {
            Expect([1, 1], "offer of one security type, none");
            Send(1);
            if (minor >= 8)
            {
                Expect([0, 0, 0, 0], "security result");
            }
        }

        Send(1);
        SetSize(ReadUInt16(), ReadUInt16());
        Expect([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0], "pixel format");
        Name = Encoding.UTF8.GetString(Read(ReadInt32()));
    }

    private void Expect(ReadOnlySpan<byte> expected, string what)
    {
        byte[] seen = Read(expected.Length);
        if (!expected.SequenceEqual(seen))
        {
            throw new InvalidDataException($"{what}: expected {Convert.ToHexString(expected)}, got {Convert.ToHexString(seen)}");
        }
    }

    private void SetSize(int width, int height)
    {
        (Width, Height) = (width, height);
        Picture = new uint[width * height];
        Array.Fill(Picture, uint.MaxValue);
    }

    private Rectangle ReadRectangle()
    {
        Rectangle rectangle = new(ReadUInt16(), ReadUInt16(), ReadUInt16(), ReadUInt16(), ReadInt32());
        switch (rectangle.Encoding)
        {
            case 0:
                uint[] values = ParsePixels(Read(rectangle.Width * rectangle.Height * Pixels.Bits / 8), Pixels.Bits / 8, 0);
                Place(rectangle.X, rectangle.Y, rectangle.Width, rectangle.Height, values);
                break;
            case 16:
                byte[] compressed = Read(ReadInt32());
                CompressedBytes += compressed.Length;
                _feed.Append(compressed);
                ReadTiles(rectangle);
                if (!_feed.IsEmpty)
                {
                    throw new InvalidDataException("compressed bytes were left over");
                }

                break;
            case 7:
                ReadTight(rectangle);
                break;
            case -223:
                SetSize(rectangle.Width, rectangle.Height);
                break;
            case -308:
                int screens = Read(4)[0];
                Read(16 * screens);
                if (rectangle.Y == 0)
                {
                    SetSize(rectangle.Width, rectangle.Height);
                }

                break;
            case -258:
                break;
            default:
                throw new InvalidDataException($"encoding {rectangle.Encoding}");
        }

        return rectangle;
    }

    private uint[] ParsePixels(ReadOnlySpan<byte> bytes, int size, int shift)
    {
        uint[] values = new uint[bytes.Length / size];
        for (int i = 0; i < values.Length; i++)
        {
            uint value = 0;
            for (int j = 0; j < size; j++)
            {
                value |= (uint)bytes[i * size + j] << (8 * (Pixels.BigEndian ? size - 1 - j : j));
            }

            values[i] = value << shift;
        }

        return values;
    }

    private void Place(int left, int top, int width, int height, ReadOnlySpan<uint> values)
    {
        for (int row = 0; row < height; row++)
        {
            values.Slice(row * width, width).CopyTo(Picture.AsSpan((top + row) * Width + left, width));
        }
    }

    private byte[] Inflate(int count)
    {
        byte[] bytes = new byte[count];
        _zlib.ReadExactly(bytes);
        return bytes;
    }

    private void ReadTiles(Rectangle rectangle)
    {
        // 24 bits in a word of 32, at its low or its high end, lose the empty byte.
        bool isCompact = Pixels is { Bits: 32, Depth: <= 24, TrueColour: true };
        int size = isCompact ? 3 : Pixels.Bits / 8;
        int shift = isCompact && Math.Min(Pixels.RedShift, Math.Min(Pixels.GreenShift, Pixels.BlueShift)) == 8 ? 8 : 0;
        for (int top = 0; top < rectangle.Height; top += 64)
        {
            for (int left = 0; left < rectangle.Width; left += 64)
            {
                int width = Math.Min(64, rectangle.Width - left), height = Math.Min(64, rectangle.Height - top);
                Place(rectangle.X + left, rectangle.Y + top, width, height, ReadTile(width, height, size, shift));
            }
        }
    }

    private uint[] ReadTile(int width, int height, int size, int shift)
    {
        uint[] tile = new uint[width * height];
        byte sub = Inflate(1)[0];
        Subencodings.Add(sub);
        int paletteCount = sub switch
        {
            1 => 1,
            >= 2 and <= 16 => sub,
            >= 130 => sub - 128,
            _ => 0,
        };
        uint[] palette = ParsePixels(Inflate(paletteCount * size), size, shift);
        switch (sub)
        {
            case 0:
                return ParsePixels(Inflate(tile.Length * size), size, shift);
            case 1:
                Array.Fill(tile, palette[0]);
                return tile;
            case <= 16:
                int bits = sub == 2 ? 1 : sub <= 4 ? 2 : 4;
                for (int row = 0; row < height; row++)
                {
                    byte[] packed = Inflate((width * bits + 7) / 8);
                    for (int x = 0; x < width; x++)
                    {
                        tile[row * width + x] = palette[packed[x * bits / 8] >> (8 - bits - x * bits % 8) & ((1 << bits) - 1)];
                    }
                }

                return tile;
            case 128 or >= 130:
                for (int at = 0; at < tile.Length;)
                {
                    uint value;
                    bool isRun = true;
                    if (sub == 128)
                    {
                        value = ParsePixels(Inflate(size), size, shift)[0];
                    }
                    else
                    {
                        byte index = Inflate(1)[0];
                        value = palette[index & 127];
                        isRun = index >= 128;
                    }

                    int length = 1;
                    for (byte more = 255; isRun && more == 255;)
                    {
                        more = Inflate(1)[0];
                        length += more;
                    }

                    tile.AsSpan(at, length).Fill(value);
                    at += length;
                }

                return tile;
            default:
                throw new InvalidDataException($"subencoding {sub}");
        }
    }

    /// <summary>The compressed bytes of one rectangle after the other.</summary>
    private sealed class ZlibFeed : Stream
    {
        private byte[] _bytes = [];
        private int _at;

        public bool IsEmpty => _at == _bytes.Length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Append(byte[] bytes) => (_bytes, _at) = (bytes, 0);

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = Math.Min(count, _bytes.Length - _at);
            _bytes.AsSpan(_at, read).CopyTo(buffer.AsSpan(offset));
            _at += read;
            return read;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
