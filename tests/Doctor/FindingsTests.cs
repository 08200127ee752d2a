using System.Text.Json;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Doctor;
using Xunit;

namespace XenFbFront.Tests.Doctor;

public sealed class FindingsTests
{
    [Fact]
    public void Print_ALineForEach_WithWhatToDo_AndASum()
    {
        Findings findings = new(isRoot: true);
        findings.Good("guest", "a PV domain");
        findings.Note("uhid", "is missing");
        Assert.EndsWith("nothing that could be looked at is in the way\n", findings.Print());
        findings.Bad("gntalloc", new XenException("open", "/dev/xen/gntalloc", Errno.ENOENT, "modprobe xen-gntalloc"));
        Assert.Equal(
            """
            ok    guest: a PV domain
            note  uhid: is missing
            FAIL  gntalloc: cannot open /dev/xen/gntalloc: no such file or directory; do: modprobe xen-gntalloc
            1 thing is in the way

            """,
            findings.Print());
    }

    [Theory]
    [InlineData(true, Errno.EACCES, 1, 0)]
    [InlineData(false, Errno.EACCES, 0, 1)]
    [InlineData(false, Errno.EPERM, 0, 1)]
    [InlineData(false, Errno.ENOENT, 1, 0)]
    [InlineData(true, Errno.EPERM, 1, 0)]
    public void Bad_WhatOnlyThisUserIsRefused_IsForRootToSee(bool isRoot, int errno, int bad, int root)
    {
        Findings findings = new(isRoot);
        findings.Bad("evtchn", new XenException("open", "/dev/xen/evtchn", errno));
        Assert.Equal((bad, root), (findings.Count(Verdict.Bad), findings.Count(Verdict.Root)));
        Assert.Equal(root == 1, findings.Print().Contains("what only root can see (1): sudo xenfbfront doctor"));
    }

    [Fact]
    public void PrintJson_AnyText_IsReadBack()
    {
        string text = "a \"quoted\" \\ line\n\twith \u0001, \u007f, ü, \u20ac and \U0001F600";
        Findings findings = new(isRoot: true);
        findings.Good("guest", text);
        findings.Bad("uinput", "missing", "modprobe uinput");
        using JsonDocument document = JsonDocument.Parse(findings.PrintJson());
        JsonElement all = document.RootElement.GetProperty("findings");
        Assert.Equal(2, all.GetArrayLength());
        Assert.Equal(text, all[0].GetProperty("text").GetString());
        Assert.Equal(JsonValueKind.Null, all[0].GetProperty("remedy").ValueKind);
        Assert.Equal(("fail", "uinput", "modprobe uinput"), (all[1].GetProperty("verdict").GetString(), all[1].GetProperty("topic").GetString(), all[1].GetProperty("remedy").GetString()));
    }
}
