using System.Collections.Concurrent;
using XenFbFront.Backend;
using XenFbFront.Tests.Xen;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.Viewer;

/// <summary>A started server with a screen and a recording guest.</summary>
internal sealed class RfbFixture : IAsyncDisposable
{
    private readonly BlockingCollection<string> _log = [];

    public RfbFixture(int width = 0, int height = 0, RfbServerOptions? options = null)
    {
        if (width > 0)
        {
            Screen.Resize(width, height);
        }

        Server = new RfbServer(Screen, Input, (options ?? new RfbServerOptions()) with { Log = line => _log.Add(line) });
        Server.Start();
    }

    public BackendScreen Screen { get; } = new();

    public RecordingInput Input { get; } = new();

    public RfbServer Server { get; }

    public RfbTestClient Connect(string version = "RFB 003.008\n") => new(Server.EndPoint, version);

    public RfbTestClient ConnectSilently() => new(Server.EndPoint, shakeHands: false);

    public void Paint(ScreenRectangle rectangle, Func<int, int, uint> colour)
    {
        lock (Screen.Gate)
        {
            for (int y = rectangle.Y; y < rectangle.Y + rectangle.Height; y++)
            {
                for (int x = rectangle.X; x < rectangle.X + rectangle.Width; x++)
                {
                    Screen.Pixels[y * Screen.Width + x] = colour(x, y);
                }
            }
        }

        Screen.Publish(rectangle);
    }

    public void Resize(int width, int height)
    {
        lock (Screen.Gate)
        {
            Screen.Resize(width, height);
        }

        Screen.Publish(new(0, 0, width, height), resized: true);
    }

    public uint[] Pixels()
    {
        lock (Screen.Gate)
        {
            return Screen.Pixels.ToArray();
        }
    }

    /// <summary>Waits for a log line that holds a text.</summary>
    public string WaitForLog(string text)
    {
        List<string> seen = [];
        while (_log.TryTake(out string? line, TimeSpan.FromSeconds(30)))
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }

            seen.Add(line);
        }

        Assert.Fail($"no log line with '{text}', only: {string.Join(" | ", seen)}");
        return "";
    }

    public async ValueTask DisposeAsync()
    {
        Input.IsOpen = true;
        await Server.DisposeAsync();
    }
}
