using System.Buffers.Binary;

namespace XenFbFront.Bench.Figures;

/// <summary>Looks whether a program needs anything to be loaded beside it. C: Elf64_Ehdr and Elf64_Phdr in elf.h.</summary>
internal static class ElfFile
{
    private const uint Interpreter = 3;

    /// <summary>Program headers that name an interpreter: 0 in a static program, 1 in others.</summary>
    /// <exception cref="InvalidDataException">It is no 64-bit little-endian ELF file.</exception>
    public static int CountInterpreters(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        if (file.Length < 64 || !file.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException($"{path} is not a 64-bit ELF program; give the published one with --frontend");
        }

        int table = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(32)));
        int entryBytes = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(54));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(56));
        BenchException.ThrowUnless(count > 0, "an ELF program without program headers");
        int interpreters = 0;
        for (int i = 0; i < count; i++)
        {
            interpreters += BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(table + i * entryBytes)) == Interpreter ? 1 : 0;
        }

        return interpreters;
    }
}
