using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using Xunit;

namespace XenFbFront.Tests.Linux.Support;

/// <summary>A folder that stands for /dev, /sys and /proc of a machine.</summary>
internal sealed unsafe class FakeMachine : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("xenfbfront-").FullName;

    /// <summary>Where the code under test looks.</summary>
    public LinuxPaths Paths => new()
    {
        Devices = Path.Combine(_root, "dev/xen"),
        Sysfs = Path.Combine(_root, "sys"),
        Proc = Path.Combine(_root, "proc"),
        XenstoredSocket = Path.Combine(_root, "xenstored"),
        XenstoreOverride = null,
    };

    /// <summary>Absolute path of a file of the machine.</summary>
    public string At(string path) => Path.Combine(_root, path);

    /// <summary>Makes a file with its folders.</summary>
    public void Write(string path, string text = "")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    /// <summary>Puts bytes somewhere into a file, which may be sparse.</summary>
    public void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        using FileStream file = new(At(path), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Position = offset;
        file.Write(bytes);
    }

    /// <summary>Says which kind of guest it is.</summary>
    public void BecomeGuest(string type)
    {
        Write("sys/hypervisor/type", "xen\n");
        Write("sys/hypervisor/guest_type", type + "\n");
    }

    /// <summary>Says what the kernel allows; null for what it does not tell.</summary>
    public void SetPolicy(string? restriction = null, string? capabilities = null, string? lockdown = null)
    {
        Put("proc/sys/kernel/kptr_restrict", restriction);
        Put("proc/self/status", capabilities is null ? null : $"Name:\tprobe\nCapPrm:\t000001ffffffffff\nCapEff:\t{capabilities}\nCapBnd:\t000001ffffffffff");
        Put("sys/kernel/security/lockdown", lockdown);

        void Put(string path, string? text)
        {
            if (File.Exists(At(path)))
            {
                File.Delete(At(path));
            }

            if (text is not null)
            {
                Write(path, text + "\n");
            }
        }
    }

    /// <summary>Pages of this process.</summary>
    public static SharedPages MapPages(int count, GrantAllocation? grants = null)
    {
        using Descriptor memory = Descriptor.Own(Libc.MemoryFile("pages", count * SharedPages.PageBytes), "create", "memory");
        byte* address = Libc.MapShared((nuint)(count * SharedPages.PageBytes), writable: true, memory.Number, 0, out int errno);
        Assert.Equal(0, errno);
        return new(address, count, 0) { Grants = grants };
    }

    /// <summary>Makes a pagemap with these entries for these pages; all others are 0, not present.</summary>
    public void WritePagemap(SharedPages pages, params ReadOnlySpan<ulong> entries) => WriteAt(
        "proc/self/pagemap",
        pages.Address / SharedPages.PageBytes * sizeof(ulong),
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(entries));

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
