namespace Xenbus.Devices;

/// <summary>What we want of a device.</summary>
public enum DeviceGoal
{
    /// <summary>To be connected.</summary>
    Run,

    /// <summary>To be closed in order.</summary>
    Stop,
}
