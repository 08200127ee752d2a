using Silk.NET.OpenGL;
using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>A picture as an OpenGL texture. OpenGL 3.3 core; all calls on the context's thread.</summary>
internal sealed class PictureTexture : IDisposable
{
    private readonly GL _gl;
    private readonly uint _texture;

    /// <summary>Makes an empty texture.</summary>
    public PictureTexture(GL gl)
    {
        _gl = gl;
        _texture = gl.GenTexture();
        gl.BindTexture(TextureTarget.Texture2D, _texture);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMagFilter, (int)TextureMagFilter.Nearest);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapS, (int)TextureWrapMode.ClampToEdge);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapT, (int)TextureWrapMode.ClampToEdge);
    }

    /// <summary>Width of what was uploaded last, pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Height of what was uploaded last, pixels.</summary>
    public int Height { get; private set; }

    /// <summary>Uploads a screen's rows <paramref name="top"/> to <paramref name="bottom"/> (exclusive), or all of them when the size changed.</summary>
    /// <remarks>Holds the screen's gate for the upload: OpenGL has taken the pixels when the call returns.</remarks>
    public void Upload(BackendScreen screen, int top, int bottom)
    {
        lock (screen.Gate)
        {
            Upload(screen.Pixels, screen.Width, screen.Height, top, bottom);
        }
    }

    /// <summary>Uploads a picture.</summary>
    /// <param name="pixels"><c>0x00RRGGBB</c>, <c>width * height</c> of them.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    public void Upload(ReadOnlySpan<uint> pixels, int width, int height) => Upload(pixels, width, height, 0, height);

    /// <summary>Makes this the texture that is drawn.</summary>
    /// <param name="isShrunk">Whether it is drawn smaller than it is. Then pixels are averaged; else each stays as it is.</param>
    public void Bind(bool isShrunk)
    {
        _gl.BindTexture(TextureTarget.Texture2D, _texture);
        if (isShrunk)
        {
            _gl.GenerateMipmap(TextureTarget.Texture2D);
        }

        // Without averaging whole lines of small text would be left out.
        _gl.TexParameter(
            TextureTarget.Texture2D, TextureParameterName.TextureMinFilter, (int)(isShrunk ? TextureMinFilter.LinearMipmapLinear : TextureMinFilter.Nearest));
    }

    /// <inheritdoc/>
    public void Dispose() => _gl.DeleteTexture(_texture);

    private unsafe void Upload(ReadOnlySpan<uint> pixels, int width, int height, int top, int bottom)
    {
        bool isResized = width != Width || height != Height;
        (Width, Height) = (width, height);
        (top, bottom) = isResized ? (0, height) : (Math.Max(top, 0), Math.Min(bottom, height));
        if (width == 0 || bottom <= top)
        {
            return;
        }

        _gl.BindTexture(TextureTarget.Texture2D, _texture);
        // 0x00RRGGBB as a number is BGRA read from its lowest byte; "8888 reversed" says number, so it holds for any byte order.
        fixed (uint* rows = pixels[(top * width)..])
        {
            if (isResized)
            {
                _gl.TexImage2D(
                    TextureTarget.Texture2D, 0, InternalFormat.Rgb8, (uint)width, (uint)height, 0, PixelFormat.Bgra,
                    PixelType.UnsignedInt8888Rev, rows);
            }
            else
            {
                _gl.TexSubImage2D(
                    TextureTarget.Texture2D, 0, 0, top, (uint)width, (uint)(bottom - top), PixelFormat.Bgra,
                    PixelType.UnsignedInt8888Rev, rows);
            }
        }
    }
}
