using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Xenbus;
using Xenbus.Devices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Configuration;
using XenFbFront.Content;
using XenFbFront.Content.Terminal;
using XenFbFront.Input;
using XenFbFront.Vfb;

namespace XenFbFront.Control;

/// <summary>Other sources than those of the options, chosen while the program runs.</summary>
/// <remarks>
/// The connection goes on: another source draws on the same pages, and input goes to its seat from the next event on. What the options name stays as it is
/// in the background, a terminal with its program, until it is chosen again. The choices are kept by the holder in a memory file, which a successor of this
/// worker reads; with the program they end.
/// </remarks>
internal sealed class SourceExchange
{
    private const string Name = "sources", Terminals = "term/chosen/";

    /// <summary>All choices as text: a line for each, of the framebuffer's number, the choice's, and the source.</summary>
    private const int FileBytes = 4096;

    private readonly DaemonOptions _options;
    private readonly ScreenSources _sources;
    private readonly Seats _seats;
    private readonly IScreenSource _main;
    private readonly SinkChoice _sink;
    private readonly VfbDriver _framebuffers;
    private readonly EventLoop _loop;
    private readonly IDescriptorStore _store;
    private readonly ILogger _logger;
    private readonly List<Choice> _chosen = [];
    private readonly List<string> _keys = [];

    /// <summary>Goes on with what was chosen for a predecessor, before anything is served. What cannot be shown any more is as the options say.</summary>
    public SourceExchange(
        DaemonOptions options, ScreenSources sources, Seats seats, IScreenSource main, SinkChoice sink, VfbDriver framebuffers, EventLoop loop, IDescriptorStore store, ILogger logger)
    {
        (_options, _sources, _seats, _main, _sink, _framebuffers, _loop, _store, _logger) = (options, sources, seats, main, sink, framebuffers, loop, store, logger);
        using Descriptor? file = store.Take(Name);
        if (file is not null)
        {
            TakeUp(file);
        }

        // Of a worker that was killed before it had noted its choice, or before it had ended the former one.
        foreach (string name in store.Names(Terminals))
        {
            store.Take(name)?.Dispose();
            store.Drop(name);
        }
    }

    /// <summary>Shows a source on a screen, and on it for every successor of this worker.</summary>
    /// <param name="framebuffer">Number of the screen.</param>
    /// <param name="source">As <see cref="OptionValues.ParseSource"/> takes it.</param>
    /// <exception cref="XenException">It cannot be shown; the present one stays.</exception>
    /// <exception cref="OptionException">It is no source.</exception>
    public void Choose(int framebuffer, string source)
    {
        ThrowIfKeys(framebuffer);
        FramebufferSource wanted = Parse(source);
        Choice? former = _chosen.Find(choice => choice.Framebuffer == framebuffer);
        if (former?.Source == source)
        {
            return;
        }

        Choice next = new(framebuffer, (former?.Number ?? 0) + 1, source);
        bool isOfOptions = IsOfOptions(framebuffer, wanted);
        // What has no room is found out first.
        byte[] text = Print(former, isOfOptions ? null : next);
        IScreenSource? formerSource = isOfOptions ? Put(framebuffer, null, null) : Put(framebuffer, wanted, next.Number);
        Write(text);
        _chosen.RemoveAll(choice => choice == former);
        if (!isOfOptions)
        {
            _chosen.Add(next);
        }

        End(formerSource);
    }

    /// <summary>Shows the keys for a while.</summary>
    /// <param name="framebuffer">Number of the screen.</param>
    /// <returns>Brings back what was shown before.</returns>
    /// <exception cref="XenException">They cannot be shown, or are already.</exception>
    public Action ShowKeys(int framebuffer)
    {
        ThrowIfKeys(framebuffer);
        (IScreenSource? source, Seat? seat) = (_sources.Chosen(framebuffer), _seats.Chosen(framebuffer));
        Put(framebuffer, new(SourceKind.Keys), 0);
        _keys.Add(Screen(framebuffer));
        return () =>
        {
            _keys.Remove(Screen(framebuffer));
            try
            {
                End(Put(framebuffer, source, seat));
            }
            catch (XenException exception)
            {
                Log.Screen(_logger, $"vfb/{framebuffer} goes on showing keys: {exception.Message}");
            }
        };
    }

    /// <summary>What a screen shows, for people.</summary>
    public string Describe(int framebuffer) =>
        _sources[framebuffer].Description + (_keys.Contains(Screen(framebuffer)) ? ", while ctl keys runs" : _chosen.Exists(choice => choice.Framebuffer == framebuffer) ? ", chosen by ctl source" : string.Empty);

