using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

/// <summary>What programs can read of the running program is in docs/formats.md.</summary>
[Collection(ProcessCollection.Name)]
public sealed partial class FormatsDocumentTests
{
    private static readonly string s_document = File.ReadAllText(Path.Combine(Frontends.RepositoryRoot, "docs/formats.md"));

    [Fact]
    public void EachMetric_IsInTheTable_WithItsTypeAndHelp_AndNoOther()
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "keys"]);
        system.WaitConnected();
        string[] told = [.. Family().Matches(FrontendCommands.Ask(system, program, "ctl", "metrics").Output).Select(static family => $"| `{family.Groups[1]}` | {family.Groups[3]} | {family.Groups[2]} |")];
        string[] listed = [.. s_document.Split('\n').Where(static line => line.StartsWith("| `xenfbfront_", StringComparison.Ordinal))];
        Assert.Equal(told.Order(StringComparer.Ordinal), listed.Where(static line => !line.Contains("touch", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        system.StopInOrder();
    }

    [Fact]
    public void EachName_IsToldInItsSection()
    {
        string program = Frontends.Path(FrontendKind.Built);
        using RunningSystem system = new(program, ["--source", "keys"]);
        system.WaitConnected();
        using Following trace = new(program, system, "--json"), watch = new(program, system, "watch", ["0.1", "--json"]);
        trace.WaitFor("\"live\"");
        system.TypeAndExpect();
        trace.WaitFor("\"message\"");
        trace.WaitFor("\"notification\"");
        watch.WaitFor("\"seconds\"");
        ExpectTold("status --json", [FrontendCommands.Ask(system, program, "ctl", "status", "--json").Output]);
        ExpectTold("watch --json", watch.Lines);
        ExpectTold("trace --json", trace.Lines);
        ExpectTold("doctor --json", [FrontendCommands.Ask(system, program, "doctor", "--json").Output]);
        watch.Kill();
        system.StopInOrder();
    }

    private static void ExpectTold(string heading, string[] values)
    {
        int from = s_document.IndexOf($"## {heading}\n", StringComparison.Ordinal);
        Assert.True(from >= 0, $"docs/formats.md has no {heading}");
        string section = s_document[from..s_document.IndexOf("\n## ", from, StringComparison.Ordinal)];
        // What another command tells as well is said once.
        string known = heading.StartsWith("doctor", StringComparison.Ordinal) ? section : s_document[..(from + section.Length)];
        HashSet<string> names = [];
        foreach (string value in values)
        {
            using JsonDocument document = JsonDocument.Parse(value);
            Collect(document.RootElement, names);
        }

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains($"`{name}`", known));
    }

    private static void Collect(JsonElement element, HashSet<string> names)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                names.Add(property.Name);
                if (property.Name == "event")
                {
                    names.Add(property.Value.GetString()!);
                }

                Collect(property.Value, names);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement each in element.EnumerateArray())
            {
                Collect(each, names);
            }
        }
    }

    [GeneratedRegex(@"# HELP (\w+) (.*)\n# TYPE \1 (\w+)")]
    private static partial Regex Family();
}
