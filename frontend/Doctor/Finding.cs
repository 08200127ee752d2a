namespace XenFbFront.Doctor;

/// <summary>One thing that was looked at.</summary>
/// <param name="Verdict">What it means.</param>
/// <param name="Topic">A word or two: what was looked at.</param>
/// <param name="Text">What was seen, one sentence without a full stop.</param>
/// <param name="Remedy">What to do, a command where there is one; null when there is nothing to do.</param>
internal sealed record Finding(Verdict Verdict, string Topic, string Text, string? Remedy = null);
