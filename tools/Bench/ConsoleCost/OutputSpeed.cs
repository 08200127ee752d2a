using System.Globalization;
using System.Text;
using Xenbus.Linux.Interop;
using XenFbFront.Bench.Micro;

namespace XenFbFront.Bench.ConsoleCost;

/// <summary>How fast a program writes to a console that is mirrored, against the same on one that is not.</summary>
/// <remarks>Both have the same size and take turns in slices of a tenth of a second, so that both meet the same noise.</remarks>
internal sealed class OutputSpeed : IDisposable
{
    private const int MirroredNumber = 61, OtherNumber = 60;
    private const int Slices = 30;
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(100);

    private readonly Descriptor _mirrored = BareTerminal.OpenTerminal(MirroredNumber), _other = BareTerminal.OpenTerminal(OtherNumber);
    private readonly byte[] _text;

    /// <summary>Opens two consoles that nobody uses and gives them a size.</summary>
    public OutputSpeed(int columns, int rows)
    {
        BenchException.ThrowUnless(Libc.SetWindowSize(_mirrored.Number, columns, rows) >= 0 && Libc.SetWindowSize(_other.Number, columns, rows) >= 0, "the consoles cannot be given a size");
        // Lines of different lengths with some colour, as a compiler or a log writes them.
        StringBuilder text = new();
        for (int i = 0; text.Length < 16384; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\u001b[3{1 + i % 7}m{i:000000}\u001b[0m ").Append((char)('a' + i % 26), (i * 7) % (columns - 10)).Append('\n');
        }

        _text = Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Number of the console that is to be mirrored.</summary>
    public static string Terminal => MirroredNumber.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes to both in turn.</summary>
    /// <returns>Megabytes a second, medians of the slices.</returns>
    public (double Mirrored, double Other) Measure()
    {
        double[] mirrored = new double[Slices], other = new double[Slices];
        // The first slice of each warms up.
        Slice(_mirrored);
        Slice(_other);
        for (int i = 0; i < Slices; i++)
        {
            mirrored[i] = Slice(_mirrored);
            other[i] = Slice(_other);
        }

        Array.Sort(mirrored);
        Array.Sort(other);
        return (mirrored[Slices / 2], other[Slices / 2]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Descriptor terminal in new[] { _mirrored, _other })
        {
            Libc.SetWindowSize(terminal.Number, 80, 25);
            Libc.Write(terminal.Number, "\u001bc"u8);
            terminal.Dispose();
        }

        BareTerminal.Release(MirroredNumber);
        BareTerminal.Release(OtherNumber);
    }

    private double Slice(Descriptor terminal)
    {
        long written = 0, started = TimeProvider.System.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            int result = Libc.Write(terminal.Number, _text);
            BenchException.ThrowUnless(result > 0, "the console takes no text");
            written += result;
            elapsed = TimeProvider.System.GetElapsedTime(started);
        }
        while (elapsed < s_slice);
        return written / elapsed.TotalSeconds / 1e6;
    }
}
