using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using XenFbFront.Input;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Input;

/// <summary>Input devices of workers that were killed, and that nobody takes up: the kernel holds their keys until their last descriptor is closed.</summary>
public sealed class KeptInputTests
{
    private static readonly InputDeviceSpec s_positions = new(InputRole.Pointer, 1) { IsAbsolute = true, MaxX = 32767, MaxY = 799 };

    [Fact]
    public void OfAVkbdThatIsGone_End_OthersStay()
    {
        using KeptDescriptors kept = Keep("connections", "input/1/Keyboard", "input/1/Pointer/32767x799", "input/10/Keyboard", "input/11/Touch/9x9x2", "input/2/Pointer");
        KeptDescriptors.WorkerView successor = kept.ForWorker(static () => { });
        KeptInput.DropOrphans(successor, [Device("vfb", 11), Device("vkbd", 1), Device("vkbd", 2)]);
        Assert.Equal(["connections", "input/1/Keyboard", "input/1/Pointer/32767x799", "input/2/Pointer"], kept.Names.Order(StringComparer.Ordinal));
        Assert.Null(successor.Take("input/10/Keyboard"));
        Assert.NotNull(successor.Take("input/1/Keyboard"));
        successor.CloseTaken();
    }

    [Fact]
    public void NoDeviceAtAll_AllEnd()
    {
        using KeptDescriptors kept = Keep("input/0/Keyboard", "lock");
        KeptInput.DropOrphans(kept.ForWorker(static () => { }), []);
        Assert.Equal(["lock"], kept.Names);
    }

    /// <summary>A device with other axes would have its positions dropped by the kernel.</summary>
    [Fact]
    public void OtherAxes_AnotherName_UnderTheSamePrefix()
    {
        Assert.Equal("input/1/Pointer/32767x799", s_positions.KeepName);
        Assert.Equal("input/1/Pointer/uhid/32767x799", (s_positions with { KeptAs = "uhid" }).KeepName);
        // Motion has a range too, which means nothing.
        Assert.Equal("input/1/Pointer/uinput", (s_positions with { IsAbsolute = false, KeptAs = "uinput" }).KeepName);
        Assert.Equal("input/1/Keyboard/console", new InputDeviceSpec(InputRole.Keyboard, 1) { KeptAs = "console" }.KeepName);
        Assert.Equal("input/1/Touch/9x8x2", new InputDeviceSpec(InputRole.Touch, 1) { MaxX = 9, MaxY = 8, ContactCount = 2 }.KeepName);
        Assert.Equal(s_positions.KeepPrefix, (s_positions with { MaxX = 5 }).KeepPrefix);
        Assert.StartsWith(KeptInput.Prefix, s_positions.KeepPrefix);
    }

    private static DeviceStatus Device(string type, int id) => new(
        new(type, id, $"device/{type}/{id}", $"/local/domain/0/backend/{type}/1/{id}", DomainId.Zero), XenbusState.Connected, XenbusState.Connected, null, null, static () => [], static () => []);

    private static KeptDescriptors Keep(params string[] names)
    {
        KeptDescriptors kept = new();
        foreach (string name in names)
        {
            using Descriptor file = Descriptor.Own(Libc.EventFile(), "create", "eventfd");
            kept.ForWorker(static () => { }).Keep(name, file);
        }

        return kept;
    }
}
