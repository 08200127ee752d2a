using System.Globalization;

namespace XenFbFront.Bench.Figures;

/// <summary>One measured number and what it may be at most, or must be at least.</summary>
/// <param name="Name">What it is, with its unit.</param>
/// <param name="Value">The number.</param>
/// <param name="Limit">At most this; null for a number that only goes with others.</param>
/// <param name="Unit">As printed behind both.</param>
internal sealed record Figure(string Name, double Value, double? Limit, string Unit)
{
    /// <summary>Whether the limit is the least that is good, not the most.</summary>
    public bool IsLeast { get; init; }

    /// <summary>Whether it is within its limit.</summary>
    public bool IsGood => Limit is null || (IsLeast ? Value >= Limit : Value <= Limit);

    /// <summary>Prints the line.</summary>
    public void Print()
    {
        string limit = Limit is { } number ? (IsLeast ? "at least " : string.Empty) + Text(number) : "-";
        Print(Name, Text(Value), limit, Limit is null ? "-" : IsGood ? "ok" : IsLeast ? "TOO LITTLE" : "TOO MUCH");
    }

    /// <summary>Prints the line of something that could not be measured.</summary>
    public static void PrintSkipped(string name, string reason) => Print(name, "-", "-", $"skipped: {reason}");

    private static void Print(string name, string value, string limit, string verdict) => Console.WriteLine($"{name,-58} {value,18} {limit,18}  {verdict}");

    private string Text(double number) => number.ToString(number == Math.Floor(number) ? "#,0" : "#,0.00", CultureInfo.InvariantCulture) + " " + Unit;
}
