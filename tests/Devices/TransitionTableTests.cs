using Xenbus.Devices;
using Xenbus.Wire;
using Xunit;
using static Xenbus.Devices.DeviceAction;
using static Xenbus.Wire.XenbusState;

namespace XenFbFront.Tests.Devices;

/// <summary>All 2 × 9 × 9 × 3 × 2 rows: what must hold of each, and where each leads together with a model of QEMU's backend.</summary>
public sealed class TransitionTableTests
{
    private static readonly XenbusState[] s_states = Enum.GetValues<XenbusState>();

    public static IEnumerable<Row> Rows =>
        from goal in Enum.GetValues<DeviceGoal>()
        from ours in s_states
        from theirs in s_states
        from publication in Enum.GetValues<Publication>()
        from isOnline in (bool[])[true, false]
        select new Row(goal, ours, theirs, publication, isOnline);

    [Fact]
    public void Decide_EveryRow_GivesAnAction()
    {
        Assert.Equal(2 * 9 * 9 * 3 * 2, Rows.Count());
        Assert.All(Rows, row => Assert.True(Enum.IsDefined(row.Action)));
    }

    /// <summary>QEMU looks at our details only in InitWait, and binds once: what it may have seen of a predecessor must be gone by then.</summary>
    [Fact]
    public void Publish_OnlyWhenTheBackendWaitsAndNothingIsPublished() =>
        AssertOnly(Publish, row => row is { Goal: DeviceGoal.Run, Ours: Initialising, Theirs: InitWait, Publication: Publication.None });

    /// <summary>It is not even read elsewhere.</summary>
    [Fact]
    public void Online_CountsOnlyWhereTheTableAsks() =>
        Assert.All(
            Rows.Where(row => !TransitionTable.AsksWhetherOnline(row.Theirs)),
            row => Assert.Equal(row.Action, TransitionTable.Decide(row.Goal, row.Ours, row.Theirs, row.Publication, !row.IsOnline)));

    [Fact]
    public void Connect_OnlyWithOurDetailsAndAConnectedBackend() =>
        AssertOnly(Connect, row => row is { Goal: DeviceGoal.Run, Ours: Initialised, Theirs: Connected, Publication: Publication.Ours });

    [Fact]
    public void Refresh_OnlyWhenBothAreConnectedWithOurDetails() =>
        AssertOnly(Refresh, row => row is { Goal: DeviceGoal.Run, Ours: Connected, Theirs: Connected, Publication: Publication.Ours });

    /// <summary>In Connected, Closing and InitWait with our details published the backend maps our pages, or may be about to.</summary>
    [Fact]
    public void Release_OnlyWhatIsOurs_WhenWeAreClosedAndTheBackendCannotBeUsingIt() =>
        AssertOnly(Release, row => row is { Publication: Publication.Ours, Ours: Closed, Theirs: Closed or Unknown or Initialising });

    [Fact]
    public void Restart_NeverWhileTheBackendIsConnectedToUs() =>
        AssertNever(Restart, row => row.Theirs is Connected or Closing || (row is { Theirs: InitWait or Initialised, Publication: Publication.Ours, Ours: Initialised }));

    [Fact]
    public void Stop_NeverBeginsAnything() =>
        Assert.All(Rows.Where(row => row.Goal == DeviceGoal.Stop), row => Assert.True(row.Action is Wait or BeginClose or FinishClose or Release or Done, row.ToString()));

    [Fact]
    public void Stop_DoneExactlyWhenNothingIsOurs() =>
        Assert.All(Rows.Where(row => row.Goal == DeviceGoal.Stop), row => Assert.Equal(row.Publication != Publication.Ours, row.Action == Done));

    [Fact]
    public void Run_IsNeverDone() => AssertNever(Done, row => row.Goal == DeviceGoal.Run);

    /// <summary>An action that changes nothing would be chosen for ever.</summary>
    [Fact]
    public void StateActions_AlwaysChangeOurState()
    {
        AssertNever(BeginClose, row => row.Ours == Closing);
        AssertNever(FinishClose, row => row.Ours == Closed);
        AssertNever(Connect, row => row.Ours == Connected);
    }

