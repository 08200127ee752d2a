using System.Runtime.Versioning;
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
