using XenFbFront.Backend;
using XenFbFront.Input;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

[Collection(ProcessCollection.Name)]
public class InputTests
{
    [Theory]
    [InlineData(FrontendKind.Built, 10_000)]
    [InlineData(FrontendKind.Native, 100_000)]
    public void Keys_RingFullAgainAndAgain_EachArrivesOnceInOrder(FrontendKind kind, int count)
    {
        using RunningSystem system = new(Frontends.Path(kind), ["--source", "pattern"]);
        system.WaitConnected();
        List<string> expected = new(2 * count);
        for (int i = 0; i < count; i++)
        {
            // Each key goes down and up before the next, so that nothing is a repetition.
            uint code = (uint)(1 + i / 2 % 0xf8);
            bool isDown = i % 2 == 0;
            system.Session.Input.Key(code, isDown);
            expected.Add($"keyboard 1 {code} {(isDown ? 1 : 0)}");
            expected.Add("keyboard 0 0 0");
        }

        WaitForLines(system, expected.Count);
        Assert.Equal(expected, system.Record());
        long fullRings = system.Session.OnBackend(static backend => backend.Devices.First(device => device.Type == "vkbd").Counters.RingFull);
        Assert.True(fullRings > count / 1000, $"the ring was full {fullRings} times, so this showed little");
        system.StopInOrder();
    }

    [Fact]
    public void PointerButtonsWheel_Raw_ArriveInOrderAndExact()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "pattern", "--size", "801x601"]);
        system.WaitConnected();
        system.WaitForPattern(801, 601);
        IGuestInput input = system.Session.Input;
        (int X, int Y)[] positions = [(0, 0), (800, 0), (800, 600), (0, 600), (400, 300), (1, 599)];
        foreach ((int x, int y) in positions)
        {
            input.PointerAt(x, y);
        }

        input.Key(InputCodes.BTN_LEFT, true);
        input.Key(InputCodes.BTN_LEFT, false);
        input.PointerAt(1, 599, wheel: 1);
        input.PointerAt(1, 599, wheel: -2);

        const int linesOfPositions = 6 * 3, linesOfButton = 4, linesOfWheel = 10;
        WaitForLines(system, linesOfPositions + linesOfButton + linesOfWheel);
        string[] record = system.Record();
        for (int i = 0; i < positions.Length; i++)
        {
            Assert.Equal(positions[i].X, Pixel(record[3 * i], "pointer 3 0 ", 801));
            Assert.Equal(positions[i].Y, Pixel(record[3 * i + 1], "pointer 3 1 ", 601));
            Assert.Equal("pointer 0 0 0", record[3 * i + 2]);
        }

        Assert.Equal(["pointer 1 272 1", "pointer 0 0 0", "pointer 1 272 0", "pointer 0 0 0"], record[linesOfPositions..(linesOfPositions + linesOfButton)]);
        string[] wheel = record[(linesOfPositions + linesOfButton)..];
        Assert.Equal(["pointer 2 8 -1", "pointer 2 11 -120", "pointer 0 0 0"], wheel[2..5]);
        Assert.Equal(["pointer 2 8 2", "pointer 2 11 240", "pointer 0 0 0"], wheel[7..10]);
        system.StopInOrder();
    }

    [Fact]
    public void Touch_TwoFingers_ArriveAsProtocolB()
    {
        using RunningSystem system = new(
            Frontends.Path(FrontendKind.Built),
            ["--source", "pattern"],
            new BackendOptions { TouchContacts = 2, TouchWidth = 800, TouchHeight = 600 });
        system.WaitConnected();
        system.Session.Input.Touch(0, TouchPhase.Down, 10, 20);
        system.Session.Input.Touch(1, TouchPhase.Down, 30, 40);
        system.Session.Input.Touch(0, TouchPhase.Up, 10, 20);
        system.Session.Input.Touch(1, TouchPhase.Up, 30, 40);
        string[] touches =
        [
            "touch 3 47 0", "touch 3 57 0", "touch 1 330 1", "touch 3 53 10", "touch 3 54 20", "touch 3 0 10", "touch 3 1 20", "touch 0 0 0",
            "touch 3 47 1", "touch 3 57 1", "touch 3 53 30", "touch 3 54 40", "touch 0 0 0",
            "touch 3 47 0", "touch 3 57 -1", "touch 0 0 0",
            "touch 3 47 1", "touch 3 57 -1", "touch 1 330 0", "touch 0 0 0",
        ];
        WaitForLines(system, touches.Length);
        Assert.Equal(touches, system.Record());
        system.StopInOrder();
    }

    [Fact]
    public void KeysScreen_KeyPressed_ShowsIt()
    {
        using RunningSystem system = new(Frontends.Path(FrontendKind.Built), ["--source", "keys"]);
        system.WaitConnected();
        RunningSystem.WaitFor(() => system.Session.Screen.Version > 0, () => "no picture came");
        long before = Hash(system.Session.Screen);
        system.Session.Input.Key(30, true);
        RunningSystem.WaitFor(() => Hash(system.Session.Screen) != before, () => "the picture does not change");
    }

    internal static void WaitForLines(RunningSystem system, int count) =>
        RunningSystem.WaitFor(() => system.Record().Length >= count, () => $"{system.Record().Length} of {count} lines; {system.Log}");

    /// <summary>The pixel that the guest makes of a raw position: 0 to 32767 over the whole side, as libinput maps an absolute axis.</summary>
    private static int Pixel(string line, string start, int size)
    {
        Assert.StartsWith(start, line);
        return int.Parse(line[start.Length..]) * size / 32768;
    }

    private static long Hash(BackendScreen screen)
    {
        lock (screen.Gate)
        {
            HashCode hash = default;
            foreach (uint pixel in screen.Pixels)
            {
                hash.Add(pixel);
            }

            return hash.ToHashCode();
        }
    }
}
