using System.Globalization;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;

namespace XenFbFront.Tests.Linux.Support;

/// <summary>Linux' gntalloc with its limit, its count and its mistake in counting, and a grant table (drivers/xen/gntalloc.c as of 6.1).</summary>
internal sealed class FakeGntalloc : IDisposable
{
    private const string LimitFile = "sys/module/xen_gntalloc/parameters/limit";

    private readonly FakeMachine _machine = new();
    private uint _count;

    public FakeGntalloc() => Limit = 1024;

    /// <summary>Entries of the grant table.</summary>
    public int TableEntries { get; set; } = 2040;

    /// <summary>Entries in use.</summary>
    public int Used { get; private set; }

    /// <summary>What it believes to be in use; the kernel's number has no sign.</summary>
    public int Count => (int)_count;

    /// <summary>Attempts that found the table full.</summary>
    public int Failures { get; private set; }

    /// <summary>The parameter.</summary>
    public int Limit
    {
        get => int.Parse(File.ReadAllText(_machine.At(LimitFile)), CultureInfo.InvariantCulture);
        set => _machine.Write(LimitFile, value.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    /// <summary>Whether nobody can write the parameter: it is not where it is looked for.</summary>
    public bool IsLimitFixed { get; set; }

    /// <summary>Opens the device.</summary>
    public LinuxGrantAllocator Open() => new(new OpenFile(this), new(IsLimitFixed ? _machine.At("nowhere") : _machine.At(LimitFile)));

    /// <summary>Somebody else allocates, once and for all.</summary>
    public void OthersAllocate(int pageCount)
    {
        if (pageCount > 0 && new OpenFile(this).Allocate(DomainId.Zero, pageCount, false, out _) < 0)
        {
            throw new InvalidOperationException("there are not so many");
        }
    }

    public void Dispose() => _machine.Dispose();

    private sealed class OpenFile(FakeGntalloc kernel) : IGntalloc
    {
        private readonly SortedSet<ulong> _pages = [];
        private ulong _next;

        public Descriptor File { get; } = new(Libc.MemoryFile("gntalloc", 0));

        public int Allocate(DomainId peer, int pageCount, bool isWritable, out GrantAllocation allocation)
        {
            allocation = default;
            uint limit = (uint)kernel.Limit;
            if (kernel._count > limit || (uint)pageCount > limit - kernel._count)
            {
                return -Errno.ENOSPC;
            }

            ulong index = _next;
            _next += (ulong)pageCount * SharedPages.PageBytes;
            if (kernel.Used + pageCount > kernel.TableEntries)
            {
                kernel.Failures++;
                kernel._count--;
                return -Errno.ENOSPC;
            }

            GrantReference[] references = new GrantReference[pageCount];
            for (int i = 0; i < pageCount; i++)
            {
                _pages.Add(index + (ulong)i * SharedPages.PageBytes);
                references[i] = new((uint)(8 + kernel.Used++));
            }

            kernel._count += (uint)pageCount;
            allocation = new(index, peer, references);
            return 0;
        }

        public int Free(ulong index, int pageCount)
        {
            for (int i = 0; i < pageCount; i++)
            {
                if (!_pages.Contains(index + (ulong)i * SharedPages.PageBytes))
                {
                    return -Errno.EINVAL;
                }
            }

            for (int i = 0; i < pageCount; i++)
            {
                _pages.Remove(index + (ulong)i * SharedPages.PageBytes);
            }

            Drop(pageCount);
            return 0;
        }

        public void Dispose()
        {
            File.Dispose();
            Drop(_pages.Count);
            _pages.Clear();
        }

        private void Drop(int pageCount)
        {
            kernel.Used -= pageCount;
            kernel._count -= (uint)pageCount;
        }
    }
}
