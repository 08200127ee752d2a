namespace XenFbFront.Tests.EndToEnd;

/// <summary>Types at random on the backend's keyboard from a thread of its own, and knows what must arrive.</summary>
internal sealed class Typist : IDisposable
{
    private readonly CancellationTokenSource _done = new();
    private readonly List<string> _expected = [];
    private readonly Thread _thread;

    public Typist(RunningSystem system, int seed = 1)
    {
        _thread = new(() =>
        {
            Random random = new(seed);
            while (!_done.IsCancellationRequested)
            {
                uint code = (uint)random.Next(1, 0xf8);
                foreach (int value in new[] { 1, 0 })
                {
                    system.Session.Input.Key(code, value == 1);
                    _expected.Add($"keyboard 1 {code} {value}");
                    _expected.Add("keyboard 0 0 0");
                }

                if (random.Next(20) == 0)
                {
                    Thread.Sleep(1);
                }
            }
        });
        _thread.Start();
    }

    /// <summary>Lets go of the keyboard.</summary>
    /// <returns>The lines that the record must have.</returns>
    public string[] Finish()
    {
        _done.Cancel();
        _thread.Join();
        return [.. _expected];
    }

    public void Dispose()
    {
        Finish();
        _done.Dispose();
    }
}
