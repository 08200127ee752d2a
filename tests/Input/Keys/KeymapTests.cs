using System.IO.Compression;
using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Input.Keys;
using Xunit;

namespace XenFbFront.Tests.Input.Keys;

public sealed class KeymapTests : IDisposable
{
    private const ushort A = 30;

    private readonly string _folder = Directory.CreateTempSubdirectory("xenfbfront-").FullName;

    [Fact]
    public void Load_TwoTables_HaveTheirKeysAndTheRestIsAbsent()
    {
        string path = Write("two.bmap", KeymapFiles.Make((0, A, Keysym.Of(Keysym.KT_LETTER, 'a')), (255, 127, Keysym.Of(Keysym.KT_CUR, 3))));
        Keymap keymap = Keymap.Load(path);
        Assert.Equal(path, keymap.Name);
        Assert.Equal(0x0b61, keymap[KeyModifiers.None, A].Raw);
        Assert.Equal(0x0603, keymap[(KeyModifiers)255, 127].Raw);
        Assert.Equal(Keysym.Hole, keymap[KeyModifiers.None, A + 1]);
        Assert.Equal(Keysym.Hole, keymap[KeyModifiers.None, 200]);
        Assert.Equal(Keysym.Hole, keymap[KeyModifiers.None, 0x2ff]);
        Assert.False(keymap.HasTable(KeyModifiers.Shift));
        Assert.Equal(Keysym.NoSuchMap, keymap[KeyModifiers.Shift, A]);
    }

    [Theory]
    [InlineData("keymaps 0-2,4,8\nkeycode 30 = a\n", "loadkeys -b NAME > FILE.bmap")]
    [InlineData("", "loadkeys -b NAME > FILE.bmap")]
    [InlineData("bkeymap", "cut off")]
    [InlineData("bkeymap\u0002", "cut off")]
    [InlineData("\u001f\u008b\u0008", "loadkeys -b NAME > FILE.bmap")]
    public void Load_NoKeymap_SaysWhatToDo(string content, string expected)
    {
        string path = Write("other", Encoding.Latin1.GetBytes(content));
        string message = Assert.Throws<KeymapException>(() => Keymap.Load(path)).Message;
        Assert.Contains(expected, message);
        Assert.Contains(path, message);
    }

    [Fact]
    public void Load_Compressed_IsTheSame()
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal))
        {
            gzip.Write(KeymapFiles.Make((0, A, Keysym.Of(Keysym.KT_LETTER, 'a'))));
        }

        Assert.Equal(0x0b61, Keymap.Load(Write("one.bmap.gz", packed.ToArray()))[KeyModifiers.None, A].Raw);
        Assert.Throws<KeymapException>(() => Keymap.Load(Write("cut.bmap.gz", packed.ToArray()[..^12])));
    }

    [Fact]
    public void Parse_CutOffAnywhereOrTooLong_IsRefused()
    {
        byte[] whole = KeymapFiles.Make((0, A, Keysym.Of(Keysym.KT_LATIN, 'a')), (1, A, Keysym.Of(Keysym.KT_LATIN, 'A')));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<KeymapException>(() => Keymap.Parse("cut", whole.AsSpan(0, length)));
        }

        Assert.Contains("more behind", Assert.Throws<KeymapException>(() => Keymap.Parse("long", [.. whole, 0])).Message);
        whole[7 + 5] = 2;
        Assert.Contains("mark of table 5", Assert.Throws<KeymapException>(() => Keymap.Parse("mark", whole)).Message);
        whole = KeymapFiles.Make((0, A, Keysym.Hole), (1, A, Keysym.Hole));
        whole[7] = 0;
        Assert.Contains("without modifiers", Assert.Throws<KeymapException>(() => Keymap.Parse("plain", whole.AsSpan(0, whole.Length - 256))).Message);
    }

    [Fact]
    public void Load_NoFile_SaysSo() => Assert.Contains("missing.bmap", Assert.Throws<XenException>(() => Keymap.Load(Path.Combine(_folder, "missing.bmap"))).Message);

    [Fact]
    public void FunctionText_OfTheBuiltInOnes_IsTheConsoles()
    {
        Assert.Equal("\e[[A", Encoding.ASCII.GetString(Keymap.Us.FunctionText(0)));
        Assert.Equal("\e[24~", Encoding.ASCII.GetString(Keymap.Us.FunctionText(11)));
        Assert.Equal("\e[6~", Encoding.ASCII.GetString(Keymap.Us.FunctionText(Keysym.K_PGDN)));
        Assert.Equal(0, Keymap.Us.FunctionText(40).Length);
        Assert.Equal(0, Keymap.Us.FunctionText(300).Length);
    }

    /// <summary>The letters and digits of any PC keyboard that types Latin letters: kernels start with the one of the United States.</summary>
    [Fact]
    public void FromKernel_AgreesWithUsOnWhatIsOnTheKeys()
    {
        Keymap kernel = ReadKernel();
        Assert.SkipUnless(kernel[KeyModifiers.None, A].Raw == Keymap.Us[KeyModifiers.None, A].Raw && kernel[KeyModifiers.None, 44].Value == 'z', "the machine has another keymap");

        foreach (KeyModifiers modifiers in (KeyModifiers[])[KeyModifiers.None, KeyModifiers.Shift])
        {
            for (int key = 1; key < 112; key++)
            {
                // Function keys and Page with Shift, the right Alt, and the keys beside the keyboard differ by intention.
                if (key is (>= 59 and <= 70) or 84 or 85 or 86 or (>= 87 and <= 95) or 99 or 100 or 101 or 104 or 109)
                {
                    continue;
                }

                Assert.Equal((modifiers, key, Keymap.Us[modifiers, key]), (modifiers, key, kernel[modifiers, key]));
            }
        }

        for (int function = 0; function < 27; function++)
        {
            Assert.Equal(Encoding.ASCII.GetString(Keymap.Us.FunctionText(function)), Encoding.ASCII.GetString(kernel.FunctionText(function)));
        }

        Assert.Equal('ä', kernel.Compose('"', 'a'));
        Assert.Equal(Keysym.Hole, kernel[KeyModifiers.None, 200]);
        Assert.False(kernel.HasTable((KeyModifiers)255));
    }

    [Fact]
    public void FromKernel_NoTerminal_SaysWhatIsNeeded()
    {
        using Descriptor file = new(Libc.Open("/dev/null", OpenFlags.ReadOnly));
        Assert.Contains("virtual terminal", Assert.Throws<XenException>(() => Keymap.FromKernel(file)).Message);
    }

    /// <summary>Whatever is composed in the kernel of old is composed in ours.</summary>
    [Fact]
    public void Compose_BuiltIn_HasAllOfLatin1()
    {
        const string letters = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ";
        const string latin2 = "ĄŁĽŚŠŞŤŹŽŻąłľśšşťźžżŔĂĹĆČĘĚĎĐŃŇŐŘŮŰŢŕăĺćčęěďđńňőřůűţ";
        HashSet<int> results = [];
        for (int first = 0x20; first < 0x7f; first++)
        {
            for (int second = 0x20; second < 0x7f; second++)
            {
                results.Add(Keymap.Us.Compose(first, second));
            }
        }

        Assert.All(letters + latin2, letter => Assert.Contains(letter, results));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Keymap ReadKernel()
    {
        int terminal = Libc.Open("/dev/tty0", OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal);
        Assert.SkipUnless(terminal >= 0, "no virtual terminals, or no permission");
        using Descriptor owned = new(terminal);
        return Keymap.FromKernel(owned);
    }

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
