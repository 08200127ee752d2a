using System.Buffers.Binary;
using XenFbFront.Input.Keys;

namespace XenFbFront.Tests.Input.Keys;

/// <summary>Binary keymaps made by hand.</summary>
internal static class KeymapFiles
{
    /// <summary>The magic word, 256 marks, 128 keysyms for each marked table.</summary>
    public static byte[] Make(params (int Table, int Key, Keysym Keysym)[] entries)
    {
        List<byte> file = [.. "bkeymap"u8];
        SortedSet<int> tables = [0, .. entries.Select(entry => entry.Table)];
        file.AddRange(Enumerable.Range(0, 256).Select(table => (byte)(tables.Contains(table) ? 1 : 0)));
        foreach (int table in tables)
        {
            byte[] keys = new byte[256];
            for (int key = 0; key < 128; key++)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(keys.AsSpan(2 * key), Keysym.Hole.Raw);
            }

            foreach ((int _, int key, Keysym keysym) in entries.Where(entry => entry.Table == table))
            {
                BinaryPrimitives.WriteUInt16LittleEndian(keys.AsSpan(2 * key), keysym.Raw);
            }

            file.AddRange(keys);
        }

        return [.. file];
    }
}
