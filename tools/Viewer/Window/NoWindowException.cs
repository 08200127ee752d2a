namespace XenFbFront.Viewer;

/// <summary>No window can be made here.</summary>
/// <param name="message">Why, and what to install.</param>
public sealed class NoWindowException(string message) : Exception(message);
