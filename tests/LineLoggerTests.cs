using System.Diagnostics;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Xenbus.Wire;
using XenFbFront.Tests.Support;
using Xunit;
using FrameworkLog = Xenbus.Devices.Log;

namespace XenFbFront.Tests;

[SupportedOSPlatform("linux")]
public sealed class LineLoggerTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly List<string> _lines = [];

    [Fact]
    public void Line_HasTheProgramsName_OrTheLevelForJournald()
    {
        Make().WriteLine(LogLevel.Error, "a");
        LineLogger journal = Make(isForJournal: true);
        foreach (LogLevel level in (LogLevel[])[LogLevel.Critical, LogLevel.Error, LogLevel.Warning, LogLevel.Information, LogLevel.Debug])
        {
            journal.WriteLine(level, "b");
        }

        Assert.Equal(["xenfbfront: a\n", "<3>b\n", "<3>b\n", "<4>b\n", "<6>b\n", "<7>b\n"], _lines);
    }

    [Fact]
    public void Level_BelowTheMinimum_IsDropped()
    {
        LineLogger logger = Make(LogLevel.Warning);
        FrameworkLog.DeviceConnected(logger, "vfb/0");
        FrameworkLog.DeviceFailed(logger, "vfb/0", "x");
        Assert.Equal(["xenfbfront: vfb/0: given up: x\n"], _lines);
    }

    /// <summary>A backend that goes away and comes back as fast as it can.</summary>
    [Fact]
    public void SameKindOfOneDevice_IsToldSoOftenAMinute_ThenCounted()
    {
        LineLogger logger = Make();
        int alarms = 0;
        logger.LeavesOut = () => alarms++;
        for (int i = 0; i < 1000; i++)
        {
            FrameworkLog.DeviceConnected(logger, "vfb/0");
            FrameworkLog.BackendLeft(logger, "vfb/0", i == 999 ? XenbusState.Closed : XenbusState.Closing);
        }

        Assert.Equal(2 * LineBudget.Lines, _lines.Count);
        Assert.Equal(2 * (1000 - LineBudget.Lines), alarms);
        _lines.Clear();
        _clock.Advance(LineBudget.Window - TimeSpan.FromSeconds(1));
        logger.Settle();
        Assert.Empty(_lines);
        _clock.Advance(TimeSpan.FromSeconds(1));
        logger.Settle();
        Assert.Equal(
            [
                "xenfbfront: 980 more lines like this were left out: vfb/0: connected\n",
                "xenfbfront: 980 more lines like this were left out: vfb/0: disconnected, the backend went from Connected to Closed; waiting for it to offer a connection again\n",
            ],
            _lines);
        _lines.Clear();
        FrameworkLog.DeviceConnected(logger, "vfb/0");
        Assert.Equal(["xenfbfront: vfb/0: connected\n"], _lines);
    }

    [Fact]
    public void OtherDevicesAndKinds_AreToldStill()
    {
        LineLogger logger = Make();
        for (int i = 0; i < 100; i++)
        {
            FrameworkLog.DeviceConnected(logger, "vfb/0");
        }

        _lines.Clear();
        FrameworkLog.DeviceConnected(logger, "vkbd/0");
        FrameworkLog.DeviceFailed(logger, "vfb/0", "x");
        Assert.Equal(["xenfbfront: vkbd/0: connected\n", "xenfbfront: vfb/0: given up: x\n"], _lines);
    }

    [Fact]
    public void LeftOut_IsToldBeforeTheNextLine_AndAtTheEnd()
    {
        LineLogger logger = Make();
        Repeat(LineBudget.Lines + 1, () => FrameworkLog.DeviceFailed(logger, "vfb/0", "x"));
        _lines.Clear();
        _clock.Advance(LineBudget.Window);
        FrameworkLog.DeviceConnected(logger, "vkbd/0");
        Assert.Equal(["xenfbfront: 1 more line like this was left out: vfb/0: given up: x\n", "xenfbfront: vkbd/0: connected\n"], _lines);

        Repeat(LineBudget.Lines + 2, () => logger.Say(LogLevel.Warning, "worker failed"));
        _lines.Clear();
        logger.Settle(isLast: true);
        Assert.Equal(["xenfbfront: 2 more lines like this were left out: worker failed\n"], _lines);
    }

    [Fact]
    public void SpreadOverTime_NothingIsLeftOut()
    {
        LineLogger logger = Make();
        Repeat(200, () =>
        {
            FrameworkLog.DeviceConnected(logger, "vfb/0");
            _clock.Advance(LineBudget.Window / LineBudget.Lines);
        });
        Assert.Equal(200, _lines.Count);
    }

    [Fact]
    public void Debug_HasNoLimit()
    {
        LineLogger logger = Make(LogLevel.Debug);
        Repeat(1000, () => FrameworkLog.StatesChanged(logger, "vfb/0", XenbusState.Closed, XenbusState.Closing));
        Assert.Equal(1000, _lines.Count);
    }

    /// <summary>Names that never come again, as of a device that is plugged with another number each time, do not fill the memory.</summary>
    [Fact]
    public void EverOtherDevices_ShareOneBudgetInTheEnd()
    {
        LineLogger logger = Make();
        for (int i = 0; i < 10_000; i++)
        {
            FrameworkLog.DeviceRemoved(logger, $"vfb/{i}");
        }

        Assert.Equal(256 + LineBudget.Lines, _lines.Count);
        _clock.Advance(LineBudget.Window);
        _lines.Clear();
        FrameworkLog.DeviceRemoved(logger, "vfb/10000");
        Assert.Equal($"xenfbfront: {10_000 - 256 - LineBudget.Lines} more lines like this were left out: vfb/9999: removed by the toolstack\n", _lines[0]);
        Assert.Equal("xenfbfront: vfb/10000: removed by the toolstack\n", _lines[1]);
    }

    /// <summary>What a hostile backend writes into a node that is logged stays one line, and no terminal obeys it.</summary>
    [Theory]
    [InlineData("a\nxenfbfront: vfb/0: connected", "a\\x0axenfbfront: vfb/0: connected")]
    [InlineData("\x1b]0;owned\a\x1b[2J", "\\x1b]0;owned\\x07\\x1b[2J")]
    [InlineData("\u009b31m\r\t\0\u007f", "\\x9b31m\\x0d\\x09\\x00\\x7f")]
    [InlineData("\u202egnp.exe\u2066\u2028", "\\u202egnp.exe\\u2066\\u2028")]
    [InlineData("Grüße, 漢字, 😀", "Grüße, 漢字, 😀")]
    public void WhatABackendWrote_IsHarmless(string node, string expected)
    {
        FrameworkLog.ImplausibleBackend(Make(), "vfb/0", node);
        Assert.Equal([$"xenfbfront: vfb/0: ignored, its backend path {expected} is not one that a toolstack writes\n"], _lines);
    }

    [Fact]
    public void HalfACharacter_IsHarmless()
    {
        Assert.Equal("a\\ud83d", PlainText.Of("a\ud83d"));
        Assert.Equal("\\udc00b", PlainText.Of("\udc00b"));
    }

    [Fact]
    public void VeryLongLine_LosesItsMiddle_NotTheRemedyAtItsEnd()
    {
        FrameworkLog.ImplausibleBackend(Make(), "vfb/0", new string('x', 4096));
        string line = Assert.Single(_lines);
        Assert.InRange(line.Length, PlainText.MaxLength, PlainText.MaxLength + 60);
        Assert.StartsWith("xenfbfront: vfb/0: ignored, its backend path xxx", line);
        Assert.Contains(" characters left out) … xxx", line);
        Assert.EndsWith("xxx is not one that a toolstack writes\n", line);
        // As long as can be: escapes are longer than what they stand for.
        Assert.InRange(PlainText.Of(new string('\u2028', 4096)).Length, 0, 6 * (PlainText.MaxLength + 60));
    }

    /// <summary>A service may send its standard error elsewhere and keep the variable.</summary>
    [Fact]
    public void JournalStream_OnlyWhenStandardErrorIsThatSocket()
    {
        using System.Net.Sockets.Socket socket = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        int descriptor = (int)socket.Handle;
        using Process stat = Process.Start(new ProcessStartInfo("stat", ["-L", "-c", "%d:%i", $"/proc/{Environment.ProcessId}/fd/{descriptor}"]) { RedirectStandardOutput = true })!;
        string stream = stat.StandardOutput.ReadToEnd().Trim();
        Assert.True(JournalStream.Is(stream, descriptor), stream);
        Assert.False(JournalStream.Is(stream + "1", descriptor));
        Assert.False(JournalStream.Is(null, descriptor));
        Assert.False(JournalStream.Is("", descriptor));
        Assert.False(JournalStream.Is("8:", descriptor));
        using FileStream file = File.OpenRead("/dev/null");
        Assert.False(JournalStream.Is(stream, (int)file.SafeFileHandle.DangerousGetHandle()));
    }

    private LineLogger Make(LogLevel minimum = LogLevel.Information, bool isForJournal = false) => new(minimum, isForJournal, _clock, _lines.Add);

    private static void Repeat(int times, Action action)
    {
        for (int i = 0; i < times; i++)
        {
            action();
        }
    }
}
