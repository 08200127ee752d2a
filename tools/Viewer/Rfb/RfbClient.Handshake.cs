using System.Text;

namespace XenFbFront.Viewer;

/// <summary>The handshake, RFC 6143 §7.1 to §7.3.</summary>
internal sealed partial class RfbClient
{
    private void Handshake()
    {
        _out.Write(RfbProtocol.ServerVersion);
        _out.Flush();
        int minor = ReadVersion();
        AgreeOnSecurity(minor);

        // The shared flag is read and not obeyed: a client that wants the screen for itself may not throw out those who watch.
        _in.ReadByte();

        lock (_gate)
        {
            LookAtScreen();
            (_viewWidth, _viewHeight) = (_desktopWidth, _desktopHeight);
            _damage.Clear();
            // A new client knows nothing of the picture, also when its first request is an incremental one.
            _damage.Add(View);
        }

        Span<byte> format = stackalloc byte[RfbPixelFormat.WireBytes];
        RfbPixelFormat.Native.Write(format);
        byte[] name = Encoding.UTF8.GetBytes(_options.DesktopName);
        _out.Write((ushort)_viewWidth);
        _out.Write((ushort)_viewHeight);
        _out.Write(format);
        _out.Write((uint)name.Length);
        _out.Write(name);
        _out.Flush();
    }

    /// <summary>The minor version that both speak: 3, 7 or 8.</summary>
    private int ReadVersion()
    {
        Span<byte> text = stackalloc byte[12];
        _in.Read(text);
        if (!text.StartsWith("RFB "u8) || text[7] != '.' || text[11] != '\n'
            || !int.TryParse(text[4..7], out int major) || !int.TryParse(text[8..11], out int minor) || major < 3)
        {
            throw new RfbProtocolException("does not speak RFB");
        }

        // Some clients claim a version that was never published. A higher one falls back to ours, one between two to the lower.
        return major > 3 ? 8 : minor switch
        {
            >= 8 => 8,
            7 => 7,
            _ => 3,
        };
    }

    private void AgreeOnSecurity(int minor)
    {
        if (minor == 3)
        {
            // Version 3.3: the server decides and there is no result for the type None. §7.1.2.
            _out.Write((uint)RfbProtocol.SecurityNone);
            _out.Flush();
            return;
        }

        _out.Write((byte)1);
        _out.Write(RfbProtocol.SecurityNone);
        _out.Flush();
        byte chosen = _in.ReadByte();
        bool isKnown = chosen == RfbProtocol.SecurityNone;
        if (minor == 8)
        {
            // §7.1.3: version 3.8 has a result for every type, and a reason when it failed.
            _out.Write(isKnown ? 0u : 1u);
            if (!isKnown)
            {
                ReadOnlySpan<byte> reason = "security type was not offered"u8;
                _out.Write((uint)reason.Length);
                _out.Write(reason);
            }

            _out.Flush();
        }

        if (!isKnown)
        {
            throw new RfbProtocolException($"chose security type {chosen}, which was not offered");
        }
    }
}
