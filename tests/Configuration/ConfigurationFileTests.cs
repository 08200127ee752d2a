using System.Runtime.Versioning;
using Xenbus.Linux.Interop;
using XenFbFront.Configuration;
using Xunit;

namespace XenFbFront.Tests.Configuration;

[SupportedOSPlatform("linux")]
public sealed class ConfigurationFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("xenfbfront").FullName;

    private string Name => Path.Combine(_folder, "a.conf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Missing_IsNull() => Assert.Null(ConfigurationFile.Read(Name));

    [Theory]
    [InlineData("")]
    [InlineData("size = 1x1\n# ä\n")]
    public void Content_IsRead(string text)
    {
        File.WriteAllText(Name, text);
        Assert.Equal(text, ConfigurationFile.Read(Name));
    }

    [Fact]
    public void Folder_CannotBeRead() =>
        Assert.StartsWith($"{_folder} cannot be read", Assert.Throws<OptionException>(() => ConfigurationFile.Read(_folder)).Message);

    [Fact]
    public void Unreadable_SaysWhy()
    {
        File.WriteAllText(Name, "x");
        File.SetUnixFileMode(Name, UnixFileMode.None);
        Assert.SkipWhen(CanReadAnything(), "this user may read everything");
        Assert.Equal($"{Name} cannot be read: permission denied", Assert.Throws<OptionException>(() => ConfigurationFile.Read(Name)).Message);
    }

    [Fact]
    public void FarTooLong_IsRefused()
    {
        File.WriteAllBytes(Name, new byte[64 * 1024]);
        Assert.NotNull(ConfigurationFile.Read(Name));
        File.WriteAllBytes(Name, new byte[64 * 1024 + 1]);
        Assert.Contains("is it a configuration file?", Assert.Throws<OptionException>(() => ConfigurationFile.Read(Name)).Message);
    }

    /// <summary>Modes are those of regular files, 0644, 0664, 0666 and 0600, and of a pipe.</summary>
    [Theory]
    [InlineData(0u, 0u, 0x81a4, null)]
    [InlineData(0u, 0u, 0x81b4, null)]
    [InlineData(0u, 5u, 0x81b4, "group 5")]
    [InlineData(0u, 0u, 0x81b6, "everybody")]
    [InlineData(0u, 5u, 0x81b6, "everybody")]
    [InlineData(1000u, 0u, 0x8180, "user 1000, whose it is")]
    [InlineData(1000u, 5u, 0x1190, null)]
    public void ChangedBy_IsWhoeverIsNotRoot(uint user, uint group, int mode, string? who) => Assert.Equal(who, new FileStatus(user, group, mode).ChangedBy);

    [Fact]
    public void WritableByEverybody_IsRefusedToRoot()
    {
        File.WriteAllText(Name, "x");
        File.SetUnixFileMode(Name, (UnixFileMode)0b110_110_110);
        Assert.SkipUnless(Libc.EffectiveUser() == 0, "only root has something to lose");
        Assert.Equal(
            $"{Name} says what root runs, and may be changed by everybody: chown root:root {Name} && chmod go-w {Name}",
            Assert.Throws<OptionException>(() => ConfigurationFile.Read(Name)).Message);
        File.SetUnixFileMode(Name, (UnixFileMode)0b110_100_100);
        Assert.Equal("x", ConfigurationFile.Read(Name));
    }

    private bool CanReadAnything()
    {
        try
        {
            using FileStream file = File.OpenRead(Name);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
