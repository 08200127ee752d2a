namespace XenFbFront.Viewer;

/// <summary>A client broke the protocol; the message says how. Caught where the client's thread began, which closes that client.</summary>
internal sealed class RfbProtocolException(string message) : Exception(message);
