namespace XenFbFront.Input.Keys;

/// <summary>What a key event asks for.</summary>
public enum KeyActionKind
{
    /// <summary>A character is typed.</summary>
    Text,

    /// <summary>A named key is typed.</summary>
    Key,

    /// <summary>The virtual terminal with the number in <see cref="KeyAction.Value"/>.</summary>
    Console,

    /// <summary>The virtual terminal before this one in time.</summary>
    LastConsole,

    /// <summary>The virtual terminal with the next lower number.</summary>
    PreviousConsole,

    /// <summary>The virtual terminal with the next higher number.</summary>
    NextConsole,

    /// <summary>Half a screen back in what was put out.</summary>
    ScrollBack,

    /// <summary>Half a screen forward in what was put out.</summary>
    ScrollForward,

    /// <summary>Scroll Lock: holds the output, or lets it go on.</summary>
    Hold,

    /// <summary>The break of a serial line.</summary>
    Break,

    /// <summary>Ctrl-Alt-Del.</summary>
    Boot,

    /// <summary>The secure attention key: ends all programs of the terminal.</summary>
    SecureAttention,
}
