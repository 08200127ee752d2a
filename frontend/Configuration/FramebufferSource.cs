namespace XenFbFront.Configuration;

/// <summary>What one framebuffer shows when it is not the main source.</summary>
/// <param name="Kind">Any but <see cref="SourceKind.Automatic"/>.</param>
/// <param name="VirtualTerminal">Number of the text console, 1 to 63; 0 follows the active one.</param>
/// <param name="Command">What the built-in terminal runs; null for what <see cref="DaemonOptions.TerminalCommand"/> says.</param>
public readonly record struct FramebufferSource(SourceKind Kind, int VirtualTerminal = 0, string? Command = null);
