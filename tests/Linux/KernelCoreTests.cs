using Xenbus;
using Xenbus.Linux;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

public sealed class KernelCoreTests : IDisposable
{
    private readonly FakeMachine _machine = new();

    [Fact]
    public void TryRead_WordsOfASegment_AreThoseOfTheFile()
    {
        FakeKernel kernel = new(_machine);
        kernel.Table[3] = 0x1234;
        kernel.Table[4] = 0x5678;
        KernelCore memory = Open(kernel);
        ulong[] words = new ulong[2];
        Assert.True(memory.TryRead(FakeKernel.TableAddress + 24, words, out string reason), reason);
        Assert.Equal([0x1234UL, 0x5678UL], words);
    }

    [Fact]
    public void TryRead_SegmentThatIsNotLoaded_IsPassedOver()
    {
        ulong[] words = new ulong[1];
        Assert.True(Open(new(_machine)).TryRead(FakeKernel.DataAddress, words, out string reason), reason);
        Assert.Equal(FakeKernel.TableAddress, words[0]);
    }

    [Theory]
    [InlineData(FakeKernel.TableAddress - 8, 1)]
    [InlineData(FakeKernel.TableAddress + 64 * 8, 1)]
    [InlineData(FakeKernel.TableAddress + 63 * 8, 2)]
    [InlineData(0UL, 1)]
    [InlineData(ulong.MaxValue, 1)]
    public void TryRead_OutsideOfASegment_Refuses(ulong address, int count)
    {
        KernelCore memory = Open(new(_machine));
        Assert.Contains("does not have address", Assert.Throws<XenException>(() => memory.TryRead(address, new ulong[count], out _)).Message);
    }

    [Theory]
    [InlineData(0, 0x7e)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(54, 32)]
    [InlineData(57, 0xff)]
    [InlineData(39, 0x80)]
    public void TryPrepare_OneByteOfTheHeaderWrong_Refuses(int offset, byte value)
    {
        new FakeKernel(_machine).Write();
        _machine.WriteAt("proc/kcore", offset, [value]);
        KernelCore memory = new(_machine.Paths);
        Assert.True(memory.TryOpen(out _));
        Assert.Throws<XenException>(() => memory.TryPrepare(out _));
    }

    /// <summary>What the file does not give now, another way may.</summary>
    [Fact]
    public void TryPrepare_FileTooShort_SaysSo()
    {
        _machine.Write("proc/kcore", "short");
        KernelCore memory = new(_machine.Paths);
        Assert.True(memory.TryOpen(out _));
        Assert.False(memory.TryPrepare(out string reason));
        Assert.EndsWith("kcore cannot be read (input/output error)", reason);
    }

    [Fact]
    public void TryOpen_NoFile_NamesTheKernelOption()
    {
        Assert.False(new KernelCore(_machine.Paths).TryOpen(out string reason));
        Assert.EndsWith("kcore cannot be opened (no such file or directory): boot a kernel with CONFIG_PROC_KCORE", reason);
    }

    /// <summary>A symbolic link to itself cannot be opened by root either.</summary>
    [Theory]
    [InlineData("000001fffffdffff", "[none] integrity confidentiality", "CAP_SYS_RAWIO is missing, run with it")]
    [InlineData("000001ffffffffff", "none integrity [confidentiality]", "lockdown=confidentiality forbids it, boot with lockdown=integrity")]
    [InlineData("000001ffffffffff", null, "run as root with CAP_SYS_RAWIO; a kernel in lockdown=confidentiality forbids it, lockdown=integrity does not")]
    public void TryOpen_Refused_NamesTheCauseAndTheRemedy(string capabilities, string? lockdown, string remedy)
    {
        _machine.SetPolicy(capabilities: capabilities, lockdown: lockdown);
        File.CreateSymbolicLink(_machine.At("proc/kcore"), _machine.At("proc/kcore"));
        Assert.False(new KernelCore(_machine.Paths).TryOpen(out string reason));
        Assert.EndsWith(": " + remedy, reason);
    }

    public void Dispose() => _machine.Dispose();

    private KernelCore Open(FakeKernel kernel)
    {
        kernel.Write();
        KernelCore memory = new(_machine.Paths);
        Assert.True(memory.TryOpen(out string reason) && memory.TryPrepare(out reason), reason);
        return memory;
    }
}
