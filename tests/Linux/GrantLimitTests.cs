using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

public sealed class GrantLimitTests : IDisposable
{
    private const string File = "sys/module/xen_gntalloc/parameters/limit";

    private readonly FakeMachine _machine = new();
    private int _attempts;

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Fits_IsTriedOnceAndTheLimitIsLeftAlone()
    {
        _machine.Write(File, "1024\n");
        Assert.Equal(0, Limit.Allocate(5, () => Attempt(0)));
        Assert.Equal((1, "1024\n"), (_attempts, Text));
    }

    [Theory]
    [InlineData(2025, "3049")]
    [InlineData(8100, "9124")]
    public void DoesNotFit_LimitIsRaisedByTheAllocation(int pages, string expected)
    {
        _machine.Write(File, "1024\n");
        Assert.Equal(0, Limit.Allocate(pages, () => Attempt(Text == expected ? 0 : -Errno.ENOSPC)));
        Assert.Equal((IGrantAllocator.MaxAttempts, expected), (_attempts, Text));
    }

    [Fact]
    public void OtherError_IsReturned()
    {
        _machine.Write(File, "1024\n");
        Assert.Equal(-Errno.ENOMEM, Limit.Allocate(5, () => Attempt(-Errno.ENOMEM)));
        Assert.Equal(1, _attempts);
        Assert.Equal(-Errno.ENOMEM, Limit.Allocate(5, () => Attempt(_attempts == 1 ? -Errno.ENOSPC : -Errno.ENOMEM)));
    }

    [Fact]
    public void GrantTableFull_LimitIsPutBackAndTheTableNamed()
    {
        _machine.Write(File, "1024\n");
        string message = Refusal(8100);
        Assert.Equal("1024", Text);
        Assert.Equal(IGrantAllocator.MaxAttempts, _attempts);
        Assert.Contains("allocate 8100 pages: no space left: the guest's grant table is full, gntalloc's limit of 1024 pages was not the reason", message);
        Assert.Contains("raise max_grant_frames in the guest's xl.cfg by 16 or more (default 64);", message);
        Assert.EndsWith("rmmod xen_gntalloc; modprobe xen-gntalloc", message);
    }

    [Fact]
    public void NoLimit_TableIsFull()
    {
        _machine.Write(File, "-1\n");
        Assert.Contains("there is no limit in gntalloc", Refusal(1));
        Assert.Equal((1, "-1\n"), (_attempts, Text));
    }

    [Fact]
    public void HighestLimit_IsNotExceeded()
    {
        _machine.Write(File, "2147483647\n");
        Assert.Contains("grant table is full", Refusal(100));
        Assert.Equal("2147483647", Text);
    }

    [Theory]
    [InlineData(null, "no such file or directory")]
    [InlineData("many\n", "invalid argument")]
    public void LimitUnreadable_SaysSoWithANumber(string? content, string reason)
    {
        if (content is not null)
        {
            _machine.Write(File, content);
        }

        string message = Refusal(2025);
        Assert.Contains($"parameters/limit cannot be read ({reason}): mount sysfs at /sys", message);
        Assert.EndsWith("xen_gntalloc.limit=4050", message);
        Assert.Equal(1, _attempts);
    }

    /// <summary>Root may write what it may not, so the file is one that nobody can write: of this kernel's own sysfs or proc.</summary>
    [Fact]
    public void LimitCannotBeWritten_SaysTheNumberAndBothWays()
    {
        const string readOnly = "/proc/sys/kernel/ngroups_max";
        Assert.SkipUnless(System.IO.File.Exists(readOnly), $"{readOnly} is not there");
        string message = Assert.Throws<XenException>(() => new GrantLimit(readOnly).Allocate(10, () => Attempt(-Errno.ENOSPC))).Message;
        long limit = long.Parse(System.IO.File.ReadAllText(readOnly).Trim());
        Assert.Contains($"they do not fit under gntalloc's limit of {limit} pages, which cannot be raised (", message);
        Assert.EndsWith($"boot with xen_gntalloc.limit={limit + 10}", message);
        Assert.Equal(1, _attempts);
    }

    [Theory]
    [InlineData("1024\n", true, "1089", "1024")]
    [InlineData("0\n", true, "65", "0")]
    [InlineData("-1\n", false, "-1\n", "-1\n")]
    [InlineData("2147483647\n", false, "2147483647\n", "2147483647\n")]
    [InlineData("many\n", false, "many\n", "many\n")]
    public void RaisedBeforehand_AndPutBack(string before, bool isRaised, string meanwhile, string after)
    {
        _machine.Write(File, before);
        Assert.Equal(isRaised, Limit.TryRaise(65));
        Assert.Equal(meanwhile, Text);
        if (isRaised)
        {
            Limit.Lower(65);
        }

        Assert.Equal(after, Text);
    }

    [Fact]
    public void RaisedBeforehand_WhatWasRaisedMeanwhileStays()
    {
        _machine.Write(File, "1024\n");
        Assert.True(Limit.TryRaise(64));
        Assert.Equal(0, Limit.Allocate(2025, () => Attempt(_attempts == 0 ? -Errno.ENOSPC : 0)));
        Limit.Lower(64);
        Assert.Equal("3049", Text);
    }

    private GrantLimit Limit => new(_machine.At(File));

    private string Text => System.IO.File.ReadAllText(_machine.At(File));

    private string Refusal(int pages) => Assert.Throws<XenException>(() => Limit.Allocate(pages, () => Attempt(-Errno.ENOSPC))).Message;

    private int Attempt(int result)
    {
        _attempts++;
        return result;
    }
}
