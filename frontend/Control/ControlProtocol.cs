namespace XenFbFront.Control;

/// <summary>What <c>xenfbfront ctl</c> and a worker send each other: kinds of <see cref="Holder.Packets"/>. One request for each connection.</summary>
internal static class ControlProtocol
{
    /// <summary>Between the words of a request.</summary>
    public const char Separator = '\n';

    /// <summary>Client to worker: the words of a request.</summary>
    public const byte Request = (byte)'Q';

    /// <summary>Worker to client: the beginning of a line that is longer than a packet; more follows.</summary>
    public const byte Part = (byte)'P';

    /// <summary>Worker to client: a file; the text says what is in it.</summary>
    public const byte File = (byte)'F';

    /// <summary>Worker to client: a line for the person, or the end of one.</summary>
    public const byte Line = (byte)'L';

    /// <summary>Worker to client: it is done.</summary>
    public const byte Done = (byte)'O';

    /// <summary>Worker to client: it cannot be done; the text says why.</summary>
    public const byte Failed = (byte)'E';

    /// <summary>Worker to client: the request is wrong; the text says what is right.</summary>
    public const byte Wrong = (byte)'W';
}
