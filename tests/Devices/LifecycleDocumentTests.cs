using System.Text;
using System.Text.RegularExpressions;
using Xenbus.Devices;
using Xenbus.Wire;
using XenFbFront.Tests.EndToEnd;
using Xunit;
using static Xenbus.Devices.DeviceAction;
using static Xenbus.Wire.XenbusState;

namespace XenFbFront.Tests.Devices;

/// <summary>What docs/lifecycle.md draws and lists is what the code decides. With XENFBFRONT_WRITE_REFERENCES=1 it is written anew.</summary>
public sealed partial class LifecycleDocumentTests
{
    private static readonly string s_path = Path.Combine(Frontends.RepositoryRoot, "docs", "lifecycle.md");

    private static readonly XenbusState[] s_states = Enum.GetValues<XenbusState>();

    [Fact]
    public void GeneratedParts_AreWhatTheTableSays()
    {
        string text = File.ReadAllText(s_path);
        string expected = Put(Put(text, "diagram", Diagram()), "table", Tables());
        if (Environment.GetEnvironmentVariable("XENFBFRONT_WRITE_REFERENCES") is not null)
        {
            File.WriteAllText(s_path, expected);
            return;
        }

        Assert.True(text == expected, "docs/lifecycle.md is not what TransitionTable.Decide says: run this test with XENFBFRONT_WRITE_REFERENCES=1 and look at the difference");
    }

    /// <summary>A row of the situations names tests that exist.</summary>
    [Fact]
    public void EverySituation_NamesTestsThatExist()
    {
        string[] names = [.. TestName().Matches(File.ReadAllText(s_path)).Select(match => match.Value.Trim('`'))];
        Assert.True(names.Length > 25, $"only {names.Length} tests are named");
        HashSet<string> known = [.. from type in typeof(LifecycleDocumentTests).Assembly.GetTypes() from method in type.GetMethods() select $"{type.Name}.{method.Name}"];
        Assert.All(names, name => Assert.Contains(name, known));
    }

    /// <summary>What the document says of all situations: their tests look at the picture, the keys and what is left, unless the row says that there is none.</summary>
    [Fact]
    public void EverySituation_ItsTestsLookAtPictureKeysAndWhatIsLeft()
    {
        string[] rows = [.. File.ReadAllLines(s_path).Where(line => line.StartsWith("| ", StringComparison.Ordinal) && TestName().IsMatch(line))];
        Assert.True(rows.Length > 30, $"only {rows.Length} situations");
        foreach (string row in rows)
        {
            string tests = string.Concat(TestName().Matches(row).Select(match => Body(match.Value.Trim('`'))));
            Assert.True(row.Contains("no picture", StringComparison.Ordinal) || PictureCheck().IsMatch(tests), $"nobody looks at the picture: {row}");
            Assert.True(row.Contains("no keys", StringComparison.Ordinal) || KeyCheck().IsMatch(tests), $"nobody looks at the keys: {row}");
            Assert.True(LeftCheck().IsMatch(tests), $"nobody looks at what is left: {row}");
        }
    }

