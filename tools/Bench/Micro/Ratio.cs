using System.Globalization;

namespace XenFbFront.Bench.Micro;

/// <summary>Prints lines of ratios.</summary>
internal static class Ratio
{
    /// <summary>Prints one: the ratio, what it is to, and the two numbers.</summary>
    public static void Print(string name, double ratio, string toWhat, string numbers) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-52} {Text(ratio),9} x {toWhat,-42} {numbers}"));

    private static string Text(double ratio) => ratio.ToString(ratio < 0.01 ? "0.000000" : "0.00", CultureInfo.InvariantCulture);
}
