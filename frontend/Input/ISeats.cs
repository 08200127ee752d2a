namespace XenFbFront.Input;

/// <summary>Whom each vkbd serves.</summary>
public interface ISeats
{
    /// <summary>The seat of a device.</summary>
    /// <param name="vkbd">Its number.</param>
    Seat this[int vkbd] { get; }
}
