using System.Runtime.InteropServices;

namespace XenFbFront.Vkbd;

/// <summary>What a successor of the worker must know of a vkbd. Lies in <see cref="Xenbus.Devices.DeviceResources.Notes"/>.</summary>
/// <remarks>
/// Delivering a key and noting that it was delivered are two things, and a worker can be killed between them. So a write is announced here first
/// (<c>Intent…</c>), and afterwards the new state is written beside the old one and made valid by a single store to <see cref="Generation"/>,
/// which closes the announcement too. A successor that finds one open asks the input device whether the write was carried out.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 352)]
internal struct VkbdNotes
{
    /// <summary>Counts states; the valid one is <see cref="Even"/> or <see cref="Odd"/> by its lowest bit.</summary>
    [FieldOffset(0)] public uint Generation;

    /// <summary><see cref="Generation"/> + 1 while a write is announced that belongs to it.</summary>
    [FieldOffset(4)] public uint IntentGeneration;

    /// <summary>Announced: the role written to.</summary>
    [FieldOffset(8)] public int IntentRole;

    /// <summary>Announced: ring index of the first event that is not part of it.</summary>
    [FieldOffset(12)] public uint IntentUntil;

    /// <summary>Announced: the device's position before the write.</summary>
    [FieldOffset(16)] public long IntentPosition;

    /// <summary>Announced: a key that the write changes for good, or 0.</summary>
    [FieldOffset(24)] public ushort IntentKey;

    /// <summary>Announced: 1 if that key is down afterwards.</summary>
    [FieldOffset(26)] public byte IntentKeyIsDown;

    /// <summary>1 if there was no screen of the device's number when it connected: its input goes with the main source's.</summary>
    [FieldOffset(27)] public byte HasNoScreen;

    /// <summary>What was agreed with the backend.</summary>
    [FieldOffset(32)] public VkbdModes Modes;

    /// <summary>State of even generations.</summary>
    [FieldOffset(64)] public VkbdState Even;

    /// <summary>State of odd generations.</summary>
    [FieldOffset(208)] public VkbdState Odd;
}
