namespace XenFbFront.Bench;

/// <summary>A measurement did not measure what it should: its number would be worth nothing.</summary>
/// <param name="message">What was expected and what was there.</param>
public sealed class BenchException(string message) : Exception(message)
{
    /// <summary>Throws unless a fact holds.</summary>
    public static void ThrowUnless(bool holds, string message)
    {
        if (!holds)
        {
            throw new BenchException(message);
        }
    }
}
