namespace XenFbFront.Viewer;

/// <summary>The different colours of a part of the picture, numbered in the order they come, up to a capacity.</summary>
/// <remarks>Colours are the client's pixel values. Not thread-safe.</remarks>
internal sealed class ColourTable
{
    private readonly uint[] _colours;
    private readonly uint[] _slotColours;
    // Stored plus one, so that zero means free.
    private readonly ushort[] _slotIndices;
    private readonly int _shift;

    /// <summary>Makes an empty table.</summary>
    /// <param name="capacity">Colours at most, 1 to 256.</param>
    public ColourTable(int capacity)
    {
        _colours = new uint[capacity];
        // Twice the capacity at least and a power of two: the open-addressed table stays sparse and its mask cheap.
        int bits = 32 - int.LeadingZeroCount(2 * capacity - 1);
        _shift = 32 - bits;
        _slotColours = new uint[1 << bits];
        _slotIndices = new ushort[1 << bits];
    }

    /// <summary>Colours so far; capacity plus one when there were more.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there were more colours than fit; then the table is of no use.</summary>
    public bool IsOverfull => Count > _colours.Length;

    /// <summary>The colours by number.</summary>
    public ReadOnlySpan<uint> Colours => _colours.AsSpan(0, Count);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_slotIndices);
        Count = 0;
    }

    /// <summary>Adds a colour that may be there already.</summary>
    public void Add(uint colour)
    {
        if (IsOverfull)
        {
            return;
        }

        int slot = FindSlot(colour);
        if (_slotIndices[slot] != 0)
        {
            return;
        }

        if (Count < _colours.Length)
        {
            _slotColours[slot] = colour;
            _colours[Count] = colour;
            _slotIndices[slot] = (ushort)(Count + 1);
        }

        Count++;
    }

    /// <summary>The number of a colour that was added.</summary>
    public byte IndexOf(uint colour) => (byte)(_slotIndices[FindSlot(colour)] - 1);

    private int FindSlot(uint colour)
    {
        // Fibonacci hashing: the top bits of the product depend on every byte of the colour.
        int slot = (int)(colour * 2654435769u >> _shift);
        while (_slotIndices[slot] != 0 && _slotColours[slot] != colour)
        {
            slot = (slot + 1) & (_slotColours.Length - 1);
        }

        return slot;
    }
}
