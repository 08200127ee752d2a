using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Configuration;
using XenFbFront.Content;
using XenFbFront.Input;
using XenFbFront.Input.Hid;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Input;

/// <summary>A machine's devices as files in a folder: whether a node is there and can be opened is all that the choice looks at.</summary>
public sealed class SinkChoiceTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("xenfbfront-").FullName;
    private static readonly PatternSource s_source = new();
    private readonly EventLoop _loop = new(TimeProvider.System);

    [Fact]
    public void Make_Uinput_ComesFirst()
    {
        Add("dev/uinput");
        Add("dev/uhid");
        Add("sys/bus/hid/drivers/hid-generic/bind");
        SinkChoice choice = Make(new());
        Assert.IsType<UinputSink>(choice.Sink);
        Assert.Equal("uinput", choice.Explanation);
    }

    [Theory]
    [InlineData("sys/bus/hid/drivers/hid-generic/bind")]
    [InlineData("run/udev/control")]
    public void Make_NoUinput_IsUhidAndSaysWhy(string helper)
    {
        Add("dev/uhid");
        Add(helper);
        SinkChoice choice = Make(new());
        Assert.IsType<UhidSink>(choice.Sink);
        Assert.Contains("/dev/uinput is missing", choice.Explanation);
    }

    [Fact]
    public void Make_NothingThere_NamesAllModules()
    {
        SinkChoice choice = Make(new());
        // The picture is shown all the same; the keyboard is given up when its device comes.
        Assert.IsType<UinputSink>(choice.Sink);
        Assert.Equal($"nowhere, as {_root}/dev/uinput is missing, {_root}/dev/uhid is missing", choice.Explanation.Split(", and there")[0]);
        Assert.Contains("modprobe uinput, or modprobe -a uhid hid hid-generic", choice.Explanation);
    }

    [Fact]
    public void Make_UhidWithoutDriver_SaysWhichIsMissing()
    {
        Add("dev/uhid");
        Assert.Contains("hid-generic is not loaded", Make(new()).Explanation);
    }

    [Fact]
    public void Make_NodeCannotBeOpened_SaysWhy()
    {
        // With udev the node is there before the module; a folder is something else that cannot be opened for writing.
        Directory.CreateDirectory(Path.Combine(_root, "dev/uinput"));
        Assert.Contains(Errno.Text(Errno.EISDIR), Make(new()).Explanation);
    }

    [Fact]
    public void Make_NeitherModule_IsTheTextConsole()
    {
        Assert.SkipUnless(File.Exists("/dev/tty0") && !File.Exists("/dev/uinput") && !File.Exists("/dev/uhid"), "this machine has other ways or no text console");
        SinkChoice choice = SinkChoice.Make(new(), s_source, _loop, new ListLogger());
        Assert.StartsWith("the active text console (TIOCSTI), as /dev/uinput is missing and /dev/uhid is missing", choice.Explanation);
        Assert.StartsWith("text console 5 (TIOCSTI)", SinkChoice.Make(new() { VirtualTerminal = 5 }, s_source, _loop, new ListLogger()).Explanation);
    }

    [Fact]
    public void Make_Loopback_IsNothingUnlessAskedFor()
    {
        Add("dev/uinput");
        Assert.Equal("none", Make(new() { Loopback = "/dir" }).Explanation);
        Assert.Equal("uinput", Make(new() { Loopback = "/dir", Sink = SinkKind.First }).Explanation);
    }

    [Theory]
    [InlineData(SinkKind.Uinput, "uinput")]
    [InlineData(SinkKind.Uhid, "uhid")]
    [InlineData(SinkKind.Console, "the active text console (TIOCSTI)")]
    [InlineData(SinkKind.Recorder, "recorder /file")]
    [InlineData(SinkKind.None, "none")]
    public void Make_Named_IsThatOne(SinkKind kind, string explanation) =>
        Assert.Equal(explanation, Make(new() { Sink = kind, RecordFile = "/file" }).Explanation.Split(", which takes nothing: /dev/tty0")[0]);

    public void Dispose()
    {
        _loop.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private SinkChoice Make(DaemonOptions options) => SinkChoice.Make(options, s_source, _loop, new ListLogger(), _root);

    private void Add(string path)
    {
        string file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, string.Empty);
    }
}
