using Silk.NET.OpenGL;

namespace XenFbFront.Viewer;

/// <summary>Draws textures and plain rectangles into a window. OpenGL 3.3 core; all calls on the context's thread.</summary>
/// <remarks>Places are in the window's pixels, origin top left, as everywhere but in OpenGL.</remarks>
internal sealed class PicturePainter : IDisposable
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
    private int _windowHeight;

    /// <summary>Makes the program.</summary>
    /// <exception cref="NoWindowException">The driver refuses the shaders; the message is the driver's.</exception>
    public PicturePainter(GL gl)
    {
        _gl = gl;
        _program = Link(Compile(ShaderType.VertexShader, VertexSource), Compile(ShaderType.FragmentShader, FragmentSource));
        // The core profile draws nothing without a vertex array, also an empty one.
        _vertexArray = gl.GenVertexArray();
    }

    /// <summary>Begins a picture: everything black.</summary>
    /// <param name="windowHeight">Pixels.</param>
    public void Begin(int windowHeight)
    {
        _windowHeight = windowHeight;
        _gl.ClearColor(0, 0, 0, 1);
        _gl.Clear(ClearBufferMask.ColorBufferBit);
    }

    /// <summary>Draws a texture; nothing where the place is empty.</summary>
    public void Draw(PictureTexture texture, Letterbox place)
    {
        if (place.Width == 0 || place.Height == 0)
        {
            return;
        }

        texture.Bind(isShrunk: place.Width < texture.Width || place.Height < texture.Height);
        _gl.Viewport(place.X, Bottom(place.Y, place.Height), (uint)place.Width, (uint)place.Height);
        _gl.UseProgram(_program);
        _gl.BindVertexArray(_vertexArray);
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
    }

    /// <summary>Draws the border of a place, one pixel wide, inside it.</summary>
    /// <param name="place">Not empty.</param>
    /// <param name="colour"><c>0x00RRGGBB</c>.</param>
    public void Outline(Letterbox place, uint colour)
    {
        _gl.ClearColor((colour >> 16 & 255) / 255f, (colour >> 8 & 255) / 255f, (colour & 255) / 255f, 1);
        _gl.Enable(EnableCap.ScissorTest);
        Fill(place.X, place.Y, place.Width, 1);
        Fill(place.X, place.Y + place.Height - 1, place.Width, 1);
        Fill(place.X, place.Y, 1, place.Height);
        Fill(place.X + place.Width - 1, place.Y, 1, place.Height);
        _gl.Disable(EnableCap.ScissorTest);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gl.DeleteVertexArray(_vertexArray);
        _gl.DeleteProgram(_program);
    }

    private void Fill(int x, int y, int width, int height)
    {
        _gl.Scissor(x, Bottom(y, height), (uint)width, (uint)height);
        _gl.Clear(ClearBufferMask.ColorBufferBit);
    }

    /// <summary>OpenGL counts rows from the bottom.</summary>
    private int Bottom(int y, int height) => _windowHeight - y - height;

    private uint Compile(ShaderType type, string source)
    {
        uint shader = _gl.CreateShader(type);
        _gl.ShaderSource(shader, source);
        _gl.CompileShader(shader);
        return _gl.GetShader(shader, ShaderParameterName.CompileStatus) != 0
            ? shader
            : throw new NoWindowException($"The OpenGL driver refuses a shader: {_gl.GetShaderInfoLog(shader)}");
    }

    private uint Link(uint vertex, uint fragment)
    {
        uint program = _gl.CreateProgram();
        _gl.AttachShader(program, vertex);
        _gl.AttachShader(program, fragment);
        _gl.LinkProgram(program);
        if (_gl.GetProgram(program, ProgramPropertyARB.LinkStatus) == 0)
        {
            throw new NoWindowException($"The OpenGL driver refuses the program: {_gl.GetProgramInfoLog(program)}");
        }

        _gl.DeleteShader(vertex);
        _gl.DeleteShader(fragment);
        return program;
    }
}
