using XenFbFront.Backend;

namespace XenFbFront.Viewer;

/// <summary>One guest for several viewers: each gets an input of its own, and the guest hears the shortest of their refresh periods.</summary>
/// <remarks>
/// Keys, pointers and touches go straight through. Only the refresh period needs a share: without it a VNC server whose last client leaves
/// would tell the guest that nobody looks while a window is still open. Thread-safe.
/// </remarks>
public sealed class SharedGuestInput(IGuestInput guest)
{
    private readonly Lock _gate = new();
    private readonly List<Share> _shares = [];
    private uint _advisedPeriodMs;

    /// <summary>A further viewer's input. It counts as not looking until it says otherwise.</summary>
    public IGuestInput Join()
    {
        Share share = new(this, guest);
        lock (_gate)
        {
            _shares.Add(share);
        }

        return share;
    }

    private void Advise(Share share, uint periodMs)
    {
        // The guest is told inside the lock, so that its last advice is the one that holds.
        lock (_gate)
        {
            share.PeriodMs = periodMs;
            uint shortest = _shares.Where(other => other.PeriodMs > 0).Select(other => other.PeriodMs).DefaultIfEmpty().Min();
            if (shortest != _advisedPeriodMs)
            {
                _advisedPeriodMs = shortest;
                guest.RefreshPeriod(shortest);
            }
        }
    }

    private sealed class Share(SharedGuestInput owner, IGuestInput guest) : IGuestInput
    {
        public uint PeriodMs { get; set; }

        public int TouchContacts => guest.TouchContacts;

        public void Key(uint keycode, bool pressed) => guest.Key(keycode, pressed);

        public void PointerAt(int x, int y, int wheel = 0) => guest.PointerAt(x, y, wheel);

        public void PointerBy(int dx, int dy, int wheel = 0) => guest.PointerBy(dx, dy, wheel);

        public void Touch(int contact, TouchPhase phase, int x, int y) => guest.Touch(contact, phase, x, y);

        public void RefreshPeriod(uint periodMs) => owner.Advise(this, periodMs);
    }
}
