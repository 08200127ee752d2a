using System.Buffers.Binary;

namespace XenFbFront.Tests.Input.Hid;

/// <summary>Reads report descriptors and reports as a host does: an own reading of the specification, with nothing of the product.</summary>
internal sealed class HidReports
{
    private readonly List<Field> _fields = [];
    private readonly Dictionary<int, int> _bits = [];

    public HidReports(ReadOnlySpan<byte> descriptor)
    {
        int page = 0, minimum = 0, maximum = 0, size = 0, count = 0, id = 0, depth = 0;
        List<int> usages = [];
        int usageMinimum = -1, usageMaximum = -1;
        for (int at = 0; at < descriptor.Length;)
        {
            byte item = descriptor[at++];
            int bytes = (item & 3) == 3 ? 4 : item & 3;
            ReadOnlySpan<byte> data = descriptor.Slice(at, bytes);
            at += bytes;
            int signed = bytes switch { 0 => 0, 1 => (sbyte)data[0], 2 => BinaryPrimitives.ReadInt16LittleEndian(data), _ => BinaryPrimitives.ReadInt32LittleEndian(data) };
            int unsigned = bytes switch { 0 => 0, 1 => data[0], 2 => BinaryPrimitives.ReadUInt16LittleEndian(data), _ => signed };
            switch (item & 0xfc)
            {
                case 0x04: page = unsigned; break;
                case 0x14: minimum = signed; break;
                case 0x24: maximum = minimum < 0 ? signed : unsigned; break;
                case 0x74: size = unsigned; break;
                case 0x84: id = unsigned; break;
                case 0x94: count = unsigned; break;
                case 0x08: usages.Add(unsigned); break;
                case 0x18: usageMinimum = unsigned; break;
                case 0x28: usageMaximum = unsigned; break;
                case 0xa0: Collections.Add((depth++, unsigned, page << 16 | usages.Single())); usages.Clear(); break;
                case 0xc0: depth--; break;
                case 0x80 or 0x90:
                    bool isInput = (item & 0xfc) == 0x80;
                    int key = isInput ? id : id | 0x100;
                    int start = _bits.GetValueOrDefault(key);
                    for (int i = 0; i < count; i++)
                    {
                        int usage = usageMinimum >= 0 ? usageMinimum + i : usages.Count > 0 ? usages[Math.Min(i, usages.Count - 1)] : 0;
                        if ((unsigned & 1) == 0)
                        {
                            _fields.Add(new(isInput, id, start + i * size, size, page << 16 | usage, minimum, maximum, (unsigned & 4) != 0));
                        }
                    }

                    if (usageMinimum >= 0 && usageMaximum - usageMinimum + 1 != count)
                    {
                        throw new InvalidDataException($"{count} fields for usages {usageMinimum:x} to {usageMaximum:x}");
                    }

                    _bits[key] = start + count * size;
                    usages.Clear();
                    (usageMinimum, usageMaximum) = (-1, -1);
                    break;
                default:
                    throw new InvalidDataException($"item {item:x2}");
            }
        }

        Depth = depth;
    }

    /// <summary>Depth, type and usage of each collection.</summary>
    public List<(int Depth, int Type, int Usage)> Collections { get; } = [];

    /// <summary>0 when all collections are closed.</summary>
    public int Depth { get; }

    public IEnumerable<Field> Inputs => _fields.Where(item => item.IsInput);

    public IEnumerable<Field> Outputs => _fields.Where(item => !item.IsInput);

    /// <summary>Bytes of an input report without its id.</summary>
    public int InputBytes(int id) => _bits[id] % 8 == 0 ? _bits[id] / 8 : throw new InvalidDataException($"{_bits[id]} bits");

    /// <summary>Fields of a report with their values.</summary>
    public IEnumerable<(Field Field, int Value)> Read(byte[] report)
    {
        int id = _bits.ContainsKey(0) ? 0 : report[0];
        byte[] data = id == 0 ? report : report[1..];
        if (data.Length != InputBytes(id))
        {
            throw new InvalidDataException($"report {id} of {data.Length} bytes");
        }

        return Inputs.Where(field => field.ReportId == id).Select(field =>
        {
            int value = 0;
            for (int bit = 0; bit < field.Size; bit++)
            {
                value |= (data[(field.Bit + bit) / 8] >> (field.Bit + bit) % 8 & 1) << bit;
            }

            return (field, field.Minimum < 0 ? value << 32 - field.Size >> 32 - field.Size : value);
        });
    }

    internal sealed record Field(bool IsInput, int ReportId, int Bit, int Size, int Usage, int Minimum, int Maximum, bool IsRelative);
}
