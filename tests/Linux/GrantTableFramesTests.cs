using System.Runtime.InteropServices;
using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using XenFbFront.Tests.Linux.Support;
using Xunit;

namespace XenFbFront.Tests.Linux;

public sealed class GrantTableFramesTests : IDisposable
{
    private const string Unfixed = "the kernel has the fix of XSA-482";

    private readonly FakeMachine _machine = new();
    private readonly FakePrivcmd _privcmd = new();
    private readonly SharedPages _pages = FakeMachine.MapPages(2, new GrantAllocation(0, DomainId.Zero, [new(900), new(300)]));
    private readonly Dictionary<string, string> _nodes = new() { ["store/ring-ref"] = "1001", ["console/ring-ref"] = "1002" };

    public GrantTableFramesTests()
    {
        _machine.BecomeGuest("PV");
        _privcmd.Grant(0, 1002);
        _privcmd.Grant(1, 1001);
        _privcmd.Grant(900, 0x67633);
        _privcmd.Grant(300, 0x67634);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TryResolve_TableIsSound_GivesTheFramesOfTheGrants(int version)
    {
        _privcmd.Version = version;
        GrantTableFrames resolver = Way();
        Assert.True(resolver.TryExplain(out string reason), reason);
        Assert.Equal($"version {version}, 4 frames", reason);
        GuestFrame[] frames = new GuestFrame[2];
        Assert.True(resolver.TryResolve(_pages, frames, out reason), reason);
        Assert.Equal([new(0x67633), new(0x67634)], frames);
    }

    /// <summary>Only version 2 has room for frames beyond 16 TiB.</summary>
    [Fact]
    public void TryResolve_HighFrame_IsGivenByVersion2()
    {
        _privcmd.Version = 2;
        _privcmd.Grant(300, 0x1_2345_6789);
        GuestFrame[] frames = new GuestFrame[2];
        Assert.True(Way().TryResolve(_pages, frames, out _));
        Assert.Equal(new(0x1_2345_6789), frames[1]);
    }

    /// <summary>The backend may have mapped the page: bits for reading and writing are set then.</summary>
    [Fact]
    public void TryResolve_EntryIsInUse_Counts()
    {
        _privcmd.Grant(300, 0x67634, flags: 0x19);
        Assert.True(Way().TryResolve(_pages, new GuestFrame[2], out _));
    }

    [Theory]
    [InlineData(0u, 1001UL, 1)]
    [InlineData(1u, 1002UL, 1)]
    [InlineData(0u, 0UL, 1)]
    [InlineData(0u, 1002UL, 0)]
    [InlineData(1u, 1001UL, 3)]
    public void TryResolve_ReservedEntryIsNotTheRing_Refuses(uint reference, ulong frame, int flags)
    {
        _privcmd.Grant(reference, frame, (ushort)flags);
        Assert.Contains($"entry {reference} has flags {flags:x} and frame {frame:x}, not the frame", Refusal());
    }

    [Theory]
    [InlineData("store/ring-ref", null, "xenstore has no store/ring-ref")]
    [InlineData("console/ring-ref", "", "xenstore has no console/ring-ref")]
    [InlineData("store/ring-ref", "1003", "not the frame 3eb of store/ring-ref")]
    [InlineData("console/ring-ref", "1001", "not the frame 3e9 of console/ring-ref")]
    public void TryResolve_XenstoreDoesNotProveIt_Refuses(string node, string? value, string reason)
    {
        _nodes.Remove(node);
        if (value is not null)
        {
            _nodes[node] = value;
        }

        Assert.Contains(reason, Refusal());
    }

    [Theory]
    [InlineData(0x67634UL, 0, 0)]
    [InlineData(0x67634UL, 3, 0)]
    [InlineData(0x67634UL, 1, 7)]
    [InlineData(0UL, 1, 0)]
    public void TryResolve_EntryIsNoGrantOfOurs_Refuses(ulong frame, int flags, int domain)
    {
        _privcmd.Grant(300, frame, (ushort)flags, (ushort)domain);
        Assert.Contains($"entry 300 has flags {flags:x}, domain {domain} and frame {frame:x}, which is no grant to domain 0", Refusal());
    }

    [Fact]
    public void TryResolve_ReferenceBehindTheTable_Refuses()
    {
        _privcmd.FrameCount = 1;
        Assert.Contains("entry 900 lies behind its 512 entries", Refusal());
    }

    [Fact]
    public void TryResolve_PageIsARing_Refuses()
    {
        _privcmd.Grant(300, 1001);
        Assert.Contains("the ring of xenstore", Refusal());
    }

    [Theory]
    [InlineData(0, 4u, 1)]
    [InlineData(0, 4u, 3)]
    [InlineData(1, 0u, 0)]
    [InlineData(1, 5000u, 0)]
    [InlineData(3, 4u, 0)]
    public void TryResolve_AnswersMakeNoTable_Refuses(int version, uint frameCount, short status)
    {
        (_privcmd.Version, _privcmd.FrameCount, _privcmd.Status) = (version, frameCount, status);
        Assert.Contains("are no grant table", Refusal());
        Assert.False(Way().TryExplain(out string reason));
        Assert.Contains("are no grant table", reason);
    }

    [Fact]
    public void TryResolve_FramesNotTold_Refuses()
    {
        _privcmd.SetupStatus = -3;
        Assert.Contains("status -3", Refusal());
    }

    /// <summary>After a take-over the references are not known; nothing asks for frames then.</summary>
    [Fact]
    public void TryResolve_ReferencesNotKnown_SaysSo()
    {
        using SharedPages others = FakeMachine.MapPages(2);
        Assert.False(Way().TryResolve(others, new GuestFrame[2], out string reason));
        Assert.Contains("grant references are not known", reason);
    }

    [Theory]
    [InlineData(Errno.EPERM, "[none] integrity confidentiality", "(operation not permitted): " + Unfixed + ": boot with xen_privcmd.unrestricted=1, or load the module with unrestricted=1")]
    [InlineData(Errno.EPERM, null, Unfixed + ": boot with xen_privcmd.unrestricted=1, or load the module with unrestricted=1")]
    [InlineData(Errno.EPERM, "none [integrity] confidentiality", Unfixed + ", and lockdown=integrity forbids its exception: boot with lockdown=none and xen_privcmd.unrestricted=1")]
    [InlineData(Errno.EPERM, "none integrity [confidentiality]", Unfixed + ", and lockdown=confidentiality forbids its exception: boot with lockdown=none and xen_privcmd.unrestricted=1")]
    [InlineData(Errno.EFAULT, null, "its memory was swapped out at that moment: start again")]
    [InlineData(Errno.ENOSYS, null, "(not implemented): use a kernel whose xen-privcmd allows them")]
    public void TryExplain_HypercallRefused_NamesTheCauseAndTheRemedy(int errno, string? lockdown, string expected)
    {
        _machine.SetPolicy(lockdown: lockdown);
        _privcmd.HypercallErrno = errno;
        Assert.StartsWith("hypercalls are refused", Explanation());
        Assert.EndsWith(expected, Explanation());
    }

    [Fact]
    public void TryResolve_MappingRefused_SaysSo()
    {
        _privcmd.MapErrno = Errno.EPERM;
        Assert.False(Way().TryResolve(_pages, new GuestFrame[2], out string reason));
        Assert.StartsWith("mapping the grant table is refused (operation not permitted): " + Unfixed, reason);
    }

    [Theory]
    [InlineData(Errno.ENOENT, "(no such file or directory): modprobe xen-privcmd")]
    [InlineData(Errno.EACCES, "(permission denied): run as root")]
    [InlineData(Errno.EIO, "(input/output error): run as root")]
    public void TryExplain_NoDevice_NamesTheRemedy(int errno, string expected)
    {
        _privcmd.OpenErrno = errno;
        Assert.EndsWith("dev/xen/privcmd cannot be opened " + expected, Explanation());
    }

    [Theory]
    [InlineData("PVH", "no PV guest")]
    [InlineData("other", "guest_type does not tell")]
    public void TryExplain_AnotherKindOfGuest_Refuses(string type, string expected)
    {
        _machine.BecomeGuest(type);
        Assert.Contains(expected, Explanation());
    }

    /// <summary>The device itself, on a machine where it is not: an ordinary file knows no hypercalls.</summary>
    [Fact]
    public void Privcmd_OrdinaryFile_RefusesHypercallsAndMapping()
    {
        Assert.Equal(Errno.ENOENT, new Privcmd(_machine.Paths).Open());
        _machine.Write("dev/xen/privcmd", new string('x', 4096));
        Privcmd privcmd = new(_machine.Paths);
        Assert.Equal(0, privcmd.Open());
        Assert.Equal(Errno.ENOTTY, Query(privcmd));
        Assert.Null(privcmd.MapFrames(DomainId.Zero, [new(7)], out int errno));
        Assert.Equal(Errno.ENOTTY, errno);

        static unsafe int Query(Privcmd privcmd)
        {
            GrantTableSize size = default;
            return privcmd.GrantTableOperation(GrantTableFrames.GNTTABOP_query_size, &size);
        }
    }

    public void Dispose()
    {
        _pages.Dispose();
        _machine.Dispose();
    }

    private GrantTableFrames Way() => new(_machine.Paths, _privcmd, _nodes.GetValueOrDefault);

    private string Explanation()
    {
        Assert.False(Way().TryExplain(out string reason));
        Assert.False(Way().TryResolve(_pages, new GuestFrame[2], out string same));
        Assert.Equal(reason, same);
        return reason;
    }

    private string Refusal() => Assert.Throws<XenException>(() => Way().TryResolve(_pages, new GuestFrame[2], out _)).Message;

    /// <summary>Xen with a grant table.</summary>
    private sealed unsafe class FakePrivcmd : IPrivcmd
    {
        private const ulong FirstTableFrame = 0x5000;

        private readonly Dictionary<uint, (ushort Flags, ushort Domain, ulong Frame)> _entries = [];

        public int OpenErrno { get; set; }

        public int HypercallErrno { get; set; }

        public int MapErrno { get; set; }

        public int Version { get; set; } = 1;

        public uint FrameCount { get; set; } = 4;

        public short Status { get; set; }

        public short SetupStatus { get; set; }

        public void Grant(uint reference, ulong frame, ushort flags = GrantEntry.GTF_permit_access, ushort domain = 0) => _entries[reference] = (flags, domain, frame);

        public int Open() => OpenErrno;

        public int GrantTableOperation(uint operation, void* argument)
        {
            if (HypercallErrno != 0)
            {
                return HypercallErrno;
            }

            switch (operation)
            {
                case GrantTableFrames.GNTTABOP_query_size:
                    var size = (GrantTableSize*)argument;
                    Assert.Equal(GrantTableFrames.DOMID_SELF, size->DomainId);
                    (size->FrameCount, size->MaxFrameCount, size->Status) = (FrameCount, 64, Status);
                    break;
                case GrantTableFrames.GNTTABOP_get_version:
                    var version = (GrantTableVersion*)argument;
                    Assert.Equal(GrantTableFrames.DOMID_SELF, version->DomainId);
                    version->Version = (uint)Version;
                    break;
                case GrantTableFrames.GNTTABOP_setup_table:
                    var setup = (GrantTableSetup*)argument;
                    Assert.Equal((GrantTableFrames.DOMID_SELF, FrameCount), (setup->DomainId, setup->FrameCount));
                    setup->Status = SetupStatus;
                    for (uint i = 0; i < FrameCount; i++)
                    {
                        ((ulong*)setup->Frames)[i] = FirstTableFrame + i;
                    }

                    break;
                default:
                    Assert.Fail($"operation {operation} is none that looks only");
                    break;
            }

            return 0;
        }

        public SharedPages? MapFrames(DomainId owner, ReadOnlySpan<GuestFrame> frames, out int errno)
        {
            Assert.Equal(GrantTableFrames.DOMID_SELF, owner.Value);
            Assert.Equal(FirstTableFrame + FrameCount - 1, frames[^1].Value);
            errno = MapErrno;
            if (errno != 0)
            {
                return null;
            }

            SharedPages table = FakeMachine.MapPages(frames.Length);
            foreach ((uint reference, (ushort flags, ushort domain, ulong frame)) in _entries)
            {
                if (Version == 1)
                {
                    Set(MemoryMarshal.Cast<byte, GrantEntry>(table.Bytes), reference, new() { Flags = flags, DomainId = domain, Frame = (uint)frame });
                }
                else
                {
                    Set(MemoryMarshal.Cast<byte, GrantEntry2>(table.Bytes), reference, new() { Flags = flags, DomainId = domain, Frame = frame });
                }
            }

            return table;
        }

        private static void Set<T>(Span<T> entries, uint reference, T entry)
        {
            if (reference < (uint)entries.Length)
            {
                entries[(int)reference] = entry;
            }
        }
    }
}
