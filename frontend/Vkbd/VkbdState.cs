using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenFbFront.Vkbd;

/// <summary>What has been delivered so far, and what is held by it: all that translating the next event depends on.</summary>
[StructLayout(LayoutKind.Explicit, Size = 136)]
public struct VkbdState
{
    /// <summary>Per role: ring index of the first event that is not delivered to it yet.</summary>
    [FieldOffset(0)] public RoleIndices Next;

    /// <summary>One bit for each key and button that is down.</summary>
    [FieldOffset(16)] public HeldKeys Held;

    /// <summary>One bit for each finger that touches.</summary>
    [FieldOffset(112)] public ulong Touching;

    /// <summary>Tracking id of the next finger that comes down.</summary>
    [FieldOffset(120)] public int NextTrackingId;

    /// <summary>Whether a key or button is down.</summary>
    /// <param name="code">0 to 0x2ff.</param>
    public readonly bool IsHeld(int code) => (Held[code / 64] >> code % 64 & 1) != 0;

    /// <summary>Notes that a key or button went down or up.</summary>
    /// <param name="code">0 to 0x2ff.</param>
    /// <param name="isDown">Its new state.</param>
    public void SetHeld(int code, bool isDown)
    {
        if (isDown)
        {
            Held[code / 64] |= 1ul << code % 64;
        }
        else
        {
            Held[code / 64] &= ~(1ul << code % 64);
        }
    }

    /// <summary>One index for each <see cref="Input.InputRole"/>.</summary>
    [InlineArray(3)]
    public struct RoleIndices
    {
        private uint _first;
    }

    /// <summary>Bits 0 to 0x2ff.</summary>
    [InlineArray(12)]
    public struct HeldKeys
    {
        private ulong _first;
    }
}
