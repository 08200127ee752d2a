using System.Globalization;
using System.Text;
using Xenbus.Linux.Interop;
using XenFbFront.Bench.Micro;

namespace XenFbFront.Bench.ConsoleCost;

/// <summary>How fast a program writes to a console.</summary>
internal sealed class OutputSpeed : IDisposable
{
    private const int Number = 61;

    private readonly Descriptor _terminal = BareTerminal.OpenTerminal(Number);
    private readonly byte[] _text;

    /// <summary>Opens a console that nobody uses and gives it a size.</summary>
    public OutputSpeed(int columns, int rows)
    {
        BenchException.ThrowUnless(Libc.SetWindowSize(_terminal.Number, columns, rows) >= 0, "the console cannot be given a size");
        // Lines of different lengths with some colour, as a compiler or a log writes them.
        StringBuilder text = new();
        for (int i = 0; text.Length < 16384; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\u001b[3{1 + i % 7}m{i:000000}\u001b[0m ").Append((char)('a' + i % 26), (i * 7) % (columns - 10)).Append('\n');
        }

        _text = Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Its number, as an option takes it.</summary>
    public static string Terminal => Number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes for a time, without a pause.</summary>
    /// <returns>Megabytes a second.</returns>
    public double Measure(TimeSpan time)
    {
        long written = 0, started = TimeProvider.System.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            int result = Libc.Write(_terminal.Number, _text);
            BenchException.ThrowUnless(result > 0, "the console takes no text");
            written += result;
            elapsed = TimeProvider.System.GetElapsedTime(started);
        }
        while (elapsed < time);
        return written / elapsed.TotalSeconds / 1e6;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Libc.SetWindowSize(_terminal.Number, 80, 25);
        Libc.Write(_terminal.Number, "\u001bc"u8);
        _terminal.Dispose();
        BareTerminal.Release(Number);
    }
}
