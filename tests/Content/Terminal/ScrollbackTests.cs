using XenFbFront.Content.Terminal;
using Xunit;

namespace XenFbFront.Tests.Content.Terminal;

public class ScrollbackTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void PushAndRead_RandomLines_AreWhatWasPushed(int seed)
    {
        Random random = new(seed);
        Scrollback scrollback = new(50);
        List<VtermCell[]> expected = [];
        for (int i = 0; i < 3000; i++)
        {
            VtermCell[] pushed = RandomLine(random);
            scrollback.Push(pushed);
            expected.Add(pushed);

            // How many it has room for depends on their text; what is there must be the newest, unchanged.
            Assert.InRange(scrollback.Count, 1, 50);
            expected = [.. expected.TakeLast(scrollback.Count)];
            int index = random.Next(expected.Count);
            VtermCell[] read = new VtermCell[200];
            scrollback.Read(expected.Count - 1 - index, read);
            AssertLine(expected[index], read, seed);
        }
    }

    [Fact]
    public void Push_LinesOfManyColours_StayWithinTheMemory()
    {
        Scrollback scrollback = new(10_000);
        VtermCell[] line = new VtermCell[2048];
        for (int i = 0; i < line.Length; i++)
        {
            line[i] = new() { Width = 1, Foreground = (uint)i << 8, Background = (uint)i << 9 };
            line[i].Characters[0] = (uint)(0x10000 + i);
        }

        for (int i = 0; i < 500; i++)
        {
            scrollback.Push(line);
        }

        Assert.InRange(scrollback.Count, 20, 100);
        VtermCell[] read = new VtermCell[2048];
        scrollback.Read(scrollback.Count - 1, read);
        AssertLine(line, read, 0);
    }

    [Fact]
    public void Clear_LeavesNoLine()
    {
        Scrollback scrollback = new(3);
        for (int i = 0; i < 5; i++)
        {
            scrollback.Push(RandomLine(new(i)));
        }

        scrollback.Clear();
        Assert.Equal(0, scrollback.Count);
        VtermCell[] line = RandomLine(new(9));
        scrollback.Push(line);
        VtermCell[] read = new VtermCell[200];
        scrollback.Read(0, read);
        AssertLine(line, read, 9);
    }

    private static VtermCell[] RandomLine(Random random)
    {
        uint[] codePoints = [0, ' ', 'x', 0x7f, 0xe9, 0x7ff, 0x800, 0xfffd, 0xd800, 0x10000, 0x10ffff, 0x301];
        VtermCell[] line = new VtermCell[random.Next(0, 120)];
        VtermCell looks = new() { Foreground = TerminalColours.NoForeground, Background = TerminalColours.NoBackground };
        for (int i = 0; i < line.Length; i++)
        {
            if (random.Next(5) == 0)
            {
                looks = new() { Attributes = (uint)random.Next(1 << 14), Foreground = (uint)random.Next(), Background = (uint)random.Next() };
            }

            line[i] = looks with { Width = 1 };
            line[i].Characters[0] = codePoints[random.Next(codePoints.Length)];
            if (line[i].Characters[0] == 0)
            {
                continue;
            }

            for (int mark = 1; mark <= random.Next(0, CodePoints.Length); mark++)
            {
                line[i].Characters[mark] = 0x300u + (uint)random.Next(0x60);
            }

            if (i + 1 < line.Length && random.Next(4) == 0)
            {
                line[i].Width = 2;
                line[++i] = looks with { Width = 1 };
                line[i].Characters[0] = uint.MaxValue;
            }
        }

        return line;
    }

    private static void AssertLine(VtermCell[] expected, VtermCell[] actual, int seed)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            VtermCell want = i < expected.Length ? expected[i] : new() { Width = 1, Foreground = TerminalColours.NoForeground, Background = TerminalColours.NoBackground };
            bool isBlank = want.Characters[0] == 0 && actual[i].Characters[0] == 0 && TerminalColours.IsNoBackground(want.Background) && want.Attributes == 0;
            Assert.True(
                ((ReadOnlySpan<uint>)want.Characters).SequenceEqual(actual[i].Characters) && want.Width == actual[i].Width
                && (isBlank || (want.Attributes, want.Foreground, want.Background) == (actual[i].Attributes, actual[i].Foreground, actual[i].Background)),
                $"cell {i}, seed {seed}");
        }
    }
}
