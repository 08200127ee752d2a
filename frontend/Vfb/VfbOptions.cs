namespace XenFbFront.Vfb;

/// <summary>What a person can say about the framebuffer.</summary>
public sealed class VfbOptions
{
    /// <summary>Pixels; 0 for what the backend's nodes say or the source likes.</summary>
    public int Width { get; set; }

    /// <summary>Pixels; 0 as above.</summary>
    public int Height { get; set; }

    /// <summary>Bits of a pixel.</summary>
    public int Depth { get; set; } = 32;
}
