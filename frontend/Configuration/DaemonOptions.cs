using Microsoft.Extensions.Logging;
using XenFbFront.Content;
using XenFbFront.Vfb;

namespace XenFbFront.Configuration;

/// <summary>Everything that a person can set, with its default.</summary>
public sealed class DaemonOptions
{
    /// <summary>Device directory of a loopback domain, or null for real Xen.</summary>
    public string? Loopback { get; set; }

    /// <summary>What the screen shows.</summary>
    public SourceKind Source { get; set; } = SourceKind.Automatic;

    /// <summary>Number of the text console to show, 0 for the active one.</summary>
    public int VirtualTerminal { get; set; }

    /// <summary>What single framebuffers show, by the number of their vfb device; the others show <see cref="Source"/>.</summary>
    public Dictionary<int, FramebufferSource> Framebuffers { get; } = [];

    /// <summary>What the built-in terminal runs, or null for a login or the user's shell.</summary>
    public string? TerminalCommand { get; set; }

    /// <summary>Keymap file of the built-in terminal, or null for the US one.</summary>
    public string? Keymap { get; set; }

    /// <summary>Console font file, <c>builtin</c>, <c>builtin:16</c>, <c>builtin:24</c>, <c>builtin:32</c>, or null or <c>auto</c> for the guest's own.</summary>
    public string? Font { get; set; }

    /// <summary>Font file for what the console font has not, <c>none</c>, or null for Unifont where it is installed.</summary>
    public string? FallbackFont { get; set; }

    /// <summary>Pixels of the screen for one of the console font, across and down.</summary>
    public int Scale { get; set; } = 1;

    /// <summary>How many columns and rows the text console is to have.</summary>
    public ConsoleGeometry Geometry { get; set; }

    /// <summary>How the cursor of the text console looks.</summary>
    public CursorShape Cursor { get; set; } = CursorShape.Underline;

    /// <summary>Milliseconds that what blinks is to be seen, and then not; 0 for no blinking.</summary>
    public int BlinkMs { get; set; }

    /// <summary>Sizes and depth of the framebuffers.</summary>
    public VfbOptions Screen { get; } = new();

    /// <summary>Where input goes.</summary>
    public SinkKind Sink { get; set; } = SinkKind.Automatic;

    /// <summary>File of the recorder.</summary>
    public string? RecordFile { get; set; }

    /// <summary>What is told.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>
    /// Grants that are left to the guest's disks and network. A request of a disk has at most 32 segments, each with a grant: with 64 two are under way
    /// at any time, so that a full grant table makes disks slower and never stops them.
    /// </summary>
    public int GrantReserve { get; set; } = 64;

    /// <summary>Whether devices are taken from kernel drivers that hold them.</summary>
    public bool Unbind { get; set; }

    /// <summary>A try-out without Xen in which nobody has said what to show: the built-in terminal comes first then, not this machine's own console.</summary>
    public bool PrefersTerminal => this is { Loopback: not null, Source: SourceKind.Automatic, VirtualTerminal: 0 };

    /// <summary>Whether a holder process protects the shared pages.</summary>
    public bool HasHolder { get; set; } = true;

    /// <summary>This process is a worker of a holder.</summary>
    public bool IsWorker { get; set; }
}

/// <summary>What the screen can show.</summary>
public enum SourceKind
{
    /// <summary>The text console where there is one, else the built-in terminal, else the keys screen.</summary>
    Automatic,

    /// <summary>A text console.</summary>
    Console,

    /// <summary>A program on the built-in terminal.</summary>
    Terminal,

    /// <summary>A test picture.</summary>
    Pattern,

    /// <summary>A screen that shows every input event.</summary>
    Keys,
}

/// <summary>Where input can go.</summary>
public enum SinkKind
{
    /// <summary>The built-in terminal when it is shown; else <see cref="First"/> on Xen, nowhere on the loopback.</summary>
    Automatic,

    /// <summary>The first of uinput, uhid and the console that is there.</summary>
    First,

    /// <summary>The kernel's uinput.</summary>
    Uinput,

    /// <summary>The kernel's uhid.</summary>
    Uhid,

    /// <summary>The text console's own terminal.</summary>
    Console,

    /// <summary>A file.</summary>
    Recorder,

    /// <summary>Nowhere.</summary>
    None,
}
