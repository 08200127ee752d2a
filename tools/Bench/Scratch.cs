namespace XenFbFront.Bench;

/// <summary>Names of directories for sessions; a session makes and removes its own.</summary>
internal static class Scratch
{
    private static int s_count;

    /// <summary>A name that nobody uses.</summary>
    public static string NewDirectory() => Path.Combine(Path.GetTempPath(), $"xenfbfront-bench-{Environment.ProcessId}-{++s_count}");
}
