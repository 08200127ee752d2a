using Xenbus.Devices;
using XenFbFront.Content;

namespace XenFbFront.Vfb;

/// <summary>Serves <c>vfb</c> devices: each shows its source, and a source is shown once.</summary>
public sealed class VfbDriver(VfbOptions options, IScreenSources sources) : IFrontendDriver, IScreens
{
    private readonly Dictionary<IScreenSource, VfbDevice> _owners = [];
    private readonly List<VfbDevice> _devices = [];

    /// <inheritdoc/>
    public string DeviceType => "vfb";

    /// <summary>Called when a framebuffer got or lost its connection, with a geometry for the first case.</summary>
    public event Action<FramebufferGeometry?>? GeometryChanged;

    /// <inheritdoc/>
    public event Action? Changed;

    /// <summary>The devices that are served now.</summary>
    internal IReadOnlyList<VfbDevice> Devices => _devices;

    /// <inheritdoc/>
    public FrontendDevice Create(DeviceContext context) => new VfbDevice(context, options, this);

    /// <inheritdoc/>
    public bool Has(int framebuffer) => _devices.Exists(device => device.Framebuffer == framebuffer);

    /// <inheritdoc/>
    public ScreenSize? SizeTaken(int framebuffer)
    {
        VfbDevice? first = null;
        foreach (VfbDevice device in _devices)
        {
            if (device.Framebuffer == framebuffer && device.SizeTaken is { } own)
            {
                return own;
            }

            first = device.Geometry is not null && !(device.Framebuffer > first?.Framebuffer) ? device : first;
        }

        return first?.SizeTaken;
    }

    internal void Add(VfbDevice device)
    {
        _devices.Add(device);
        Changed?.Invoke();
    }

    internal void Remove(VfbDevice device)
    {
        if (_devices.Remove(device))
        {
            Changed?.Invoke();
        }
    }

    /// <summary>The source for a device, until it is released: a source has one canvas.</summary>
    /// <returns>Null when another device has it.</returns>
    internal IScreenSource? ClaimSource(VfbDevice device, int framebuffer)
    {
        IScreenSource source = sources[framebuffer];
        return _owners.TryAdd(source, device) || _owners[source] == device ? source : null;
    }

    internal void ReleaseSource(VfbDevice device, IScreenSource source)
    {
        if (_owners.TryGetValue(source, out VfbDevice? owner) && owner == device)
        {
            _owners.Remove(source);
        }
    }

    internal void Report(FramebufferGeometry? geometry) => GeometryChanged?.Invoke(geometry);
}