    /// <summary>Source of a test; of each of that name.</summary>
    private static string Body(string name)
    {
        string[] parts = name.Split('.');
        string bodies = string.Empty;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Frontends.RepositoryRoot, "tests"), $"{parts[0]}.cs", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(file);
            int from = text.IndexOf($"public void {parts[1]}(", StringComparison.Ordinal);
            if (from >= 0)
            {
                bodies += text[from..text.IndexOf("\n    }\n", from, StringComparison.Ordinal)];
            }
        }

        return bodies;
    }

    [GeneratedRegex(@"`\w+Tests\.\w+`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\.(ExpectWhole|ExpectPicture|WaitForPattern)\(")]
    private static partial Regex PictureCheck();

    [GeneratedRegex(@"\.(ExpectWhole|ExpectTyped|TypeAndExpect|Record)\(")]
    private static partial Regex KeyCheck();

    [GeneratedRegex(@"(EndAndExpectNothingLeft(AsideFromKernels)?|ExpectNothingLeft|StopInOrder|AssertFileIsOpen)\(")]
    private static partial Regex LeftCheck();

    private static string Put(string text, string part, string content)
    {
        string begin = $"<!-- {part}: begin -->\n", end = $"<!-- {part}: end -->";
        int from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, to = text.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from >= begin.Length && to >= from, $"docs/lifecycle.md has no {begin.Trim()} … {end}");
        return text[..from] + content + text[to..];
    }

    /// <summary>Everything that is reached with QEMU's rules from a fresh device, when it is run, stopped at any time, and run again.</summary>
    private static string Diagram()
    {
        Place start = new(Initialising, Initialising, Publication.None);
        List<Place> places = [start];
        SortedSet<string> edges = new(StringComparer.Ordinal);
        for (int i = 0; i < places.Count; i++)
        {
            Place place = places[i];
            QemuModel qemu = QemuModel.Found(place.Theirs, place.Publication == Publication.Ours).Check(place.Ours);
            Add(place, place with { Theirs = qemu.State }, "backend");
            foreach (DeviceGoal goal in Enum.GetValues<DeviceGoal>())
            {
                DeviceAction action = TransitionTable.Decide(goal, place.Ours, place.Theirs, place.Publication, isOnline: true);
                Add(place, After(place, action), goal == DeviceGoal.Run ? action.ToString() : $"{action} (stop)");
            }
        }

        StringBuilder text = new("```mermaid\nstateDiagram-v2\n");
        foreach (Place place in places)
        {
            text.Append($"    state \"{place.Text}\" as {place.Id}\n");
        }

        text.Append($"    [*] --> {start.Id}\n");
        foreach (string edge in edges)
        {
            text.Append($"    {edge}\n");
        }

        return text.Append("```\n").ToString();

        void Add(Place from, Place to, string label)
        {
            if (from != to)
            {
                edges.Add($"{from.Id} --> {to.Id}: {label}");
                if (!places.Contains(to))
                {
                    places.Add(to);
                }
            }
        }
    }

    private static Place After(Place place, DeviceAction action) => action switch
    {
        Publish => place with { Ours = Initialised, Publication = Publication.Ours },
        Connect => place with { Ours = Connected },
        BeginClose => place with { Ours = Closing },
        FinishClose => place with { Ours = Closed },
        Release => place with { Publication = Publication.Leftover },
        Restart => place with { Ours = Initialising, Publication = Publication.None },
        Wait or Refresh or Done => place,
        _ => throw new InvalidOperationException(),
    };

    private static string Tables()
    {
        StringBuilder text = new();
        Append(text, "Goal Run, nothing published", DeviceGoal.Run, Publication.None);
        Append(text, "Goal Run, a predecessor's details are left over", DeviceGoal.Run, Publication.Leftover);
        Append(text, "Goal Run, our details are published", DeviceGoal.Run, Publication.Ours);
        Append(text, "Goal Stop, our details are published", DeviceGoal.Stop, Publication.Ours);
        return text.ToString();
    }

    /// <summary>Rows of our states that are treated alike are one.</summary>
    private static void Append(StringBuilder text, string title, DeviceGoal goal, Publication publication)
    {
        text.Append($"\n**{title}**\n\n| ours \\ backend's |{string.Concat(s_states.Select(state => $" {(int)state} |"))}\n|---|{string.Concat(s_states.Select(_ => "---|"))}\n");
        foreach (IGrouping<string, XenbusState> row in s_states.GroupBy(ours => string.Concat(s_states.Select(theirs => $" {Cell(goal, ours, theirs, publication)} |"))))
        {
            text.Append($"| {string.Join(", ", row.Select(ours => (int)ours))} |{row.Key}\n");
        }
    }

    private static string Cell(DeviceGoal goal, XenbusState ours, XenbusState theirs, Publication publication)
    {
        string online = Name(TransitionTable.Decide(goal, ours, theirs, publication, isOnline: true));
        string offline = Name(TransitionTable.Decide(goal, ours, theirs, publication, isOnline: false));
        return online == offline ? online : $"{online} / {offline}";
    }

    private static string Name(DeviceAction action) => action == Wait ? "·" : action.ToString();

    private sealed record Place(XenbusState Ours, XenbusState Theirs, Publication Publication)
    {
        public string Id => $"{Publication}_{(int)Ours}_{(int)Theirs}".ToLowerInvariant();

        public string Text => $"{(int)Ours} / {(int)Theirs}{(Publication == Publication.Ours ? ", published" : Publication == Publication.Leftover ? ", left over" : string.Empty)}";
    }
}
