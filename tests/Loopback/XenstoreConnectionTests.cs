using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using XenFbFront.Tests.Support;
using Xunit;

namespace XenFbFront.Tests.Loopback;

[Collection(SimulationCollection.Name)]
public class XenstoreConnectionTests
{
    private const string Home = "/local/domain/1";

    [Theory]
    [InlineData(HostKind.OneThread, false)]
    [InlineData(HostKind.Sockets, false)]
    [InlineData(HostKind.OneThread, true)]
    [InlineData(HostKind.Sockets, true)]
    public void Guest_EveryRequestType_Answers(HostKind kind, bool fragmentReplies)
    {
        using LoopbackWorld world = new(kind, new() { FragmentReplies = fragmentReplies });
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        Assert.Equal("1", guest.Read("domid"));
        Assert.Equal("1", guest.Read($"{Home}/domid"));
        Assert.Equal("OK|", guest.Write("data/a/b", "value"));
        Assert.Equal("value", guest.Read("data/a/b"));
        Assert.Equal("OK|", guest.Write("data/a/b", ""));
        Assert.Equal("", guest.Read("data/a/b"));
        Assert.Equal("OK|", guest.Ask(XenstoreMessageType.MakeDirectory, "data/c|"));
        Assert.Equal("OK|", guest.Ask(XenstoreMessageType.MakeDirectory, "data/a|"));
        Assert.Equal("a|c|", guest.List("data"));
        Assert.Equal("", guest.List("data/c"));
        Assert.Equal("n1|", guest.Ask(XenstoreMessageType.GetPermissions, "data/a|"));
        Assert.Equal("OK|", guest.Ask(XenstoreMessageType.SetPermissions, "data/a|n1|r0|b2|"));
        Assert.Equal("n1|r0|b2|", guest.Ask(XenstoreMessageType.GetPermissions, "data/a|"));
        Assert.Equal("OK|", guest.Remove("data/a"));
        Assert.Equal("ENOENT|", guest.Read("data/a/b"));
        Assert.Equal("OK|", guest.Remove("data/a"));
        Assert.Equal("ENOENT|", guest.Remove("data/x/y"));
        Assert.Equal($"{Home}|", guest.Ask(XenstoreMessageType.GetDomainPath, "1|"));
        Assert.Equal("/local/domain/999|", guest.Ask(XenstoreMessageType.GetDomainPath, "999|"));
        Assert.Equal("T|", guest.Ask(XenstoreMessageType.IsDomainIntroduced, "1|"));
        Assert.Equal("F|", guest.Ask(XenstoreMessageType.IsDomainIntroduced, "9|"));
        Assert.Equal("OK|", guest.Watch("data", "t"));
        Assert.Equal(["data t"], guest.TakeEvents());
        Assert.Equal("OK|", guest.Ask(XenstoreMessageType.Unwatch, "data|t|"));
        uint transaction = guest.Begin();
        Assert.Equal("OK|", guest.Write("data/d", "1", transaction));
        Assert.Equal("ENOENT|", guest.Read("data/d"));
        Assert.Equal("OK|", guest.End(transaction));
        Assert.Equal("1", guest.Read("data/d"));
        Assert.Equal("OK|", guest.Ask(XenstoreMessageType.ResetWatches, "|"));
        Assert.Empty(guest.TakeEvents());
    }

