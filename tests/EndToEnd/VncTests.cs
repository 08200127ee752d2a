using XenFbFront.Tests.Xen;
using XenFbFront.Viewer;
using Xunit;

namespace XenFbFront.Tests.EndToEnd;

[Collection(ProcessCollection.Name)]
public class VncTests
{
    [Fact]
    public async Task Keys_HundredThousandOverVnc_EachArrivesOnceInOrder()
    {
        const int count = 100_000;
        using RunningSystem system = new(Frontends.Path(FrontendKind.Native), ["--source", "pattern"]);
        system.WaitConnected();
        await using RfbServer server = new(system.Session.Screen, system.Session.Input, new RfbServerOptions());
        server.Start();
        using RfbTestClient client = new(server.EndPoint);
        List<string> expected = new(2 * count);
        byte[] messages = new byte[8 * count];
        for (int i = 0; i < count; i++)
        {
            // The letters a to z lie under these codes on a US keyboard, by linux/input-event-codes.h.
            ReadOnlySpan<byte> codes = [30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44];
            int letter = i / 2 % 26;
            bool isDown = i % 2 == 0;
            RfbTestClient.KeyMessage((uint)('a' + letter), isDown).CopyTo(messages, 8 * i);
            expected.Add($"keyboard 1 {codes[letter]} {(isDown ? 1 : 0)}");
            expected.Add("keyboard 0 0 0");
        }

        await Task.Run(() => client.Send(messages), TestContext.Current.CancellationToken);
        InputTests.WaitForLines(system, expected.Count);
        Assert.Equal(expected, system.Record());
        long fullRings = system.Session.OnBackend(static backend => backend.Devices.First(device => device.Type == "vkbd").Counters.RingFull);
        Assert.True(fullRings > 100, $"the ring was full {fullRings} times, so this showed little");
        system.StopInOrder();
    }
}
