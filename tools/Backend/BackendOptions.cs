using Xenbus.Domain;
using Xenbus.Wire;

namespace XenFbFront.Backend;

/// <summary>How the backends behave; the defaults are QEMU's.</summary>
public sealed class BackendOptions
{
    /// <summary>The domain that serves, whose <c>/local/domain/N/backend</c> is watched.</summary>
    public DomainId OwnDomain { get; init; } = DomainId.Zero;

    /// <summary>Shortest time between two refreshes of a screen, milliseconds, at least 1.</summary>
    public int RefreshMs { get; init; } = 16;

    /// <summary>Whether <c>feature-resize</c> is offered. Resizes that come all the same are ignored without it.</summary>
    public bool OffersResize { get; init; } = true;

    /// <summary>Whether <c>request-update</c> is written for a frontend that can send updates; else the whole screen is read at each refresh.</summary>
    public bool RequestsUpdates { get; init; } = true;

    /// <summary>The largest screen that is shown, pixels: a frontend must not make this process allocate without limit.</summary>
    public int MaxScreenPixels { get; init; } = 64 << 20;

    /// <summary>Whether <c>feature-abs-pointer</c> is offered.</summary>
    public bool OffersAbsolutePointer { get; init; } = true;

    /// <summary>Whether <c>feature-raw-pointer</c> is offered.</summary>
    public bool OffersRawPointer { get; init; } = true;

    /// <summary>Value of the <c>width</c> node, pixels; null publishes none, as QEMU, and positions are pixels of the screen.</summary>
    public int? PointerWidth { get; init; }

    /// <summary>Value of the <c>height</c> node, pixels; null publishes none.</summary>
    public int? PointerHeight { get; init; }

    /// <summary>Fingers that can be told apart, 1 to 255; 0 does not offer <c>feature-multi-touch</c>.</summary>
    public int TouchContacts { get; init; }

    /// <summary>Value of <c>multi-touch-width</c>, pixels.</summary>
    public int TouchWidth { get; init; } = VkbdPage.DefaultWidth;

    /// <summary>Value of <c>multi-touch-height</c>, pixels.</summary>
    public int TouchHeight { get; init; } = VkbdPage.DefaultHeight;

    /// <summary>Whether <c>feature-disable-keyboard</c> is written, and no keys are sent.</summary>
    public bool DisablesKeyboard { get; init; }

    /// <summary>Whether <c>feature-disable-pointer</c> is written, and no pointer events and buttons are sent.</summary>
    public bool DisablesPointer { get; init; }

    /// <summary>What viewers may be ahead of a guest, input events; more and they wait.</summary>
    public int InputQueueLength { get; init; } = 4096;

    /// <summary>For tests: <see cref="XenbusState.Initialising"/> or <see cref="XenbusState.InitWait"/> is never left forwards.</summary>
    public XenbusState? HoldAt { get; init; }

    /// <summary>
    /// For tests: a frontend whose page is refused sees the backend stay in <see cref="XenbusState.InitWait"/>, tried again at each write but with
    /// the first page and port, as with QEMU. Else the device is closed and the reason written below <c>error</c>.
    /// </summary>
    public bool StaysInInitWaitOnFailure { get; init; }

    /// <summary>For tests: further nodes for a vfb backend's directory, name to value; they win over the usual ones.</summary>
    public IReadOnlyDictionary<string, string> ExtraVfbNodes { get; init; } = new Dictionary<string, string>();

    /// <summary>For tests: further nodes for a vkbd backend's directory, name to value; they win over the usual ones.</summary>
    public IReadOnlyDictionary<string, string> ExtraVkbdNodes { get; init; } = new Dictionary<string, string>();

    /// <summary>Throws what is wrong, if anything.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(RefreshMs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxScreenPixels, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(PointerWidth ?? 1, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PointerHeight ?? 1, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(TouchContacts);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TouchContacts, byte.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(TouchWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TouchHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InputQueueLength, 1);
    }
}