    [Theory]
    [InlineData(XenstoreMessageType.Read, "")]
    [InlineData(XenstoreMessageType.Read, "data")]
    [InlineData(XenstoreMessageType.Read, "data|x|")]
    [InlineData(XenstoreMessageType.Read, "|")]
    [InlineData(XenstoreMessageType.Read, "data//a|")]
    [InlineData(XenstoreMessageType.Read, "data/|")]
    [InlineData(XenstoreMessageType.Read, "da ta|")]
    [InlineData(XenstoreMessageType.Read, "//|")]
    [InlineData(XenstoreMessageType.Read, "data:x|")]
    [InlineData(XenstoreMessageType.Read, "@releaseDomain|")]
    [InlineData(XenstoreMessageType.Write, "data")]
    [InlineData(XenstoreMessageType.Watch, "data|")]
    [InlineData(XenstoreMessageType.Watch, "data|t")]
    [InlineData(XenstoreMessageType.Watch, "data|t|1|")]
    [InlineData(XenstoreMessageType.Watch, "@other|t|")]
    [InlineData(XenstoreMessageType.Unwatch, "data|")]
    [InlineData(XenstoreMessageType.SetPermissions, "data|")]
    [InlineData(XenstoreMessageType.SetPermissions, "data|x1|")]
    [InlineData(XenstoreMessageType.SetPermissions, "data|n1")]
    [InlineData(XenstoreMessageType.GetDomainPath, "x|")]
    [InlineData(XenstoreMessageType.GetDomainPath, "70000|")]
    [InlineData(XenstoreMessageType.TransactionEnd, "X|")]
    [InlineData(XenstoreMessageType.TransactionEnd, "T")]
    [InlineData(XenstoreMessageType.DirectoryPart, "data|x|")]
    [InlineData(XenstoreMessageType.DirectoryPart, "data|9|")]
    public void Malformed_Einval(XenstoreMessageType type, string payload)
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        Assert.Equal("EINVAL|", guest.Ask(type, payload));
        Assert.Equal(XenstoreMessageType.Error, guest.Received[^1].Header.Type);
    }

    [Theory, InlineData(0u), InlineData(8u), InlineData(9u), InlineData(18u), InlineData(19u)]
    public void Privileged_FromGuest_Eacces(uint type)
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        Assert.Equal("EACCES|", guest.Ask((XenstoreMessageType)type, "|"));
    }

    [Theory, InlineData(15u), InlineData(16u), InlineData(20u), InlineData(23u), InlineData(99u), InlineData(uint.MaxValue)]
    public void Unknown_Enosys(uint type)
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        uint id = guest.Send((XenstoreMessageType)type, "|");
        (XenstoreHeader header, string payload) = guest.Next()!.Value;
        Assert.Equal((XenstoreMessageType.Error, id, "ENOSYS|"), (header.Type, header.RequestId, payload));
    }

    [Fact]
    public void Path_TooLong_Einval()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        using XenstoreProbe dom0 = new(world.Dom0.OpenXenstore());
        Assert.Equal("ENOENT|", guest.Read("data/" + new string('a', 2048 - 5)));
        Assert.Equal("EINVAL|", guest.Read("data/" + new string('a', 2048 - 4)));
        Assert.Equal("ENOENT|", dom0.Read("/" + new string('a', 3071)));
        Assert.Equal("EINVAL|", dom0.Read("/" + new string('a', 3072)));
    }

    [Fact]
    public void Dom0_RelativePath_Einval()
    {
        using LoopbackWorld world = new();
        using IXenstoreChannel channel = world.Dom0.OpenXenstore();
        using XenstoreProbe dom0 = new(channel);
        Assert.False(channel.AllowsRelativePaths);
        Assert.Equal(4096, channel.MaxPayloadBytes);
        Assert.Equal("EINVAL|", dom0.Read("domid"));
        Assert.Equal("ENOENT|", dom0.Ask(XenstoreMessageType.Unwatch, "/x|t|"));
        Assert.Equal("OK|", dom0.Write("/a", new string('x', 4096 - 3)));
    }

    [Fact]
    public void Guest_PayloadOverLimit_RefusedByChannelAndFileClosedWhenSentAnyway()
    {
        using LoopbackWorld world = new();
        using IXenstoreChannel channel = world.Guest.OpenXenstore();
        using XenstoreProbe guest = new(channel);
        Assert.True(channel.AllowsRelativePaths);
        Assert.Equal(4080, channel.MaxPayloadBytes);
        byte[] tooLong = XenstoreProbe.Message(XenstoreMessageType.Write, 1, 0, "data|" + new string('x', 4080 - 4));
        Assert.Equal(Errno.E2BIG, channel.Write(tooLong));
        Assert.Equal("1", guest.Read("domid"));
        Assert.Equal("ENOSPC|", guest.Write("data", new string('x', 4080 - 5)));
        Assert.Equal(tooLong.Length, Libc.Send(channel.Descriptor, tooLong));
        Assert.True(guest.IsClosedByServer());
        Assert.Contains("4080 is the limit", Assert.Single(world.Log));
    }

    [Fact]
    public void Input_OneByteAtATime_SameAnswers()
    {
        using LoopbackWorld world = new();
        using IXenstoreChannel channel = world.Guest.OpenXenstore();
        using XenstoreProbe guest = new(channel);
        byte[] bytes =
        [
            .. XenstoreProbe.Message(XenstoreMessageType.Write, 1, 0, "data/x|hello"),
            .. XenstoreProbe.Message(XenstoreMessageType.Read, 2, 0, "data/x|"),
        ];
        foreach (byte one in bytes)
        {
            Libc.Send(channel.Descriptor, [one]);
            world.Hypervisor.Pump();
        }

        Assert.Equal("OK|", guest.Next()!.Value.Payload);
        (XenstoreHeader header, string payload) = guest.Next()!.Value;
        Assert.Equal((2u, "hello"), (header.RequestId, payload));
    }

    [Fact]
    public void Output_InPieces_ClientSeesPartOfAMessage()
    {
        using LoopbackWorld world = new(options: new() { FragmentReplies = true });
        using IXenstoreChannel channel = world.Guest.OpenXenstore();
        channel.Write(XenstoreProbe.Message(XenstoreMessageType.Write, 1, 0, "data/x|" + new string('v', 500)));
        channel.Write(XenstoreProbe.Message(XenstoreMessageType.Read, 2, 0, "data/x|"));
        byte[] buffer = new byte[4096];
        int reads = 0;
        for (int total = 0; total < 16 + 3 + 16 + 500; reads++)
        {
            Assert.True(channel.WaitReadable(TimeSpan.FromSeconds(5)));
            total += channel.Read(buffer);
        }

        Assert.True(reads > 10, $"{reads} reads");
    }

    [Fact]
    public void Directory_TooLongForOneMessage_E2BigAndPartsGiveAll()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        List<string> names = [];
        for (int i = 0; i < 300; i++)
        {
            names.Add($"node-with-a-long-name-{i:D4}");
            world.Toolstack.Write($"{Home}/data/{names[^1]}", "");
        }

        Assert.Equal("E2BIG|", guest.List("data"));
        List<string> collected = [];
        int offset = 0;
        string? generation = null;
        while (true)
        {
            string part = guest.Ask(XenstoreMessageType.DirectoryPart, $"data|{offset}|");
            int end = part.IndexOf('|');
            Assert.Equal(generation ??= part[..end], part[..end]);
            string list = part[(end + 1)..];
            string[] some = list.Split('|', StringSplitOptions.RemoveEmptyEntries);
            collected.AddRange(some);
            offset += some.Sum(name => name.Length + 1);
            if (list.EndsWith("||", StringComparison.Ordinal) || list == "|")
            {
                break;
            }
        }

        Assert.Equal(names, collected);
        world.Toolstack.Write($"{Home}/data/one-more", "");
        Assert.NotEqual(generation, guest.Ask(XenstoreMessageType.DirectoryPart, "data|0|").Split('|')[0]);
    }

    [Fact]
    public void Watch_Absent_FiresOnceThenForNodeChildrenAndRemoval()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        Assert.Equal("OK|", guest.Watch("data/dev", "tok en"));
        Assert.Equal(["data/dev tok en"], guest.TakeEvents());
        guest.Write("data/dev/0/state", "1");
        guest.Write("data/device", "not below");
        guest.Write("data/dev", "x");
        Assert.Equal(["data/dev/0/state tok en", "data/dev tok en"], guest.TakeEvents());
        guest.Remove("data/dev/0");
        Assert.Equal(["data/dev/0 tok en"], guest.TakeEvents());
        guest.Remove("data");
        Assert.Equal("EACCES|", guest.Write("data/dev", "y"));
        Assert.Equal(["data/dev tok en"], guest.TakeEvents());
    }

    [Fact]
    public void Watch_ParentRemoved_EventNamesTheWatchedPath()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        guest.Write("data/a/b/c", "1");
        guest.Watch("data/a/b", "t");
        guest.Watch("data/a/absent", "u");
        guest.TakeEvents();
        guest.Remove("data/a");
        Assert.Equal(["data/a/b t"], guest.TakeEvents());
    }

    [Fact]
    public void Watch_AbsolutePath_AbsoluteEvents()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        guest.Watch($"{Home}/data", "t");
        guest.Write("data/x", "1");
        Assert.Equal([$"{Home}/data t", $"{Home}/data/x t"], guest.TakeEvents());
    }

    [Fact]
    public void Watch_Twice_EexistUnlessTokenDiffers()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        Assert.Equal("OK|", guest.Watch("data", "t"));
        Assert.Equal("EEXIST|", guest.Watch("data", "t"));
        Assert.Equal("OK|", guest.Watch("data", "u"));
        guest.TakeEvents();
        guest.Write("data", "1");
        Assert.Equal(["data t", "data u"], guest.TakeEvents());
        Assert.Equal("OK|", guest.Ask(XenstoreMessageType.Unwatch, "data|nobody|"));
        guest.Ask(XenstoreMessageType.Unwatch, "data|t|");
        guest.Write("data", "2");
        Assert.Equal(["data u"], guest.TakeEvents());
    }

    [Fact]
    public void Watch_NodeNotReadable_FirstEventOnly()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        using XenstoreProbe other = new(world.OtherGuest.OpenXenstore());
        Assert.Equal("OK|", other.Watch($"{Home}/data/secret", "t"));
        other.TakeEvents();
        guest.Write("data/secret", "1");
        Assert.Empty(other.TakeEvents());
        guest.Ask(XenstoreMessageType.SetPermissions, "data/secret|n1|r2|");
        Assert.Equal([$"{Home}/data/secret t"], other.TakeEvents());
        guest.Write("data/secret", "2");
        Assert.Equal([$"{Home}/data/secret t"], other.TakeEvents());
        guest.Ask(XenstoreMessageType.SetPermissions, "data/secret|n1|");
        Assert.Equal([$"{Home}/data/secret t"], other.TakeEvents());
        guest.Remove("data/secret");
        Assert.Empty(other.TakeEvents());
    }

    [Fact]
    public void SpecialWatches_Dom0IsToldGuestIsNot()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe dom0 = new(world.Dom0.OpenXenstore());
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        foreach (XenstoreProbe probe in (XenstoreProbe[])[dom0, guest])
        {
            Assert.Equal("OK|", probe.Watch("@introduceDomain", "i"));
            Assert.Equal("OK|", probe.Watch("@releaseDomain", "r"));
            Assert.Equal(["@introduceDomain i", "@releaseDomain r"], probe.TakeEvents());
        }

        world.Toolstack.AddDomain(new(7));
        Assert.Equal(["@introduceDomain i"], dom0.TakeEvents());
        Assert.True(world.Toolstack.RemoveDomain(new(7)));
        Assert.False(world.Toolstack.RemoveDomain(new(7)));
        Assert.Equal(["@releaseDomain r"], dom0.TakeEvents());
        Assert.Empty(guest.TakeEvents());
    }

    [Fact]
    public void Watch_TransactionCommits_EventsComeThenAndOnlyThen()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        guest.Watch("data", "t");
        guest.TakeEvents();
        uint kept = guest.Begin();
        uint dropped = guest.Begin();
        guest.Write("data/a", "1", kept);
        guest.Write("data/b", "1", kept);
        guest.Write("data/c", "1", dropped);
        Assert.Empty(guest.TakeEvents());
        Assert.Equal("OK|", guest.End(kept));
        Assert.Equal(["data/a t", "data/b t"], guest.TakeEvents());
        Assert.Equal("OK|", guest.End(dropped, isCommit: false));
        Assert.Empty(guest.TakeEvents());
    }

    [Fact]
    public void Quirks_GuestGarbageNumbersAndEitherOrder_Dom0Neither()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        using XenstoreProbe dom0 = new(world.Dom0.OpenXenstore());
        int early = 0;
        for (int i = 0; i < 40; i++)
        {
            foreach (XenstoreProbe probe in (XenstoreProbe[])[guest, dom0])
            {
                probe.Received.Clear();
                probe.Watch($"{Home}/data", $"{i}");
                probe.TakeEvents();
            }

            early += guest.Received[0].Header.Type == XenstoreMessageType.WatchEvent ? 1 : 0;
            XenstoreHeader guestEvent = guest.Received.Find(m => m.Header.Type == XenstoreMessageType.WatchEvent).Header;
            Assert.True(guestEvent.RequestId != 0 || guestEvent.TransactionId != 0);
            Assert.Equal(XenstoreMessageType.Watch, dom0.Received[0].Header.Type);
            Assert.Equal((0u, 0u), (dom0.Received[1].Header.RequestId, dom0.Received[1].Header.TransactionId));
        }

        Assert.InRange(early, 8, 32);
    }

    [Fact]
    public void Transactions_Interleaved_SecondCommitFailsOnlyOnConflict()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        guest.Write("data/a", "0");
        guest.Write("data/b", "0");
        uint first = guest.Begin();
        uint second = guest.Begin();
        Assert.Equal("0", guest.Read("data/a", first));
        Assert.Equal("OK|", guest.Write("data/b", "from first", first));
        Assert.Equal("0", guest.Read("data/b", second));
        Assert.Equal("OK|", guest.Write("data/a", "from second", second));
        Assert.Equal("OK|", guest.End(second));
        Assert.Equal("EAGAIN|", guest.End(first));
        Assert.Equal("from second", guest.Read("data/a"));
        Assert.Equal("0", guest.Read("data/b"));

        uint third = guest.Begin();
        uint fourth = guest.Begin();
        guest.Write("data/a", "3", third);
        guest.Write("data/b", "4", fourth);
        Assert.Equal("OK|", guest.End(third));
        Assert.Equal("OK|", guest.End(fourth));
        Assert.Equal("3", guest.Read("data/a"));
        Assert.Equal("4", guest.Read("data/b"));
        Assert.Equal(0, world.Census.Transactions);
    }

    [Theory]
    [InlineData("data/a", "Read")]
    [InlineData("data/a/absent", "Read")]
    [InlineData("data/a", "List")]
    public void Transaction_WhatItReadChanged_Eagain(string path, string how)
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        guest.Write("data/a", "0");
        uint transaction = guest.Begin();
        string before = Look();
        world.Toolstack.Write($"{Home}/data/a/absent", "1");
        world.Toolstack.Write($"{Home}/data/a", "1");
        Assert.Equal(before, Look());
        Assert.Equal("EAGAIN|", guest.End(transaction));

        string Look() => how == "Read" ? guest.Read(path, transaction) : guest.List(path, transaction);
    }

    [Fact]
    public void Transaction_RemovedTreeChangedBelow_Eagain()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        guest.Write("data/a/b", "0");
        uint transaction = guest.Begin();
        guest.Remove("data/a", transaction);
        guest.Write("data/a/b", "1");
        Assert.Equal("EAGAIN|", guest.End(transaction));
        Assert.Equal("1", guest.Read("data/a/b"));
    }

    [Fact]
    public void Transaction_NumberOfAnotherFileOrNone_Enoent()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe first = new(world.Guest.OpenXenstore());
        using XenstoreProbe second = new(world.Guest.OpenXenstore());
        uint transaction = first.Begin();
        Assert.Equal("ENOENT|", second.Read("domid", transaction));
        Assert.Equal("ENOENT|", second.End(transaction));
        Assert.Equal("ENOENT|", second.End(0));
        Assert.Equal("EBUSY|", first.Ask(XenstoreMessageType.TransactionStart, "|", transaction));
        Assert.Equal("OK|", first.End(transaction));
        Assert.Equal("ENOENT|", first.End(transaction));
    }

    [Fact]
    public void Close_WatchesAndTransactionsGoWithTheFile()
    {
        using LoopbackWorld world = new();
        XenstoreProbe guest = new(world.Guest.OpenXenstore());
        guest.Watch("data", "t");
        guest.Begin();
        Assert.Equal((1, 1, 1), (world.Census.Watches, world.Census.Transactions, world.Census.XenstoreFiles));
        guest.Dispose();
        Assert.True(world.Census.IsEmpty);
    }

    [Fact]
    public void ResetWatches_WipesTheWholeDomain()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe first = new(world.Guest.OpenXenstore());
        using XenstoreProbe second = new(world.Guest.OpenXenstore());
        using XenstoreProbe other = new(world.OtherGuest.OpenXenstore());
        first.Watch("data", "t");
        uint transaction = first.Begin();
        other.Watch("data", "t");
        Assert.Equal("OK|", second.Ask(XenstoreMessageType.ResetWatches, "|"));
        Assert.Equal((1, 0), (world.Census.Watches, world.Census.Transactions));
        Assert.Equal("ENOENT|", first.End(transaction));
    }

    [Fact]
    public void Quotas_Guest_Enforced()
    {
        using LoopbackWorld world = new(options: new() { NodeQuota = 20, WatchQuota = 3, TransactionQuota = 2, ValueQuotaBytes = 10, PermissionQuota = 2 });
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        using XenstoreProbe again = new(world.Guest.OpenXenstore());
        using XenstoreProbe dom0 = new(world.Dom0.OpenXenstore());
        Assert.Equal("OK|", guest.Write("data/v", new string('x', 10)));
        Assert.Equal("ENOSPC|", guest.Write("data/v", new string('x', 11)));
        Assert.Equal("OK|", guest.Watch("data", "1"));
        Assert.Equal("OK|", guest.Watch("data", "2"));
        Assert.Equal("OK|", again.Watch("data", "1"));
        Assert.Equal("E2BIG|", again.Watch("data", "2"));
        guest.Begin();
        again.Begin();
        Assert.Equal("ENOSPC|", guest.Ask(XenstoreMessageType.TransactionStart, "|"));
        Assert.Equal("OK|", guest.Ask(XenstoreMessageType.SetPermissions, "data/v|n1|r0|"));
        Assert.Equal("ENOSPC|", guest.Ask(XenstoreMessageType.SetPermissions, "data/v|n1|r0|r2|"));

        int owned = world.Census.NodesByDomain[1];
        for (int i = owned; i < 20; i++)
        {
            Assert.Equal("OK|", guest.Write($"data/n{i}", ""));
        }

        Assert.Equal("ENOSPC|", guest.Write("data/more", ""));
        Assert.Equal("ENOSPC|", guest.Ask(XenstoreMessageType.MakeDirectory, "data/more|"));
        Assert.Equal("OK|", guest.Write("data/v", "x"));
        Assert.Equal("OK|", guest.Remove("data/v"));
        Assert.Equal("ENOSPC|", guest.Write("data/x/y", ""));
        Assert.Equal("OK|", guest.Write("data/x", ""));
        Assert.Equal("OK|", dom0.Write($"{Home}/data/by-dom0", new string('x', 3000)));
        Assert.Equal(21, world.Census.NodesByDomain[1]);
    }

    [Fact]
    public void NodeQuota_InTransaction_CountsItsOwnNodes()
    {
        using LoopbackWorld world = new(options: new() { NodeQuota = 10 });
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        int room = 10 - world.Census.NodesByDomain[1];
        uint first = guest.Begin();
        for (int i = 0; i < room; i++)
        {
            Assert.Equal("OK|", guest.Write($"data/{i}", "", first));
        }

        Assert.Equal("ENOSPC|", guest.Write("data/more", "", first));
        Assert.Equal("OK|", guest.Write("error/outside", ""));
        Assert.Equal("ENOSPC|", guest.End(first));
        Assert.Equal("", guest.List("data"));
    }

    /// <summary>Rows: permissions of the node; expected results of reading, writing, making a child, giving permissions, by guest 2, not the owner.</summary>
    [Theory]
    [InlineData("n1", "EACCES|", "EACCES|", "EACCES|", "EACCES|")]
    [InlineData("r1", "v", "EACCES|", "EACCES|", "EACCES|")]
    [InlineData("w1", "EACCES|", "OK|", "OK|", "EACCES|")]
    [InlineData("b1", "v", "OK|", "OK|", "EACCES|")]
    [InlineData("n1|r2", "v", "EACCES|", "EACCES|", "EACCES|")]
    [InlineData("n1|b2", "v", "OK|", "OK|", "EACCES|")]
    [InlineData("b1|n2", "EACCES|", "EACCES|", "EACCES|", "EACCES|")]
    [InlineData("n2", "v", "OK|", "OK|", "OK|")]
    public void Permissions_Matrix(string permissions, string read, string write, string child, string give)
    {
        using LoopbackWorld world = new();
        using XenstoreProbe dom0 = new(world.Dom0.OpenXenstore());
        using XenstoreProbe guest = new(world.OtherGuest.OpenXenstore());
        dom0.Write("/test/node", "v");
        Assert.Equal("OK|", dom0.Ask(XenstoreMessageType.SetPermissions, $"/test/node|{permissions}|"));
        Assert.Equal(read, guest.Read("/test/node"));
        Assert.Equal(child, guest.Write("/test/node/child", "c"));
        // Who may not read is not told whether a node is there; who may, is.
        Assert.Equal(read == "v" ? "ENOENT|" : "EACCES|", guest.Read("/test/node/absent"));
        Assert.Equal(write, guest.Write("/test/node", "w"));
        Assert.Equal(give, guest.Ask(XenstoreMessageType.SetPermissions, "/test/node|n2|"));
        Assert.Equal("EACCES|", guest.Write("/test/sibling", "s"));
        Assert.Equal("EACCES|", guest.Remove("/test"));
    }

    [Fact]
    public void Permissions_CreatedByGuest_InheritedButOwnedByIt()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe dom0 = new(world.Dom0.OpenXenstore());
        using XenstoreProbe guest = new(world.OtherGuest.OpenXenstore());
        dom0.Write("/test", "");
        dom0.Ask(XenstoreMessageType.SetPermissions, "/test|n0|b2|r1|");
        guest.Write("/test/a/b", "");
        Assert.Equal("n2|b2|r1|", dom0.Ask(XenstoreMessageType.GetPermissions, "/test/a|"));
        dom0.Write("/test/a/c", "");
        Assert.Equal("n2|b2|r1|", dom0.Ask(XenstoreMessageType.GetPermissions, "/test/a/c|"));
        Assert.Equal("EPERM|", guest.Ask(XenstoreMessageType.SetPermissions, "/test/a|n1|"));
        Assert.Equal("OK|", dom0.Ask(XenstoreMessageType.SetPermissions, "/test/a|n1|"));
        Assert.Equal("EINVAL|", dom0.Remove("/"));
    }

    [Fact]
    public void SlowClient_ManyEvents_IsClosedAndOthersGoOn()
    {
        using LoopbackWorld world = new(options: new() { MaxOutputBytes = 64 * 1024 });
        using XenstoreProbe slow = new(world.Guest.OpenXenstore());
        using XenstoreProbe quick = new(world.Guest.OpenXenstore());
        for (int i = 0; i < 50; i++)
        {
            slow.Watch("data", $"{i}-{new string('t', 1000)}");
        }

        for (int i = 0; i < 100; i++)
        {
            Assert.Equal("OK|", quick.Write("data/x", $"{i}"));
        }

        Assert.Equal(1, world.Census.XenstoreFiles);
        Assert.Equal(0, world.Census.Watches);
        Assert.Contains("does not read", Assert.Single(world.Log));
        Assert.True(slow.IsClosedByServer());
    }

    [Fact]
    public void BusyClient_ReadsLate_GetsEverythingInOrder()
    {
        using LoopbackWorld world = new();
        using XenstoreProbe guest = new(world.Guest.OpenXenstore());
        guest.Write("data/x", new string('x', 2000));
        const int count = 400;
        for (int i = 0; i < count; i++)
        {
            guest.Send(XenstoreMessageType.Read, "data/x|");
        }

        uint last = 0;
        for (int i = 0; i < count; i++)
        {
            (XenstoreHeader header, string payload) = guest.Next()!.Value;
            Assert.Equal(2000, payload.Length);
            Assert.True(header.RequestId > last);
            last = header.RequestId;
        }
    }
}
