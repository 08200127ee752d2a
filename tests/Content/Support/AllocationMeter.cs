using Xunit;

namespace XenFbFront.Tests.Content.Support;

/// <summary>Asserts that an action allocates nothing on its thread.</summary>
internal static class AllocationMeter
{
    /// <summary>Runs the action once to warm up, then measures it.</summary>
    /// <remarks>
    /// A collection that another test's thread causes voids the unused rest of this thread's allocation buffer, and the counter then jumps by
    /// some kilobytes. What the action itself allocates shows in every attempt, so one attempt without is the proof.
    /// </remarks>
    /// <returns>How often the action was run.</returns>
    public static int AssertNone(Action action)
    {
        const int attempts = 5;
        int runs = 1;
        action();
        long least = long.MaxValue;
        for (int i = 0; i < attempts && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            runs++;
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        return runs;
    }
}
