using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;

namespace XenFbFront.Doctor;

/// <summary>What was found, in the order in which it was looked at.</summary>
/// <param name="isRoot">Whether a refusal is to be taken for what it says, or for what root would be spared.</param>
internal sealed class Findings(bool isRoot)
{
    private readonly List<Finding> _all = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<Finding> All => _all;

    /// <summary>As it should be.</summary>
    public void Good(string topic, string text) => _all.Add(new(Verdict.Good, topic, text));

    /// <summary>Worth knowing.</summary>
    public void Note(string topic, string text, string? remedy = null) => _all.Add(new(Verdict.Note, topic, text, remedy));

    /// <summary>In the way, unless it is so only for this user.</summary>
    /// <param name="topic">What was looked at.</param>
    /// <param name="text">What was seen.</param>
    /// <param name="remedy">What to do.</param>
    /// <param name="errno">Why something was refused, 0 when nothing was.</param>
    public void Bad(string topic, string text, string? remedy, int errno = 0)
    {
        bool isForRoot = !isRoot && errno is Errno.EACCES or Errno.EPERM;
        _all.Add(isForRoot ? new(Verdict.Root, topic, text) : new(Verdict.Bad, topic, text, remedy));
    }

    /// <summary>Something was refused.</summary>
    public void Bad(string topic, XenException exception) =>
        Bad(topic, $"cannot {exception.Operation} {exception.Target}{(exception.ErrorNumber == 0 ? string.Empty : ": " + Errno.Text(exception.ErrorNumber))}", exception.Remedy, exception.ErrorNumber);

    /// <summary>How many have a verdict.</summary>
    public int Count(Verdict verdict)
    {
        int count = 0;
        foreach (Finding finding in _all)
        {
            count += finding.Verdict == verdict ? 1 : 0;
        }

        return count;
    }

    /// <summary>For a person: a line for each, and one that sums up.</summary>
    public string Print()
    {
        StringBuilder text = new();
        foreach (Finding finding in _all)
        {
            text.Append(Word(finding.Verdict).PadRight(6)).Append(finding.Topic).Append(": ").Append(PlainText.Of(finding.Text));
            if (finding.Remedy is not null)
            {
                text.Append("; do: ").Append(finding.Remedy);
            }

            text.Append('\n');
        }

        int hidden = Count(Verdict.Root);
        text.Append(Count(Verdict.Bad) switch
        {
            0 => "nothing that could be looked at is in the way",
            1 => "1 thing is in the way",
            int count => $"{count} things are in the way",
        });
        text.Append(hidden == 0 ? "\n" : $"; what only root can see ({hidden}): sudo xenfbfront doctor\n");
        return text.ToString();
    }

    /// <summary>For programs: <c>{"findings":[{"verdict":…,"topic":…,"text":…,"remedy":…},…]}</c>, the remedy a string or null.</summary>
    public string PrintJson()
    {
        StringBuilder text = new("{\"findings\":[");
        foreach (Finding finding in _all)
        {
            text.Append(text[^1] == '[' ? "\n" : ",\n");
            text.Append("{\"verdict\":").AppendJson(Word(finding.Verdict).ToLowerInvariant()).Append(",\"topic\":").AppendJson(finding.Topic)
                .Append(",\"text\":").AppendJson(finding.Text).Append(",\"remedy\":").AppendJson(finding.Remedy).Append('}');
        }

        return text.Append("\n]}\n").ToString();
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Good => "ok",
        Verdict.Note => "note",
        Verdict.Root => "root",
        _ => "FAIL",
    };
}
