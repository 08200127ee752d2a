using System.Text;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

public sealed class KernelSymbolsTests : IDisposable
{
    private readonly FakeMachine _machine = new();

    [Fact]
    public void Find_SymbolsInAnyOrder_GivesTheirAddresses() => Assert.Equal(
        [0xffffffff82b0e0c8UL, 0xffffffff82b0e0d0UL],
        Find("ffffffff82b0e0d0 B second\nffffffff81000000 T _text\nffffffff82b0e0c8 b first\n"));

    [Theory]
    [InlineData("ffffffffc0000000 b first\t[module]\n")]
    [InlineData("ffffffff82b0e0c8 b first_of_all\n")]
    [InlineData("ffffffff82b0e0c8 b __first\n")]
    [InlineData("ffffffff82b0e0c8 b firs\n")]
    [InlineData("ffffffff82b0e0c8 b\n\nnonsense\nffffffff82b0e0c8\n")]
    [InlineData("ffffffff82b0e0c8 b first")]
    [InlineData("")]
    public void Find_NoSuchLine_GivesZero(string text) => Assert.Equal([0UL, 0UL], Find(text));

    /// <summary>kptr_restrict shows zeros instead of addresses.</summary>
    [Fact]
    public void Find_Hidden_GivesZero() => Assert.Equal([0UL, 0UL], Find("0000000000000000 B first\n0000000000000000 B second\n"));

    [Fact]
    public void Find_BehindManyLines_IsFound()
    {
        StringBuilder text = new();
        for (int i = 0; i < 20_000; i++)
        {
            text.Append($"ffffffff81{i:x6} t symbol_number_{i}\n");
        }

        Assert.Equal([0xffffffff82000000UL, 0xffffffff82000008UL], Find(text + "ffffffff82000000 B first\nffffffff82000008 B second\n"));
    }

    [Fact]
    public void Find_NoFile_IsAnError() => Assert.Equal(Errno.ENOENT, KernelSymbols.Find(_machine.At("nothing"), ["first"], new ulong[1]));

    [Fact]
    public void Find_LineWithoutEnd_IsAnError()
    {
        _machine.Write("symbols", new string('x', 100_000));
        Assert.Equal(Errno.EIO, KernelSymbols.Find(_machine.At("symbols"), ["first"], new ulong[1]));
    }

    public void Dispose() => _machine.Dispose();

    private ulong[] Find(string text)
    {
        _machine.Write("symbols", text);
        ulong[] addresses = [7, 7];
        Assert.Equal(0, KernelSymbols.Find(_machine.At("symbols"), ["first", "second"], addresses));
        return addresses;
    }
}