    /// <summary>Going on from Closed is for the backend to allow: it must have answered Closed, or be beginning anew, or be waiting already.</summary>
    [Fact]
    public void Restart_FromClosed_OnlyAfterTheBackendsAnswer() =>
        AssertNever(Restart, row => row.Ours == Closed && row.Theirs is Unknown or Initialised or Connected or Closing or Reconfiguring or Reconfigured);

    /// <summary>A device that the toolstack is unplugging is not begun again.</summary>
    [Fact]
    public void Offline_ClosedStaysClosed() =>
        AssertNever(Restart, row => row is { Theirs: Closed, IsOnline: false, Ours: Closed });

    /// <summary>
    /// The rows that a reader stumbles over, each with its reason. The others follow from the invariants above.
    /// </summary>
    [Theory]
    // QEMU skipped Closing: we follow at once, rings are not touched any more.
    [InlineData(DeviceGoal.Run, Connected, Closed, Publication.Ours, true, FinishClose)]
    // The backend went back to InitWait without closing: a new process, which never saw our details.
    [InlineData(DeviceGoal.Run, Connected, InitWait, Publication.Ours, true, Restart)]
    // Our state was written back to 1 under a living connection (a toolstack, or the guest's kernel): close, or QEMU keeps Connected for ever.
    [InlineData(DeviceGoal.Run, Initialising, Connected, Publication.Ours, true, BeginClose)]
    // A predecessor's connection without its pages: QEMU ignores a step from 4 to 1, so it is closed first.
    [InlineData(DeviceGoal.Run, Connected, Connected, Publication.Leftover, true, BeginClose)]
    [InlineData(DeviceGoal.Run, Initialising, Connected, Publication.None, true, BeginClose)]
    // A failed attempt of a predecessor may have bound QEMU to a dead port, which it never looks at again before Closed.
    [InlineData(DeviceGoal.Run, Initialising, InitWait, Publication.Leftover, true, FinishClose)]
    // We are Closed and the backend still waits: it answers Closed to that soon.
    [InlineData(DeviceGoal.Run, Closed, InitWait, Publication.Leftover, true, Wait)]
    // Both closed and nothing published: state 1 is what makes QEMU go back to 1.
    [InlineData(DeviceGoal.Run, Closed, Closed, Publication.None, true, Restart)]
    [InlineData(DeviceGoal.Run, Initialising, Closed, Publication.None, true, Wait)]
    // Unplugging under way.
    [InlineData(DeviceGoal.Run, Connected, Closing, Publication.Ours, false, FinishClose)]
    [InlineData(DeviceGoal.Run, Closed, Closed, Publication.None, false, Wait)]
    // The backend's directory is gone: Closed first, so that whoever makes it anew does not find us Connected.
    [InlineData(DeviceGoal.Run, Connected, Unknown, Publication.Ours, true, FinishClose)]
    // Reconfiguring is for other device types; nothing is done, unless the toolstack wants the device gone.
    [InlineData(DeviceGoal.Run, Connected, Reconfiguring, Publication.Ours, true, Wait)]
    [InlineData(DeviceGoal.Run, Connected, Reconfigured, Publication.Ours, false, FinishClose)]
    [InlineData(DeviceGoal.Run, Closed, Reconfiguring, Publication.Ours, false, Wait)]
    // Stopping while the backend has not looked yet: it answers Closing also in InitWait.
    [InlineData(DeviceGoal.Stop, Initialised, InitWait, Publication.Ours, true, BeginClose)]
    [InlineData(DeviceGoal.Stop, Closing, InitWait, Publication.Ours, true, FinishClose)]
    // Closed, but it still says Connected: its pages are kept until it answers.
    [InlineData(DeviceGoal.Stop, Closed, Connected, Publication.Ours, true, Wait)]
    // Nothing of a stopped device is ours: what a predecessor left is left alone.
    [InlineData(DeviceGoal.Stop, Connected, Connected, Publication.Leftover, true, Done)]
    public void UnusualRows(DeviceGoal goal, XenbusState ours, XenbusState theirs, Publication publication, bool isOnline, DeviceAction expected) =>
        Assert.Equal(expected, TransitionTable.Decide(goal, ours, theirs, publication, isOnline));

