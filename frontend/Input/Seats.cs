using Microsoft.Extensions.Logging;
using Xenbus.Loop;
using XenFbFront.Configuration;
using XenFbFront.Content;

namespace XenFbFront.Input;

/// <summary>vkbd/N belongs to the screen vfb/N: what is typed there goes where that screen's source takes it. One without such a screen goes with the main source.</summary>
/// <param name="main">Of the main source.</param>
public sealed class Seats(Seat main) : ISeats
{
    private readonly Dictionary<int, Seat> _others = [], _chosen = [];

    /// <inheritdoc/>
    public event Action? Changed;

    /// <summary>Where the input of each vkbd with a screen of its own goes, for people; one line each.</summary>
    public List<string> Explanations { get; } = [];

    /// <inheritdoc/>
    public Seat Of(int vkbd, bool hasScreen) => hasScreen ? _chosen.GetValueOrDefault(vkbd) ?? _others.GetValueOrDefault(vkbd, main) : main;

    /// <summary>Where the input goes for a screen with a source that was chosen; null when none is.</summary>
    public Seat? Chosen(int framebuffer) => _chosen.GetValueOrDefault(framebuffer);

    /// <summary>Chooses a seat while the program runs.</summary>
    /// <param name="framebuffer">Number of the screen, and of its vkbd.</param>
    /// <param name="seat">Null for what the options name.</param>
    /// <exception cref="Xenbus.XenException">The vkbd cannot change its seat now.</exception>
    public void Choose(int framebuffer, Seat? seat)
    {
        if (seat is null)
        {
            _chosen.Remove(framebuffer);
        }
        else
        {
            _chosen[framebuffer] = seat;
        }

        Changed?.Invoke();
    }

    /// <summary>Makes the seats of the screens that the options name.</summary>
    /// <param name="options">What each screen shows. A sink that they name takes the input of all.</param>
    /// <param name="source">The main source.</param>
    /// <param name="sink">The main sink.</param>
    /// <param name="screens">The sources.</param>
    /// <param name="loop">For sinks that listen.</param>
    /// <param name="logger">For sinks that leave something out.</param>
    /// <exception cref="Xenbus.XenException">The keymap that the options name cannot be used.</exception>
    public static Seats Make(DaemonOptions options, IScreenSource source, SinkChoice sink, IScreenSources screens, EventLoop loop, ILogger logger)
    {
        Seats seats = new(new(sink.Sink, source as IInputObserver));
        foreach ((int framebuffer, FramebufferSource wanted) in options.Framebuffers)
        {
            IScreenSource shown = screens[framebuffer];
            SinkChoice own = sink;
            if (options.Sink is SinkKind.Automatic or SinkKind.First)
            {
                own = SinkChoice.MakeForFramebuffer(options, wanted, shown, sink, loop, logger);
                seats.Explanations.Add($"vkbd/{framebuffer}: {own.Explanation}");
            }

            seats._others[framebuffer] = new(own.Sink, shown as IInputObserver);
        }

        return seats;
    }
}
