using System.Text;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Input;
using XenFbFront.Tests.Input.Support;
using Xunit;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Tests.Input;

/// <summary>What can be seen without the device. What the kernel makes of it is tested in an emulated machine.</summary>
public sealed class UinputSinkTests : SinkFixture
{
    [Fact]
    public void Open_NoDevice_NamesTheModule()
    {
        XenException refused = Assert.Throws<XenException>(() => new UinputSink(Path.Combine(Folder, "uinput")).Open(s_keyboard, Descriptors));
        Assert.Equal(Errno.ENOENT, refused.ErrorNumber);
        Assert.Contains("modprobe uinput", refused.Message);
        Assert.Empty(Kept.Names);
    }

    [Theory]
    [InlineData(InputRole.Keyboard)]
    [InlineData(InputRole.Pointer)]
    [InlineData(InputRole.Touch)]
    public void Open_SetupRefused_SaysWhatOfWhichAndKeepsNothing(InputRole role)
    {
        string path = Path.Combine(Folder, "uinput");
        File.WriteAllText(path, string.Empty);
        InputDeviceSpec spec = new(role, 3) { ContactCount = 10, MaxX = 799, MaxY = 599 };
        XenException refused = Assert.Throws<XenException>(() => new UinputSink(path).Open(spec, Descriptors));
        Assert.Equal(Errno.ENOTTY, refused.ErrorNumber);
        Assert.Contains($"{role} of vkbd 3", refused.Message);
        Assert.Empty(Kept.Names);
    }

    /// <summary>A device that was unregistered behind the keeper's back is made anew instead of being written to in vain.</summary>
    [Fact]
    public void Open_KeptFileIsNoRegisteredDevice_IsNotTakenUp()
    {
        string path = Path.Combine(Folder, "other");
        File.WriteAllText(path, string.Empty);
        using Descriptor other = new(Libc.Open(path, OpenFlags.ReadWrite));
        Leave(s_keyboard, other);
        XenException refused = Assert.Throws<XenException>(() => new UinputSink(Path.Combine(Folder, "uinput")).Open(s_keyboard, Descriptors));
        Assert.Equal("open", refused.Operation);
    }

    [Fact]
    public void HasKey_KeysAndButtons_AreWithTheirRoleOnly()
    {
        Assert.False(UinputSink.HasKey(InputRole.Keyboard, 0));
        Assert.True(UinputSink.HasKey(InputRole.Keyboard, 1));
        Assert.True(UinputSink.HasKey(InputRole.Keyboard, 0xf8));
        Assert.True(UinputSink.HasKey(InputRole.Keyboard, 0x160));
        Assert.False(UinputSink.HasKey(InputRole.Keyboard, BTN_LEFT));
        Assert.False(UinputSink.HasKey(InputRole.Keyboard, KEY_MAX));
        Assert.True(UinputSink.HasKey(InputRole.Pointer, BTN_LEFT));
        Assert.True(UinputSink.HasKey(InputRole.Pointer, BTN_TASK));
        Assert.False(UinputSink.HasKey(InputRole.Pointer, 30));
        Assert.False(UinputSink.HasKey(InputRole.Pointer, BTN_TASK + 1));
        Assert.True(UinputSink.HasKey(InputRole.Touch, BTN_TOUCH));
        Assert.False(UinputSink.HasKey(InputRole.Touch, BTN_LEFT));
    }

    /// <summary>input_print_modalias in drivers/input/input.c lists the keys from KEY_MIN_INTERESTING on; a whole uevent has 2048 bytes.</summary>
    [Fact]
    public void HasKey_OfAKeyboard_LeavesTheModaliasShort()
    {
        const int minInteresting = 0x71;
        StringBuilder modalias = new("input:b0001v5853pFFFFe0000-e0,1,11,k");
        for (ushort key = minInteresting; key <= KEY_MAX; key++)
        {
            if (UinputSink.HasKey(InputRole.Keyboard, key))
            {
                modalias.Append($"{key:X},");
            }
        }

        modalias.Append("ramlsfw");
        Assert.InRange(modalias.Length, 400, 1024);
    }

}
