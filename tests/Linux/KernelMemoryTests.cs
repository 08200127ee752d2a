using Xenbus;
using Xenbus.Linux;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

public sealed class KernelMemoryTests : IDisposable
{
    private readonly FakeMachine _machine = new();

    [Fact]
    public void Read_WordsOfASegment_AreThoseOfTheFile()
    {
        FakeKernel kernel = new(_machine);
        kernel.Table[3] = 0x1234;
        kernel.Table[4] = 0x5678;
        KernelMemory memory = Open(kernel);
        ulong[] words = new ulong[2];
        memory.Read(FakeKernel.TableAddress + 24, words);
        Assert.Equal([0x1234UL, 0x5678UL], words);
    }

    [Fact]
    public void Read_SegmentThatIsNotLoaded_IsPassedOver()
    {
        ulong[] words = new ulong[1];
        Open(new(_machine)).Read(FakeKernel.DataAddress, words);
        Assert.Equal(FakeKernel.TableAddress, words[0]);
    }

    [Theory]
    [InlineData(FakeKernel.TableAddress - 8, 1)]
    [InlineData(FakeKernel.TableAddress + 64 * 8, 1)]
    [InlineData(FakeKernel.TableAddress + 63 * 8, 2)]
    [InlineData(0UL, 1)]
    [InlineData(ulong.MaxValue, 1)]
    public void Read_OutsideOfASegment_Refuses(ulong address, int count)
    {
        KernelMemory memory = Open(new(_machine));
        Assert.Contains("does not have address", Assert.Throws<XenException>(() => memory.Read(address, new ulong[count])).Message);
    }

    [Theory]
    [InlineData(0, 0x7e)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(54, 32)]
    [InlineData(57, 0xff)]
    [InlineData(39, 0x80)]
    public void ReadSegments_OneByteOfTheHeaderWrong_Refuses(int offset, byte value)
    {
        new FakeKernel(_machine).Write();
        _machine.WriteAt("proc/kcore", offset, [value]);
        Assert.True(KernelMemory.TryOpen(_machine.Paths, out KernelMemory? memory, out _));
        Assert.Throws<XenException>(memory.ReadSegments);
    }

    [Fact]
    public void ReadSegments_FileTooShort_Refuses()
    {
        _machine.Write("proc/kcore", "short");
        Assert.True(KernelMemory.TryOpen(_machine.Paths, out KernelMemory? memory, out _));
        Assert.Throws<XenException>(memory.ReadSegments);
    }

    [Fact]
    public void TryOpen_NoFile_NamesTheKernelOption()
    {
        Assert.False(KernelMemory.TryOpen(_machine.Paths, out _, out string reason));
        Assert.Contains("CONFIG_PROC_KCORE", reason);
    }

    public void Dispose() => _machine.Dispose();

    private KernelMemory Open(FakeKernel kernel)
    {
        kernel.Write();
        Assert.True(KernelMemory.TryOpen(_machine.Paths, out KernelMemory? memory, out _));
        memory.ReadSegments();
        return memory;
    }
}
