using XenFbFront.Content.Terminal;
using Xunit;

namespace XenFbFront.Tests.Content.Terminal;

/// <summary>What tests of the built-in terminal need beside .NET: with XENFBFRONT_REQUIRE_TERMINAL=1 its absence is a failure instead of a skip.</summary>
internal static class TerminalRequirement
{
    public static void Library()
    {
        bool isAvailable = VirtualTerminal.IsAvailable(out string reason);
        Check(isAvailable, reason);
    }

    public static void Program(string path) => Check(File.Exists(path), $"{path} is missing");

    private static void Check(bool isThere, string reason)
    {
        if (!isThere)
        {
            Assert.False(Environment.GetEnvironmentVariable("XENFBFRONT_REQUIRE_TERMINAL") == "1", reason);
            Assert.Skip(reason);
        }
    }
}
