namespace XenFbFront.Input;

/// <summary>Whom each vkbd serves.</summary>
public interface ISeats
{
    /// <summary>Called when somebody has another seat while the program runs. What a listener throws is thrown to who chose.</summary>
    event Action? Changed;

    /// <summary>The seat of a device.</summary>
    /// <param name="vkbd">Its number.</param>
    /// <param name="hasScreen">Whether there is a vfb of that number; without one it goes with the main source.</param>
    Seat Of(int vkbd, bool hasScreen);
}
