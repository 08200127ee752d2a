namespace Xenbus.Devices;

/// <summary>Serves every device of one type.</summary>
public interface IFrontendDriver
{
    /// <summary>Directory below <c>device</c>, as in <c>vfb</c>.</summary>
    string DeviceType { get; }

    /// <summary>Makes the object that serves one device; it lives until the device is gone.</summary>
    FrontendDevice Create(DeviceContext context);
}
