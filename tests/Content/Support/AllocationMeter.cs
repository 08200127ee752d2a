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
    public static void AssertNone(Action action)
    {
        const int attempts = 5;
        action();
        long least = long.MaxValue;
        for (int i = 0; i < attempts && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
