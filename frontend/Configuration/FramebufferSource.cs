namespace XenFbFront.Configuration;

/// <summary>What one framebuffer shows when it is not the main source.</summary>
/// <param name="Kind"><see cref="SourceKind.Console"/> or <see cref="SourceKind.Pattern"/>: what nobody types into.</param>
/// <param name="VirtualTerminal">Number of the text console, 1 to 63; 0 follows the active one.</param>
public readonly record struct FramebufferSource(SourceKind Kind, int VirtualTerminal);
