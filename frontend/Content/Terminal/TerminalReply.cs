namespace XenFbFront.Content.Terminal;

/// <summary>Takes what a program is to read from its terminal.</summary>
public delegate void TerminalReply(ReadOnlySpan<byte> bytes);
