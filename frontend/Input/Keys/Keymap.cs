using System.Buffers.Binary;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Content;

namespace XenFbFront.Input.Keys;

/// <summary>What each key means with each combination of modifiers, as in the Linux console. Immutable.</summary>
public sealed partial class Keymap
{
    /// <summary>Tables: one for each combination of <see cref="KeyModifiers"/>. C: MAX_NR_KEYMAPS in linux/keyboard.h.</summary>
    public const int MaxTables = 256;

    /// <summary>Keycodes that have a meaning; a kernel's table ends here. C: NR_KEYS in linux/keyboard.h.</summary>
    public const int KeyCount = 256;

    /// <summary>Functions that have a text. C: MAX_NR_FUNC in linux/keyboard.h.</summary>
    private const int MaxFunctions = 256;

    /// <summary>Keys of one table in a file. C: NR_KEYS in kbd's and BusyBox's sources, half of the kernel's.</summary>
    private const int FileKeys = 128;

    /// <summary>All 256 tables, and what stands before them.</summary>
    private const int MaxFileBytes = 7 + MaxTables + MaxTables * FileKeys * sizeof(ushort);

    private const string HowToMake = "make one with `loadkeys -b NAME > FILE.bmap`, or take one from /usr/share/bkeymaps";

    private static Keymap? s_us;

    private readonly ushort[]?[] _tables;
    private readonly Composition[]? _compositions;
    private readonly byte[]?[]? _functions;

    /// <param name="name">For people.</param>
    /// <param name="tables"><see cref="MaxTables"/>; null for a combination that means nothing.</param>
    /// <param name="compositions">What dead keys make, or null for <see cref="Compositions"/>.</param>
    /// <param name="functions">Texts of functions, or null for those of the Linux console.</param>
    private Keymap(string name, ushort[]?[] tables, Composition[]? compositions, byte[]?[]? functions)
    {
        Name = name;
        _tables = tables;
        _compositions = compositions;
        _functions = functions;
    }

    /// <summary>The standard keyboard of the United States.</summary>
    public static Keymap Us => s_us ??= MakeUs();

    /// <summary>File or name, for people.</summary>
    public string Name { get; }

    private static ReadOnlySpan<byte> Magic => "bkeymap"u8;

    /// <summary>Reads a binary keymap, compressed by gzip or not: what <c>loadkeys -b</c> writes and BusyBox's loadkmap reads.</summary>
    /// <exception cref="XenException">It cannot be read or is none; the message says what to do.</exception>
    public static Keymap Load(string path)
    {
        using Descriptor file = Descriptor.Own(Libc.Open(path, OpenFlags.ReadOnly), "open", path);
        // A byte more than the largest shows that there is more.
        byte[] content = new byte[MaxFileBytes + 1];
        int length = Libc.ReadAllAt(file.Number, content, 0);
        if (length < 0)
        {
            throw new XenException("read", path, -length);
        }

        if (!GzipFile.IsGzip(content.AsSpan(0, length)))
        {
            return Parse(path, content.AsSpan(0, length));
        }

        byte[] unpacked = GzipFile.TryUnpack(content.AsSpan(0, length), MaxFileBytes, out string why) ?? throw new KeymapException(path, why, HowToMake);
        return Parse(path, unpacked);
    }

    /// <summary>Reads the content of a binary keymap.</summary>
    /// <param name="name">For people.</param>
    /// <param name="content">The magic word, 256 bytes that say which tables follow, and 128 keysyms of 16 bits, little-endian, for each.</param>
    /// <exception cref="XenException">It is none.</exception>
    public static Keymap Parse(string name, ReadOnlySpan<byte> content)
    {
        if (!content.StartsWith(Magic))
        {
            throw new KeymapException(name, "it is no binary keymap", HowToMake);
        }

        content = content[Magic.Length..];
        if (content.Length < MaxTables)
        {
            throw new KeymapException(name, "it is cut off", HowToMake);
        }

        ReadOnlySpan<byte> flags = content[..MaxTables];
        content = content[MaxTables..];
        ushort[]?[] tables = new ushort[]?[MaxTables];
        for (int table = 0; table < MaxTables; table++)
        {
            if (flags[table] > 1)
            {
                throw new KeymapException(name, $"the mark of table {table} is {flags[table]}, not 0 or 1", HowToMake);
            }

            if (flags[table] == 0)
            {
                continue;
            }

            if (content.Length < FileKeys * sizeof(ushort))
            {
                throw new KeymapException(name, "it is cut off", HowToMake);
            }

            ushort[] keys = NewTable();
            for (int key = 0; key < FileKeys; key++)
            {
                keys[key] = BinaryPrimitives.ReadUInt16LittleEndian(content[(key * sizeof(ushort))..]);
            }

            tables[table] = keys;
            content = content[(FileKeys * sizeof(ushort))..];
        }

        if (tables[0] is null)
        {
            throw new KeymapException(name, "it has no table for keys without modifiers", HowToMake);
        }

        return content.IsEmpty ? new(name, tables, null, null) : throw new KeymapException(name, "there is more behind its tables", HowToMake);
    }

