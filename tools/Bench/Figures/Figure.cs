using System.Globalization;

namespace XenFbFront.Bench.Figures;

/// <summary>One measured number and what it may be at most.</summary>
/// <param name="Name">What it is, with its unit.</param>
/// <param name="Value">The number.</param>
/// <param name="Limit">At most this; null for a number that only goes with others.</param>
/// <param name="Unit">As printed behind both.</param>
internal sealed record Figure(string Name, double Value, double? Limit, string Unit)
{
    /// <summary>Whether it is within its limit.</summary>
    public bool IsGood => Limit is null || Value <= Limit;

    /// <summary>Prints the line.</summary>
    public void Print()
    {
        string limit = Limit is { } number ? Text(number) : "-";
        Print(Name, Text(Value), limit, Limit is null ? "-" : IsGood ? "ok" : "TOO MUCH");
    }

    /// <summary>Prints the line of something that could not be measured.</summary>
    public static void PrintSkipped(string name, string reason) => Print(name, "-", "-", $"skipped: {reason}");

    private static void Print(string name, string value, string limit, string verdict) => Console.WriteLine($"{name,-58} {value,18} {limit,18}  {verdict}");

    private string Text(double number) => number.ToString(number == Math.Floor(number) ? "#,0" : "#,0.00", CultureInfo.InvariantCulture) + " " + Unit;
}
