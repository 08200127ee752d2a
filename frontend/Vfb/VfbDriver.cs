using Xenbus.Devices;
using XenFbFront.Content;

namespace XenFbFront.Vfb;

/// <summary>Serves <c>vfb</c> devices: the first shows the source, a second one is refused for now.</summary>
public sealed class VfbDriver(VfbOptions options, IScreenSource source) : IFrontendDriver
{
    private VfbDevice? _owner;

    /// <inheritdoc/>
    public string DeviceType => "vfb";

    /// <summary>Called when a framebuffer got or lost its connection, with a geometry for the first case.</summary>
    public event Action<FramebufferGeometry?>? GeometryChanged;

    /// <inheritdoc/>
    public FrontendDevice Create(DeviceContext context) => new VfbDevice(context, options, source, this);

    /// <summary>A source has one canvas: the first device that asks gets it until it is disposed.</summary>
    internal bool TryClaimSource(VfbDevice device)
    {
        _owner ??= device;
        return _owner == device;
    }

    internal void ReleaseSource(VfbDevice device)
    {
        if (_owner == device)
        {
            _owner = null;
        }
    }

    internal void Report(FramebufferGeometry? geometry) => GeometryChanged?.Invoke(geometry);
}