    /// <summary>Reads the keymap that the kernel's console uses now.</summary>
    /// <param name="terminal">A virtual terminal.</param>
    /// <exception cref="XenException">It is none, or the kernel refuses.</exception>
    public static Keymap FromKernel(Descriptor terminal) => FromKernel(terminal.Number);

    /// <inheritdoc cref="FromKernel(Descriptor)"/>
    internal static Keymap FromKernel(int descriptor)
    {
        ushort[]?[] tables = new ushort[]?[MaxTables];
        for (int table = 0; table < MaxTables; table++)
        {
            // Key 0 tells whether there is a table. C: vt_kdgkbent in drivers/tty/vt/keyboard.c.
            if (GetEntry(descriptor, table, 0) == Keysym.NoSuchMap.Raw)
            {
                continue;
            }

            ushort[] keys = NewTable();
            for (int key = 1; key < KeyCount; key++)
            {
                keys[key] = GetEntry(descriptor, table, key);
            }

            tables[table] = keys;
        }

        uint[] numbers = new uint[Libc.CompositionNumbers];
        int count = Require(Libc.GetCompositions(descriptor, numbers));
        Composition[] compositions = new Composition[count];
        for (int i = 0; i < count; i++)
        {
            compositions[i] = new((int)numbers[3 * i], (int)numbers[3 * i + 1], (int)numbers[3 * i + 2]);
        }

        byte[]?[] functions = new byte[]?[MaxFunctions];
        Span<byte> text = stackalloc byte[Libc.FunctionTextBytes];
        for (int function = 0; function < MaxFunctions; function++)
        {
            int length = Libc.GetFunctionText(descriptor, (byte)function, text);
            functions[function] = length > 0 ? text[..length].ToArray() : null;
        }

        return new("the kernel's", tables, compositions, functions);
    }

    /// <summary>Whether a combination of modifiers means anything.</summary>
    public bool HasTable(KeyModifiers modifiers) => _tables[(int)modifiers & MaxTables - 1] is not null;

    /// <summary>What a key means.</summary>
    /// <param name="modifiers">That count.</param>
    /// <param name="keycode">Of linux/input-event-codes.h; those from <see cref="KeyCount"/> on mean nothing.</param>
    public Keysym this[KeyModifiers modifiers, int keycode] => _tables[(int)modifiers & MaxTables - 1] is not { } table
        ? Keysym.NoSuchMap
        : (uint)keycode < (uint)table.Length ? new(table[keycode]) : Keysym.Hole;

    /// <summary>Whether a key means in the kernel what it means here; false also when it cannot be asked.</summary>
    /// <param name="descriptor">A virtual terminal.</param>
    /// <param name="modifiers">That count.</param>
    /// <param name="keycode">The key.</param>
    internal bool IsCurrent(int descriptor, KeyModifiers modifiers, int keycode)
    {
        byte table = (byte)modifiers;
        bool hasTable = Libc.GetKeymapEntry(descriptor, table, 0) is >= 0 and int entry && entry != Keysym.NoSuchMap.Raw;
        return hasTable == HasTable(modifiers)
            && (!hasTable || (uint)keycode >= KeyCount || Libc.GetKeymapEntry(descriptor, table, (byte)keycode) == this[modifiers, keycode].Raw);
    }

    /// <summary>What two characters make, or 0.</summary>
    public int Compose(int diacritic, int character)
    {
        if (_compositions is null)
        {
            return Compositions.Make(diacritic, character);
        }

        foreach (ref readonly Composition composition in _compositions.AsSpan())
        {
            if (composition.Diacritic == diacritic && composition.Base == character)
            {
                return composition.Result;
            }
        }

        return 0;
    }

    /// <summary>What the console sends for a function key, empty for nothing.</summary>
    /// <param name="function">Value of KT_FN, 0 to 255.</param>
    public ReadOnlySpan<byte> FunctionText(int function) =>
        _functions is null ? DefaultFunctionText(function) : (uint)function < (uint)_functions.Length ? _functions[function] : default;

    private static ushort[] NewTable()
    {
        ushort[] keys = new ushort[KeyCount];
        keys.AsSpan().Fill(Keysym.Hole.Raw);
        return keys;
    }

    private static ushort GetEntry(int descriptor, int table, int key) => (ushort)Require(Libc.GetKeymapEntry(descriptor, (byte)table, (byte)key));

    private static int Require(int result) => result >= 0 ? result : throw new XenException("read", "the kernel's keymap", -result, "a virtual terminal has one");
}
