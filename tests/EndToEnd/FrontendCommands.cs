using System.Diagnostics;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>Runs the program for a moment, as a person does.</summary>
internal static class FrontendCommands
{
    /// <summary>Runs a command against the program of a system.</summary>
    public static (int Status, string Output, string Error) Ask(RunningSystem system, string program, params string[] words) =>
        Run(program, [.. words, "--loopback", system.Session.GuestDirectory]);

    /// <summary>Runs the program to its end.</summary>
    public static (int Status, string Output, string Error) Run(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(RunningSystem.Patience), "it does not end");
        return (process.ExitCode, output, error.Result);
    }
}
