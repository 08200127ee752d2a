namespace XenFbFront.Input;

/// <summary>One input device that events can be written to.</summary>
/// <remarks>Disposing closes this process's descriptor; the device lives on while a holder keeps its copy. <see cref="Remove"/> ends it.</remarks>
public interface IInputDevice : IDisposable
{
    /// <summary>A number that grows with every write, where the device has one (a file's length), else 0. Asked before a write is announced.</summary>
    long Position { get; }

    /// <summary>Delivers events, all or none.</summary>
    /// <returns>0, or the errno of a device that takes nothing now; the caller tries again later.</returns>
    int Write(ReadOnlySpan<InputEvent> events);

    /// <summary>Asked by the successor of a worker that was killed around a write: was that write carried out?</summary>
    /// <param name="positionBefore"><see cref="Position"/> before the write.</param>
    /// <param name="key">A key or button that the write changed and left changed, or 0 when there was none.</param>
    /// <param name="isDownAfter">Its state after the write.</param>
    /// <returns>Null when it cannot be known; the caller then writes again rather than lose something.</returns>
    bool? WasCarriedOut(long positionBefore, ushort key, bool isDownAfter);

    /// <summary>Tells a device that was taken up from a predecessor what it has been told so far. Called once, before the first write.</summary>
    /// <param name="keysDown">A bit for each key and button that is down, the lowest bit of the first byte first, up to KEY_MAX.</param>
    /// <remarks>For devices that tell a state instead of a change, or that must know which modifiers are down.</remarks>
    void Resume(ReadOnlySpan<byte> keysDown)
    {
    }

    /// <summary>Ends the device and what is kept of it; keys still held are released by it.</summary>
    void Remove();
}
