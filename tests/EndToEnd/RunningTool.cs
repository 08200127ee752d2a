using System.Diagnostics;
using Xenbus.Linux.Interop;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary><c>tools/Loopback</c> as a process, in folders of its own.</summary>
internal sealed class RunningTool : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly string _runtimeDirectory = Directory.CreateTempSubdirectory("xenfbfront-tool-").FullName;

    public RunningTool(params string[] arguments)
        : this(display: null, arguments)
    {
    }

    /// <summary>Starts it.</summary>
    /// <param name="display">The X display for its window, null for the one of this process.</param>
    /// <param name="arguments">Its command line.</param>
    public RunningTool(string? display, string[] arguments)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "XenFbFront.Loopback"), arguments)
        {
            RedirectStandardError = true,
            WorkingDirectory = WorkingDirectory,
        };
        start.Environment["XDG_RUNTIME_DIR"] = _runtimeDirectory;
        if (display is not null)
        {
            start.Environment["DISPLAY"] = display;
            start.Environment.Remove("WAYLAND_DISPLAY");
        }

        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                lock (_lines)
                {
                    _lines.Add(line.Data);
                }
            }
        };
        _process.Start();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it was started.</summary>
    public string WorkingDirectory { get; } = Directory.CreateTempSubdirectory("xenfbfront-here-").FullName;

    public string[] Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public void WaitForLine(string text) => RunningSystem.WaitFor(
        () => Lines.Any(line => line.Contains(text)),
        () => $"no line with `{text}` in: {string.Join('\n', Lines)}");

    public void Signal(int signal) => Libc.Kill(_process.Id, signal);

    public int WaitForExit()
    {
        Assert.True(_process.WaitForExit(RunningSystem.Patience), "the tool does not end");
        // Without a time limit this also waits for the last lines.
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void AssertNothingIsLeft()
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(_runtimeDirectory));
        foreach (string process in Directory.EnumerateDirectories("/proc", "*"))
        {
            string commandLine = Path.Combine(process, "cmdline");
            Assert.False(
                int.TryParse(Path.GetFileName(process), out _) && TryRead(commandLine).Contains(_runtimeDirectory),
                $"{process} is left");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        Directory.Delete(_runtimeDirectory, recursive: true);
        Directory.Delete(WorkingDirectory, recursive: true);
    }

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return string.Empty;
        }
    }
}
