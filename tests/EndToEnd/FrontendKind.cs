using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>The two programs that the same tests run against.</summary>
public enum FrontendKind
{
    /// <summary>Built with the tests, run by the SDK's runtime.</summary>
    Built,

    /// <summary>Published: one static native file.</summary>
    Native,
}

internal static class Frontends
{
    /// <summary>The program; skips the test when it is not there, unless <c>XENFBFRONT_REQUIRE_NATIVE=1</c> says that it must be.</summary>
    public static string Path(FrontendKind kind)
    {
        if (kind == FrontendKind.Built)
        {
            return System.IO.Path.Combine(AppContext.BaseDirectory, "xenfbfront");
        }

        string path = Environment.GetEnvironmentVariable("XENFBFRONT_NATIVE")
            ?? System.IO.Path.Combine(RepositoryRoot, "frontend/bin/Release/net10.0/linux-x64/publish/xenfbfront");
        if (!File.Exists(path) && Environment.GetEnvironmentVariable("XENFBFRONT_REQUIRE_NATIVE") != "1")
        {
            Assert.Skip($"{path} is not there; `dotnet publish frontend -c Release` makes it");
        }

        Assert.True(File.Exists(path), $"{path} is missing");
        return path;
    }

    public static string RepositoryRoot
    {
        get
        {
            string folder = AppContext.BaseDirectory;
            while (!File.Exists(System.IO.Path.Combine(folder, "XenFbFront.sln")))
            {
                folder = System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests do not run inside the repository");
            }

            return folder;
        }
    }
}
