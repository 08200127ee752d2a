using Xenbus;
using Xenbus.Loop;
using XenFbFront.Configuration;
using XenFbFront.Content;
using XenFbFront.Content.Terminal;
using XenFbFront.Tests.Content.Support;
using XenFbFront.Tests.Content.Terminal;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Content;

/// <summary>Which source is shown, on whatever this machine has: text consoles or none, a login or none.</summary>
public sealed class SourceChoiceTests : IDisposable
{
    private const string Command = "sleep 100";

    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly KeptDescriptors _kept = new();

    public void Dispose()
    {
        _loop.Dispose();
        _kept.Dispose();
    }

    [Fact]
    public void Pattern_IsShown() => Check<PatternSource>(new() { Source = SourceKind.Pattern }, "test pattern");

    [Fact]
    public void Keys_AreShown() => Check<KeysSource>(new() { Source = SourceKind.Keys }, string.Empty);

    [Fact]
    public void Terminal_AskedFor_IsShownWithItsCommandAndSize()
    {
        TerminalRequirement.Library();
        SourceChoice choice = Make(new() { Source = SourceKind.Terminal, TerminalCommand = Command, Geometry = new(ConsoleGeometryKind.Fixed, 40, 10) });
        using TerminalSource source = Assert.IsType<TerminalSource>(choice.Source);

        Assert.Equal($"built-in terminal with {Command}", choice.Explanation);
        Assert.Equal(0, source.PreferredSize.Width % 40);
        Assert.Equal(0, source.PreferredSize.Height % 10);
    }

    [Fact]
    public void Automatic_OnALoopback_IsTheTerminalAlsoWhereThereIsAConsole()
    {
        TerminalRequirement.Library();
        Check<TerminalSource>(new() { Loopback = "/nowhere", TerminalCommand = Command }, "(--source console, term, keys or pattern chooses)");
    }

    [Fact]
    public void Automatic_IsTheConsoleElseTheTerminal()
    {
        DaemonOptions options = new() { TerminalCommand = Command };
        if (TextConsoles.Has(0, out string reason))
        {
            Check<ConsoleSource>(options, "the active one; --vt N shows another");
        }
        else
        {
            TerminalRequirement.Library();
            Check<TerminalSource>(options, $"as no text console can be read: {reason}");
        }
    }

    // 63 is there in each kernel with consoles, or the reason is said.
    [Theory]
    [InlineData(SourceKind.Console, 0)]
    [InlineData(SourceKind.Console, 63)]
    [InlineData(SourceKind.Automatic, 63)]
    public void Console_AskedFor_IsShownOrRefusedAndNothingElseInstead(SourceKind kind, int virtualTerminal)
    {
        // Also on a loopback, where nothing is said to prefer the terminal.
        DaemonOptions options = new() { Source = kind, VirtualTerminal = virtualTerminal, TerminalCommand = Command, Loopback = "/nowhere" };
        if (TextConsoles.Has(virtualTerminal, out string reason))
        {
            Check<ConsoleSource>(options, virtualTerminal == 0 ? "the active one" : "tty63");
        }
        else
        {
            XenException exception = Assert.Throws<XenException>(() => Make(options));
            Assert.Contains(reason, exception.Message);
        }
    }

    [Fact]
    public void Framebuffer_OfItsOwn_ShowsWhatItWasGiven()
    {
        SourceChoice choice = SourceChoice.MakeForFramebuffer("term/vfb/1", new(SourceKind.Pattern), new(), _loop, _kept.ForWorker(static () => { }));
        choice.Source.Dispose();
        Assert.IsType<PatternSource>(choice.Source);

        FramebufferSource console = new(SourceKind.Console, 63);
        if (TextConsoles.Has(63, out string reason))
        {
            SourceChoice shown = SourceChoice.MakeForFramebuffer("term/vfb/1", console, new(), _loop, _kept.ForWorker(static () => { }));
            shown.Source.Dispose();
            Assert.IsType<ConsoleSource>(shown.Source);
        }
        else
        {
            Assert.Contains(reason, Assert.Throws<XenException>(() => SourceChoice.MakeForFramebuffer("term/vfb/1", console, new(), _loop, _kept.ForWorker(static () => { }))).Message);
        }
    }

    private void Check<T>(DaemonOptions options, string explanation)
        where T : IScreenSource
    {
        SourceChoice choice = Make(options);
        choice.Source.Dispose();
        Assert.IsType<T>(choice.Source);
        Assert.Contains(explanation, choice.Explanation);
    }

    private SourceChoice Make(DaemonOptions options) => SourceChoice.Make(options, _loop, _kept.ForWorker(static () => { }));
}
