using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenFbFront.Content.Terminal;

/// <summary>What libvterm calls.</summary>
public sealed unsafe partial class VirtualTerminal
{
    private static nint* MakeCallbacks()
    {
        nint* table = (nint*)NativeMemory.AllocZeroed(Vterm.CallbackCount, (nuint)sizeof(nint));
        // In the order of VTermScreenCallbacks. Some stay empty: moverect and movecursor, 1 and 2, as their effect is in the damage and is asked for;
        // resize and popline, 5 and 7, which only the library's own change of size calls.
        table[0] = (nint)(delegate* unmanaged[Cdecl]<VtermRectangle, nint, int>)&OnDamage;
        table[3] = (nint)(delegate* unmanaged[Cdecl]<VtermProperty, int*, nint, int>)&OnProperty;
        table[4] = (nint)(delegate* unmanaged[Cdecl]<nint, int>)&OnBell;
        table[6] = (nint)(delegate* unmanaged[Cdecl]<int, VtermCell*, nint, int>)&OnPush;
        return table;
    }

    private static VirtualTerminal Of(nint user) => Unsafe.As<VirtualTerminal>(GCHandle.FromIntPtr(user).Target)!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnOutput(byte* bytes, nuint length, nint user)
    {
        VirtualTerminal terminal = Of(user);
        if (!terminal._isUnasked)
        {
            terminal._reply(new(bytes, (int)length));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDamage(VtermRectangle area, nint user)
    {
        bool[] damaged = Of(user)._isDamaged;
        int start = Math.Clamp(area.StartRow, 0, damaged.Length), end = Math.Clamp(area.EndRow, start, damaged.Length);
        damaged.AsSpan(start, end - start).Fill(true);
        return 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnProperty(VtermProperty property, int* value, nint user)
    {
        VirtualTerminal terminal = Of(user);
        switch (property)
        {
            case VtermProperty.CursorIsVisible:
                terminal.IsCursorVisible = *value != 0;
                break;
            case VtermProperty.CursorBlinks:
                terminal.CursorBlinks = *value != 0;
                break;
            case VtermProperty.AlternateScreen:
                terminal.IsAlternate = *value != 0;
                break;
            case VtermProperty.CursorShape:
                terminal.CursorStyle = *value;
                break;
            case VtermProperty.Mouse:
                terminal.Mouse = (TerminalMouse)(*value & 3);
                break;
            case VtermProperty.Title or VtermProperty.IconName:
                // Shown nowhere, and their layout is another in each version of the library.
                break;
            case VtermProperty.IsReversed:
                // The library exchanges the cells' colours itself.
                break;
        }

        return 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnBell(nint user)
    {
        Of(user).BellCount++;
        return 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnPush(int columns, VtermCell* cells, nint user)
    {
        VirtualTerminal terminal = Of(user);
        terminal._scrollback.Push(new(cells, columns));
        terminal.ScrolledLines++;
        return 1;
    }
}
