using System.Globalization;
using System.Text;
using XenFbFront.Bench.Figures;

namespace XenFbFront.Bench.TerminalCost;

/// <summary>How fast the built-in terminal takes what a program writes, against a loop that only reads a pseudo-terminal.</summary>
internal sealed class TerminalFigures(BenchOptions options)
{
    private const int TextBytes = 16 << 20, Bursts = 5, ChunkBytes = 64 << 10;

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    /// <summary>Measures and prints.</summary>
    /// <returns>Whether all is within its limit.</returns>
    public bool Print()
    {
        if (!File.Exists(options.FrontendPath))
        {
            throw new FileNotFoundException($"{options.FrontendPath} is not there; make it with: dotnet publish frontend -c Release");
        }

        Console.WriteLine($"{"terminal",-58} {"value",18} {"limit",18}");
        string folder = Scratch.NewDirectory();
        Directory.CreateDirectory(folder);
        try
        {
            bool isGood = true;
            foreach ((string name, string line, double least) in new[]
            {
                ("plain text", "0123456 a line of plain text as a log has it, of the usual length and no colour\n", 0.08),
                ("coloured text", "\e[32m0123456\e[0m a line of \e[1;31mcoloured\e[0m text as a compiler or a listing has it\n", 0.08),
            })
            {
                string file = Path.Combine(folder, "text");
                WriteText(file, line);
                double[] shown = new double[Bursts], bare = new double[Bursts];
                for (int i = 0; i < Bursts; i++)
                {
                    bare[i] = BareReader.Measure(file);
                    shown[i] = Measure(folder, file);
                }

                Array.Sort(shown);
                Array.Sort(bare);
                double median = shown[Bursts / 2], other = bare[Bursts / 2];
                Figure figure = new($"cat of {name}, to a pty that is only read", median / other, least, "x") { IsLeast = true };
                figure.Print();
                isGood &= figure.IsGood;
                new Figure($"  {median.ToString("0.0", CultureInfo.InvariantCulture)} MB/s to", other, null, "MB/s").Print();
            }

            return isGood;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteText(string file, string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, ChunkBytes / line.Length)));
        using FileStream stream = File.Create(file);
        while (stream.Length < TextBytes)
        {
            stream.Write(bytes);
        }
    }

    /// <returns>Megabytes a second, from the start of <c>cat</c> to its end, by the program's own clock.</returns>
    private double Measure(string folder, string file)
    {
        string result = Path.Combine(folder, "result");
        File.Delete(result);
        string command = $"a=$(date +%s%N); cat {file}; b=$(date +%s%N); echo $((b - a)) > {result}.new; mv {result}.new {result}; sleep 1000";
        using NativeSession session = new(options.FrontendPath, "--source", "term", "--term", command);
        for (long started = TimeProvider.System.GetTimestamp(); !File.Exists(result);)
        {
            BenchException.ThrowUnless(TimeProvider.System.GetElapsedTime(started) < s_timeout, "the terminal does not take the text");
            Thread.Sleep(10);
        }

        return new FileInfo(file).Length / double.Parse(File.ReadAllText(result), CultureInfo.InvariantCulture) * 1e3;
    }
}