    /// <summary>
    /// From every row, with QEMU's rules and an online device, the goal is reached in a few steps, in whichever order the two sides get their turns.
    /// States 7 and 8 of the backend are left out: no backend of these types has them.
    /// </summary>
    [Theory]
    [InlineData(DeviceGoal.Run, 0)]
    [InlineData(DeviceGoal.Run, 1)]
    [InlineData(DeviceGoal.Stop, 0)]
    [InlineData(DeviceGoal.Stop, 1)]
    public void EveryRow_WithQemu_ReachesTheGoalWithoutGoingRoundInCircles(DeviceGoal goal, int backendFirst)
    {
        List<string> failures = [];
        foreach (Row row in Rows.Where(row => row.Goal == goal && row.IsOnline && row.Theirs is >= Initialising and <= Closed and not Initialised))
        {
            World world = new(row.Ours, row.Publication, QemuModel.Found(row.Theirs, row.Publication == Publication.Ours));
            List<World> path = [world];
            while (!IsReached(goal, world) && path.Count < 40)
            {
                world = (path.Count + backendFirst) % 2 == 0 ? world with { Qemu = world.Qemu.Check(world.Ours) } : FrontendTurn(goal, world);
                path.Add(world);
            }

            if (!IsReached(goal, world))
            {
                failures.Add($"{row}: {string.Join(" → ", path.Take(12))}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(10)));
    }

    /// <summary>The same with the two sides taking turns at random: several turns of one before the other looks.</summary>
    [Fact]
    public void EveryRow_WithQemuAndAnyScheduling_ReachesTheGoal()
    {
        Row[] rows = [.. Rows.Where(row => row.IsOnline && row.Theirs is >= Initialising and <= Closed and not Initialised)];
        for (int seed = 0; seed < 20; seed++)
        {
            Random random = new(seed);
            foreach (Row row in rows)
            {
                World world = new(row.Ours, row.Publication, QemuModel.Found(row.Theirs, row.Publication == Publication.Ours));
                int steps = 0;
                for (; steps < 400 && !IsReached(row.Goal, world); steps++)
                {
                    world = random.Next(2) == 0 ? world with { Qemu = world.Qemu.Check(world.Ours) } : FrontendTurn(row.Goal, world);
                }

                Assert.True(IsReached(row.Goal, world), $"seed {seed}, {row}: stands at {world}");
            }
        }
    }

    private static bool IsReached(DeviceGoal goal, World world) => goal == DeviceGoal.Run
        ? world is { Ours: Connected, Publication: Publication.Ours, Qemu: { State: Connected, IsMapped: true } }
        : world.Publication != Publication.Ours;

    /// <summary>What the executor does for one action.</summary>
    private static World FrontendTurn(DeviceGoal goal, World world)
    {
        DeviceAction action = TransitionTable.Decide(goal, world.Ours, world.Qemu.State, world.Publication, isOnline: true);
        return action switch
        {
            Wait or Refresh or Done => world,
            Publish => world with { Ours = Initialised, Publication = Publication.Ours },
            Connect => world with { Ours = Connected },
            BeginClose => world with { Ours = Closing },
            FinishClose => world with { Ours = Closed },
            Release => world with { Publication = Publication.Leftover },
            Restart => world with { Ours = Initialising, Publication = Publication.None },
            _ => throw new InvalidOperationException(),
        };
    }

    private static void AssertOnly(DeviceAction action, Func<Row, bool> isAllowed) =>
        Assert.All(Rows.Where(row => row.Action == action), row => Assert.True(isAllowed(row), row.ToString()));

    private static void AssertNever(DeviceAction action, Func<Row, bool> isForbidden) =>
        Assert.All(Rows.Where(isForbidden), row => Assert.True(row.Action != action, row.ToString()));

    public sealed record Row(DeviceGoal Goal, XenbusState Ours, XenbusState Theirs, Publication Publication, bool IsOnline)
    {
        public DeviceAction Action => TransitionTable.Decide(Goal, Ours, Theirs, Publication, IsOnline);
    }

    private sealed record World(XenbusState Ours, Publication Publication, QemuModel Qemu)
    {
        public override string ToString() => $"{(int)Ours}/{(int)Qemu.State} {Publication}";
    }
}
