namespace XenFbFront.Tests.Xen;

/// <summary>The guest's screen was not as a command wanted it.</summary>
/// <param name="message">One line: what was expected and what was seen.</param>
/// <param name="detail">More lines, such as the text that was seen, or empty.</param>
internal sealed class ExpectationException(string message, string detail = "") : Exception(message)
{
    /// <summary>Lines to print below the message, or empty.</summary>
    public string Detail => detail;
}
