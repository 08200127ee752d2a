namespace Xenbus.Domain;

/// <summary>Local number of an event channel. C: evtchn_port_t in event_channel.h. Port 0 never exists.</summary>
public readonly record struct EventChannelPort(uint Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}
