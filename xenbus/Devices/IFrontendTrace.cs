using Xenbus.Domain;
using Xenbus.Xenstore;

namespace Xenbus.Devices;

/// <summary>Sees everything that passes between the frontends of a <see cref="FrontendHost"/> and their backends. Called on the loop's thread.</summary>
/// <remarks>Whatever it does delays the devices: it must not wait for anybody. While nobody traces, each place costs a comparison with null.</remarks>
public interface IFrontendTrace : IXenstoreTrace
{
    /// <summary>A state of one end is another, or the device was given up.</summary>
    void OnStates(DeviceStatus device);

    /// <summary>A message was put into a ring, or found in one.</summary>
    /// <param name="device">Which device.</param>
    /// <param name="isOut">From the frontend to the backend.</param>
    /// <param name="slot">The message, 40 bytes; of the backend's nothing was checked.</param>
    /// <param name="produced">The producer's index behind what is known to be there.</param>
    /// <param name="consumed">The consumer's index before it.</param>
    void OnMessage(DeviceIdentity device, bool isOut, ReadOnlySpan<byte> slot, uint produced, uint consumed);

    /// <summary>One end notified the other.</summary>
    /// <param name="device">Which device.</param>
    /// <param name="isOut">The frontend the backend.</param>
    /// <param name="port">Our port.</param>
    void OnNotification(DeviceIdentity device, bool isOut, EventChannelPort port);
}
