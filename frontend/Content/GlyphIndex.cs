using System.Numerics;

namespace XenFbFront.Content;

/// <summary>A table from keys of 64 bits to glyphs. Looking up allocates nothing.</summary>
/// <param name="maximumCount">Entries it grows to; a power of two.</param>
internal sealed class GlyphIndex(int maximumCount)
{
    private const ulong Vacant = ulong.MaxValue;
    private const int FirstCapacity = 512;

    // Open addressing, linear probing, at most half full, a power of two long: one or two steps to a hit or a miss.
    private ulong[] _keys = NewKeys(FirstCapacity);
    private int[] _glyphs = new int[FirstCapacity];
    private int _shift = ShiftOf(FirstCapacity);
    private int _count;

    /// <summary>Whether nothing more can be added.</summary>
    public bool IsFull => _count >= maximumCount;

    /// <summary>Finds a key's glyph.</summary>
    /// <param name="key">Anything but the largest number.</param>
    /// <param name="glyph">The glyph, or 0.</param>
    public bool TryGet(ulong key, out int glyph)
    {
        int slot = FindSlot(key);
        glyph = _glyphs[slot];
        return _keys[slot] == key;
    }

    /// <summary>Adds an entry or replaces it.</summary>
    /// <returns>False when it is a new one and the table is full.</returns>
    public bool TrySet(ulong key, int glyph)
    {
        int slot = FindSlot(key);
        if (_keys[slot] != key)
        {
            if (IsFull)
            {
                return false;
            }

            if (++_count * 2 > _keys.Length)
            {
                Grow();
                slot = FindSlot(key);
            }
        }

        _keys[slot] = key;
        _glyphs[slot] = glyph;
        return true;
    }

    private void Grow()
    {
        (ulong[] keys, int[] glyphs) = (_keys, _glyphs);
        _keys = NewKeys(keys.Length * 2);
        _glyphs = new int[_keys.Length];
        _shift = ShiftOf(_keys.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] != Vacant)
            {
                int slot = FindSlot(keys[i]);
                _keys[slot] = keys[i];
                _glyphs[slot] = glyphs[i];
            }
        }
    }

    private int FindSlot(ulong key)
    {
        ulong[] keys = _keys;
        int mask = keys.Length - 1;
        int slot = (int)(key * 0x9e3779b97f4a7c15 >> _shift);
        while (keys[slot] != Vacant && keys[slot] != key)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private static ulong[] NewKeys(int capacity)
    {
        ulong[] keys = new ulong[capacity];
        keys.AsSpan().Fill(Vacant);
        return keys;
    }

    private static int ShiftOf(int capacity) => 64 - BitOperations.Log2((uint)capacity);
}
