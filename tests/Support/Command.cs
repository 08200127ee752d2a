using System.ComponentModel;
using System.Diagnostics;

namespace XenFbFront.Tests.Support;

/// <summary>A program of this machine that a test asks.</summary>
internal static class Command
{
    /// <summary>Runs it; the test is skipped where it is not installed, unless the environment says that it must be.</summary>
    /// <param name="requirement">Variable that says so.</param>
    /// <param name="name">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The exit status, and what it printed on both its outputs.</returns>
    public static (int Status, string Output) RunOrSkip(string requirement, string name, params string[] arguments)
    {
        ProcessStartInfo start = new(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + error.Result);
        }
        catch (Win32Exception exception) when (Environment.GetEnvironmentVariable(requirement) is null)
        {
            Xunit.Assert.Skip($"{name}: {exception.Message}");
            throw;
        }
    }
}
