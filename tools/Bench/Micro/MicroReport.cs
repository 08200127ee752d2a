using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace XenFbFront.Bench.Micro;

/// <summary>Times of single steps, each as a ratio to something bare that was measured in the same run.</summary>
internal sealed class MicroReport(BenchOptions options)
{
    /// <summary>BenchmarkDotNet's two minutes are short where other builds run.</summary>
    private static readonly TimeSpan s_buildTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Measures and prints.</summary>
    /// <returns>Whether everything could be measured.</returns>
    public bool Print()
    {
        Latencies latencies = new(options.Samples);
        latencies.PrintKeys();
        latencies.PrintCells();
        latencies.PrintTerminal();
        return PrintBenchmarks();
    }

    private bool PrintBenchmarks()
    {
        string artifacts = Scratch.NewDirectory();
        try
        {
            AccumulationLogger log = new();
            ManualConfig config = ManualConfig.CreateEmpty()
                .AddJob(Job.ShortRun)
                .AddLogger(options.IsVerbose ? ConsoleLogger.Default : log)
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .WithBuildTimeout(s_buildTimeout)
                .WithArtifactsPath(artifacts);
            // All in one call, so that BenchmarkDotNet builds its program once.
            Summary[] summaries = BenchmarkRunner.Run([typeof(RingBenchmarks), typeof(KeyBenchmarks), typeof(TextBenchmarks)], config);
            bool isGood = summaries.Length > 0;
            foreach (Summary summary in summaries)
            {
                isGood &= !summary.HasCriticalValidationErrors && summary.Reports.Length > 0;
                foreach (BenchmarkReport report in summary.Reports)
                {
                    isGood &= PrintReport(summary, report);
                }
            }

            if (!isGood)
            {
                Console.WriteLine($"not everything could be measured:\n{log.GetLog()}");
            }

            return isGood;
        }
        finally
        {
            if (Directory.Exists(artifacts))
            {
                Directory.Delete(artifacts, recursive: true);
            }
        }
    }

    /// <summary>Prints a ratio, or nothing for what the others are compared with.</summary>
    private static bool PrintReport(Summary summary, BenchmarkReport report)
    {
        BenchmarkReport? baseline = Array.Find([.. summary.Reports], other =>
            other.BenchmarkCase.Descriptor.Baseline && other.BenchmarkCase.Parameters.DisplayInfo == report.BenchmarkCase.Parameters.DisplayInfo);
        if (!report.Success || report.ResultStatistics is not { } own || baseline?.ResultStatistics is not { } bare)
        {
            return false;
        }

        if (report != baseline)
        {
            string parameters = report.BenchmarkCase.Parameters.Count > 0 ? $", {report.BenchmarkCase.Parameters[0].Value}" : string.Empty;
            Ratio.Print(
                report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'') + parameters,
                own.Mean / bare.Mean,
                "of " + baseline.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\''),
                string.Create(CultureInfo.InvariantCulture, $"{own.Mean:#,0.0} ns / {bare.Mean:#,0.0} ns"));
        }

        return true;
    }
}
