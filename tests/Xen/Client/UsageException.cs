namespace XenFbFront.Tests.Xen;

/// <summary>A command that cannot be understood; the message says what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
