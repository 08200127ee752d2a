namespace XenFbFront.Configuration;

/// <summary>An option or a line of the configuration file is wrong; the message says which and what is right.</summary>
public sealed class OptionException(string message) : Exception(message);
