namespace XenFbFront.Input;

/// <summary>Whom a vkbd serves.</summary>
/// <param name="Sink">Where its keys, its pointer and its touch go.</param>
/// <param name="Observer">Sees what has been delivered, or null.</param>
public sealed record Seat(IInputSink Sink, IInputObserver? Observer = null);
