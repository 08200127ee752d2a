namespace XenFbFront.Input;

/// <summary>Sees what has just been delivered to the guest's input devices.</summary>
public interface IInputObserver
{
    /// <summary>A device is there from now on, or has become another.</summary>
    void OnOpened(InputDeviceSpec spec);

    /// <summary>Events of one device in the order of delivery, whole packets that end with EV_SYN.</summary>
    void OnDelivered(InputRole role, ReadOnlySpan<InputEvent> events);
}
