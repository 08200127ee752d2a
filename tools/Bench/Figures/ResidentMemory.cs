using System.Globalization;

namespace XenFbFront.Bench.Figures;

/// <summary>Resident memory of processes, from <c>/proc/PID/smaps</c>.</summary>
/// <param name="Total">Sum of Rss: a page that two of the processes map counts twice.</param>
/// <param name="Granted">Of it, mappings of granted pages: framebuffer, page directory and rings.</param>
/// <param name="Proportional">Sum of Pss without the granted pages: a page that n processes of the machine map counts one n-th.</param>
internal sealed record ResidentMemory(long Total, long Granted, long Proportional)
{
    /// <summary>Name of the memory files behind granted pages on the loopback.</summary>
    private const string GrantedName = "/memfd:xen-grant";

    /// <summary>What the limit is about, bytes.</summary>
    public long Own => Total - Granted;

    /// <summary>Adds up processes.</summary>
    public static ResidentMemory Of(params ReadOnlySpan<int> processes)
    {
        long total = 0, granted = 0, proportional = 0;
        foreach (int process in processes)
        {
            bool isGranted = false;
            foreach (string line in File.ReadLines($"/proc/{process}/smaps"))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (!words[0].EndsWith(':'))
                {
                    isGranted = words.Length >= 6 && words[5] == GrantedName;
                }
                else if (words[0] == "Rss:")
                {
                    total += KiB(words[1]);
                    granted += isGranted ? KiB(words[1]) : 0;
                }
                else if (words[0] == "Pss:" && !isGranted)
                {
                    proportional += KiB(words[1]);
                }
            }
        }

        return new(total, granted, proportional);

        static long KiB(string text) => long.Parse(text, CultureInfo.InvariantCulture) * 1024;
    }
}