    private static FramebufferSource Parse(string source) =>
        OptionValues.ParseSource(source) ?? throw new OptionException($"{source} is no source: it must be {OptionValues.Sources}");

    private void ThrowIfKeys(int framebuffer)
    {
        if (_keys.Contains(Screen(framebuffer)))
        {
            throw new XenException("change", Screen(framebuffer), 0, "xenfbfront ctl keys runs there; end that first");
        }
    }

    /// <summary>Whether it is what is there already by the options: a terminal with what runs on it.</summary>
    private bool IsOfOptions(int framebuffer, FramebufferSource wanted) => _options.Framebuffers.TryGetValue(framebuffer, out FramebufferSource own)
        ? own == wanted
        : _main switch
        {
            TerminalSource => wanted.Kind == SourceKind.Terminal && (wanted.Command is null || wanted.Command == _options.TerminalCommand),
            PatternSource => wanted.Kind == SourceKind.Pattern,
            KeysSource => wanted.Kind == SourceKind.Keys,
            _ => wanted.Kind == SourceKind.Console && wanted.VirtualTerminal == _options.VirtualTerminal,
        };

    private void TakeUp(Descriptor file)
    {
        byte[] text = new byte[FileBytes];
        Libc.ReadAllAt(file.Number, text, 0);
        foreach (string line in Encoding.UTF8.GetString(text).TrimEnd('\0').Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(' ', 3);
            (int framebuffer, int number) = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
            try
            {
                Put(framebuffer, Parse(parts[2]), number);
                _chosen.Add(new(framebuffer, number, parts[2]));
                Log.Screen(_logger, $"vfb/{framebuffer}: {Describe(framebuffer)}");
            }
            catch (Exception exception) when (exception is XenException or OptionException)
            {
                Log.Screen(_logger, $"vfb/{framebuffer}: not what was chosen by ctl source: {exception.Message}");
            }
        }
    }

    /// <returns>What was chosen before.</returns>
    private IScreenSource? Put(int framebuffer, FramebufferSource wanted, int number)
    {
        SourceChoice choice = SourceChoice.MakeForFramebuffer($"{Terminals}{framebuffer}/{number}", wanted, _options, _loop, _store);
        try
        {
            SinkChoice sink = _options.Sink is SinkKind.Automatic or SinkKind.First
                ? SinkChoice.MakeForFramebuffer(_options, wanted, choice.Source, _sink, _loop, _logger)
                : _sink;
            return Put(framebuffer, choice.Source, new(sink.Sink, choice.Source as IInputObserver));
        }
        catch
        {
            End(choice.Source);
            throw;
        }
    }

    /// <returns>What was chosen before.</returns>
    private IScreenSource? Put(int framebuffer, IScreenSource? source, Seat? seat)
    {
        (IScreenSource? formerSource, Seat? formerSeat) = (_sources.Chosen(framebuffer), _seats.Chosen(framebuffer));
        _sources.Choose(framebuffer, source);
        try
        {
            _seats.Choose(framebuffer, seat);
            foreach (VfbDevice device in _framebuffers.Devices)
            {
                if (device.Framebuffer == framebuffer)
                {
                    device.FollowSource();
                }
            }
        }
        catch
        {
            _sources.Choose(framebuffer, formerSource);
            _seats.Choose(framebuffer, formerSeat);
            throw;
        }

        return formerSource;
    }

    private static void End(IScreenSource? source)
    {
        (source as TerminalSource)?.Remove();
        source?.Dispose();
    }

    private static string Screen(int framebuffer) => $"vfb/{framebuffer}";

    private byte[] Print(Choice? former, Choice? next)
    {
        string text = string.Empty;
        foreach (Choice choice in _chosen)
        {
            text += choice == former ? string.Empty : choice.Line;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text + next?.Line);
        return bytes.Length <= FileBytes ? bytes : throw new XenException("keep", "the choice", 0, $"all that was chosen may have {FileBytes} bytes: put the command into a script");
    }

    private void Write(byte[] text)
    {
        using Descriptor file = Descriptor.Own(Libc.MemoryFile("xenfbfront-sources", FileBytes), "create", "a memory file");
        XenException.ThrowIfRefused(Libc.WriteAt(file.Number, text, 0), "write", "the choice");
        _store.Keep(Name, file);
    }

    /// <param name="framebuffer">Number of the screen.</param>
    /// <param name="number">Tells terminals apart that are chosen one after another.</param>
    /// <param name="source">As it was given.</param>
    private sealed class Choice(int framebuffer, int number, string source)
    {
        public int Framebuffer => framebuffer;

        public int Number => number;

        public string Source => source;

        public string Line => $"{framebuffer} {number} {source}\n";
    }
}
