using Silk.NET.OpenGL;
using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>The screen as an OpenGL texture and the program that draws it. OpenGL 3.3 core; all calls on the context's thread.</summary>
internal sealed class ScreenTexture : IDisposable
{
    // One triangle that covers the viewport; the part outside is clipped, and no vertex buffer is needed. Row 0 of the texture is the
    // picture's top, so v runs downwards.
    private const string VertexSource = """
        #version 330 core
        out vec2 place;
        void main()
        {
            vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
            place = vec2(corner.x, 1.0 - corner.y);
            gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
        }
        """;

    private const string FragmentSource = """
        #version 330 core
        in vec2 place;
        uniform sampler2D screen;
        out vec4 colour;
        void main()
        {
            colour = vec4(texture(screen, place).rgb, 1.0);
        }
        """;

    private readonly GL _gl;
    private readonly uint _program;
    private readonly uint _vertexArray;
    private readonly uint _texture;

    /// <summary>Makes the program and an empty texture.</summary>
    /// <exception cref="InvalidOperationException">The driver refuses the shaders; the message is the driver's.</exception>
    public ScreenTexture(GL gl)
    {
        _gl = gl;
        _program = Link(Compile(ShaderType.VertexShader, VertexSource), Compile(ShaderType.FragmentShader, FragmentSource));
        // The core profile draws nothing without a vertex array, also an empty one.
        _vertexArray = gl.GenVertexArray();
        _texture = gl.GenTexture();
        gl.BindTexture(TextureTarget.Texture2D, _texture);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMinFilter, (int)TextureMinFilter.Nearest);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMagFilter, (int)TextureMagFilter.Nearest);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapS, (int)TextureWrapMode.ClampToEdge);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapT, (int)TextureWrapMode.ClampToEdge);
    }

    /// <summary>Width of what was uploaded last, pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Height of what was uploaded last, pixels.</summary>
    public int Height { get; private set; }

    /// <summary>Uploads rows <paramref name="top"/> to <paramref name="bottom"/> (exclusive), or everything when the size changed.</summary>
    /// <remarks>Holds the screen's gate for the upload: OpenGL has taken the pixels when the call returns.</remarks>
    public unsafe void Upload(BackendScreen screen, int top, int bottom)
    {
        lock (screen.Gate)
        {
            int width = screen.Width, height = screen.Height;
            bool isResized = width != Width || height != Height;
            (Width, Height) = (width, height);
            (top, bottom) = isResized ? (0, height) : (Math.Max(top, 0), Math.Min(bottom, height));
            if (width == 0 || bottom <= top)
            {
                return;
            }

            _gl.BindTexture(TextureTarget.Texture2D, _texture);
            // 0x00RRGGBB as a number is BGRA read from its lowest byte; "8888 reversed" says number, so it holds for any byte order.
            fixed (uint* pixels = screen.Pixels[(top * width)..])
            {
                if (isResized)
                {
                    _gl.TexImage2D(
                        TextureTarget.Texture2D, 0, InternalFormat.Rgb8, (uint)width, (uint)height, 0, PixelFormat.Bgra,
                        PixelType.UnsignedInt8888Rev, pixels);
                }
                else
                {
                    _gl.TexSubImage2D(
                        TextureTarget.Texture2D, 0, 0, top, (uint)width, (uint)(bottom - top), PixelFormat.Bgra,
                        PixelType.UnsignedInt8888Rev, pixels);
                }
            }
        }
    }

    /// <summary>Draws the screen at a place of a window, black around it.</summary>
    public void Draw(Letterbox place, int windowHeight)
    {
        _gl.ClearColor(0, 0, 0, 1);
        _gl.Clear(ClearBufferMask.ColorBufferBit);
        if (place.Width == 0)
        {
            return;
        }

        // OpenGL counts rows from the bottom.
        _gl.Viewport(place.X, windowHeight - place.Y - place.Height, (uint)place.Width, (uint)place.Height);
        _gl.UseProgram(_program);
        _gl.BindVertexArray(_vertexArray);
        _gl.BindTexture(TextureTarget.Texture2D, _texture);
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gl.DeleteTexture(_texture);
        _gl.DeleteVertexArray(_vertexArray);
        _gl.DeleteProgram(_program);
    }

    private uint Compile(ShaderType type, string source)
    {
        uint shader = _gl.CreateShader(type);
        _gl.ShaderSource(shader, source);
        _gl.CompileShader(shader);
        return _gl.GetShader(shader, ShaderParameterName.CompileStatus) != 0
            ? shader
            : throw new InvalidOperationException($"The OpenGL driver refuses a shader: {_gl.GetShaderInfoLog(shader)}");
    }

    private uint Link(uint vertex, uint fragment)
    {
        uint program = _gl.CreateProgram();
        _gl.AttachShader(program, vertex);
        _gl.AttachShader(program, fragment);
        _gl.LinkProgram(program);
        if (_gl.GetProgram(program, ProgramPropertyARB.LinkStatus) == 0)
        {
            throw new InvalidOperationException($"The OpenGL driver refuses the program: {_gl.GetProgramInfoLog(program)}");
        }

        _gl.DeleteShader(vertex);
        _gl.DeleteShader(fragment);
        return program;
    }
}
