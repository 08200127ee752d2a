using System.Diagnostics;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

[Collection(ProcessCollection.Name)]
public class BadInputTests
{
    [Theory]
    [InlineData(2, "unknown option --colour; xenfbfront --help-all lists them", "--colour")]
    [InlineData(2, "--size 12: must be WIDTHxHEIGHT in pixels, as in 1024x768", "--size", "12")]
    [InlineData(2, "--size 1x1: 1x1 is outside 16x16 to 16384x16384", "--size", "1x1")]
    [InlineData(2, "--size 16000x16000: 16000x16000 at 32 bits needs more than the 246 MiB that the protocol can describe", "--size", "16000x16000")]
    [InlineData(2, "--depth 12: must be 8, 16, 24 or 32", "--depth", "12")]
    [InlineData(2, "--source film: must be console, term, pattern or keys", "--source", "film")]
    [InlineData(2, "--vt needs a value: --vt N", "--vt")]
    [InlineData(2, "--config /nowhere: no such file", "--config", "/nowhere")]
    [InlineData(3, "dom1", "--loopback", "/nowhere/dom1")]
    public void Start_WrongArguments_OneLineThatSaysWhatAndWhatToDo(int status, string message, params string[] arguments)
    {
        (int exit, string output) = Run(arguments);
        Assert.Equal(status, exit);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("xenfbfront: ", output);
        Assert.Contains(message, output);
    }

    [Fact]
    public void Start_ConfigurationWrong_NamesFileAndLine()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "# a comment\nsource = pattern\nsize = huge\n");
        try
        {
            (int exit, string output) = Run("--config", file);
            Assert.Equal(2, exit);
            Assert.Contains($"{file}:3: --size huge: must be WIDTHxHEIGHT", output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void CheckConfig_TellsEveryMistake_AndASettingsPlaceWhenThereIsNone()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "sise = 800x600\ndepth = 3\n");
            Assert.Equal(
                (2, $"xenfbfront: {file}:1: there is no `sise`; did you mean size? xenfbfront --help-all lists the names\nxenfbfront: {file}:2: --depth 3: must be 8, 16, 24 or 32\n"),
                Run("--check-config", "--config", file));
            File.WriteAllText(file, "size = 800x600\n");
            (int exit, string output) = Run("--check-config", "--config", file);
            Assert.Equal(0, exit);
            Assert.Contains($"size = 800x600                          # {file}:1\n", output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Start_ConfigurationIsAFolder_SaysThatItCannotBeRead()
    {
        (int exit, string output) = Run("--config", Path.GetTempPath());
        Assert.Equal(2, exit);
        Assert.Contains("cannot be read", output);
    }

    [Fact]
    public void Start_NoXen_NamesTheLoopback()
    {
        Assert.SkipWhen(Directory.Exists("/sys/hypervisor/properties"), "this is a Xen guest");
        (int exit, string output) = Run();
        Assert.Equal(3, exit);
        Assert.Contains("--loopback", output);
    }

    [Fact]
    public void Help_Asked_FitsAScreen()
    {
        (int exit, string output) = Run("--help");
        Assert.Equal(0, exit);
        string[] lines = output.TrimEnd('\n').Split('\n');
        Assert.True(lines.Length <= 24, $"{lines.Length} lines");
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
    }

    /// <summary>Runs the frontend to its end; what it prints on both streams.</summary>
    internal static (int Status, string Output) Run(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Frontends.Path(FrontendKind.Built), arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(RunningSystem.Patience));
        return (process.ExitCode, output.Result + errors.Result);
    }
}
