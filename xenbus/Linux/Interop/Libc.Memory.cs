using System.Runtime.InteropServices;

namespace Xenbus.Linux.Interop;

/// <summary>Memory of this process.</summary>
internal static unsafe partial class Libc
{
    /// <summary>Types of a <see cref="ProgramHeader"/>. C: elf.h.</summary>
    public const uint PT_LOAD = 1, PT_PHDR = 6;

    /// <summary>Flag of a <see cref="ProgramHeader"/>: executable. C: elf.h.</summary>
    public const uint PF_X = 1;

    /// <summary>What the kernel tells a program: where its program headers are, and how many. C: elf.h.</summary>
    public const int AT_PHDR = 3, AT_PHNUM = 5;

    /// <summary>Advice that pages are not needed. C: sys/mman.h.</summary>
    public const int MADV_DONTNEED = 4;

    /// <summary>
    /// Unmaps the pages of this program's code. What is executed again comes back from the page cache, 64 KiB at once; nothing is lost, as code
    /// is never written to.
    /// </summary>
    public static void UnmapCode()
    {
        ProgramHeader* first = (ProgramHeader*)getauxval(AT_PHDR);
        ReadOnlySpan<ProgramHeader> headers = new(first, (int)getauxval(AT_PHNUM));
        ulong bias = 0;
        foreach (ref readonly ProgramHeader header in headers)
        {
            if (header.Type == PT_PHDR)
            {
                // A program that was loaded elsewhere than it was linked for.
                bias = (ulong)first - header.Address;
            }
        }

        foreach (ref readonly ProgramHeader header in headers)
        {
            if (header.Type == PT_LOAD && (header.Flags & PF_X) != 0)
            {
                ulong start = bias + header.Address, offset = start % (ulong)Environment.SystemPageSize;
                madvise((void*)(start - offset), (nuint)(header.MemoryBytes + offset), MADV_DONTNEED);
            }
        }
    }

    [LibraryImport(Library)]
    private static partial int madvise(void* address, nuint length, int advice);
}

/// <summary>A part of a program's file. C: Elf64_Phdr in elf.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct ProgramHeader
{
    /// <summary>What it is.</summary>
    [FieldOffset(0)] public uint Type;

    /// <summary>What its pages may be used for.</summary>
    [FieldOffset(4)] public uint Flags;

    /// <summary>Where the program was linked to be.</summary>
    [FieldOffset(16)] public ulong Address;

    /// <summary>Its length in memory.</summary>
    [FieldOffset(40)] public ulong MemoryBytes;
}
