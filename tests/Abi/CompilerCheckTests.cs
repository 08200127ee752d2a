using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using Xunit;

namespace XenFbFront.Tests.Abi;

/// <summary>The rows of <see cref="LayoutTable"/> and <see cref="IoctlTable"/> against the C headers of this machine, judged by the C compiler.</summary>
/// <remarks>Skipped without the compiler or a header, unless XENFBFRONT_REQUIRE_ABI is 1.</remarks>
public partial class CompilerCheckTests
{
    private const string ErrorsHeader = "/usr/include/xen/io/xs_wire.h";

    [Theory]
    [InlineData(Architecture.X64)]
    [InlineData(Architecture.Arm64)]
    public void EveryRow_AgreesWithTheHeaders(Architecture processor)
    {
        CompilerCheck.Require(AllHeaders(), processor);

        (int exitCode, string output) = CompilerCheck.Compile(
            Source(CompilerCheck.Assertions(LayoutTable.Structs, LayoutTable.Constants, LayoutTable.Texts, IoctlTable.Rows, processor)), processor)!.Value;

        Assert.True(exitCode == 0, output);
    }

    public static TheoryData<string> WrongRows => new(
        "size", "offset", "field size", "field sign", "constant", "text", "ioctl");

    /// <summary>Each kind of assertion can fail: one wrong row of each kind is refused, and the refusal names it.</summary>
    [Theory]
    [MemberData(nameof(WrongRows))]
    public void WrongRow_IsRefused(string kind)
    {
        CompilerCheck.Require(AllHeaders());
        StructRow poll = LayoutTable.Structs.Single(row => row.Type == typeof(PollDescriptor));
        ConstantRow constant = LayoutTable.Constants.Single(row => row.Name == "XenbusState.Closed");
        TextRow text = LayoutTable.Texts[0];
        IoctlRow ioctl = IoctlTable.Rows.Single(row => row.Name == "IOCTL_EVTCHN_NOTIFY");

        (string assertions, string complaint) = kind switch
        {
            "size" => (Only(poll with { Bytes = 12 }), "size of PollDescriptor"),
            "offset" => (Only(poll with { Fields = [poll.Fields[0] with { Offset = 4 }] }), "offset of PollDescriptor.Descriptor"),
            "field size" => (Only(poll with { Fields = [poll.Fields[0] with { Member = "events", Offset = 4 }] }), "size of PollDescriptor.Descriptor"),
            // uint of C# laid over int of C.
            "field sign" => (Only(new StructRow(typeof(EvtchnNotify), 4, "struct { int port; }", "errno.h", 4, [new("Port", "port", 0)])), "sign of EvtchnNotify.Port"),
            "constant" => (CompilerCheck.Assertions([], [constant with { Expected = 7 }], [], []), "value of XenbusState.Closed"),
            "text" => (CompilerCheck.Assertions([], [], [text with { Expected = "x86-64-abi" }], []), "text of ProtocolAbi.X86Bits64"),
            _ => (CompilerCheck.Assertions([], [], [], [ioctl with { Expected = 0x40044504 }]), "number of IOCTL_EVTCHN_NOTIFY"),
        };
        (int exitCode, string output) = CompilerCheck.Compile(Source(assertions))!.Value;

        Assert.NotEqual(0, exitCode);
        Assert.Contains(complaint, output);
    }

    /// <summary>A static array of strings is no constant expression in C, so the names are taken from the header's text.</summary>
    [Fact]
    public void ErrorNames_AreThoseOfTheHeader()
    {
        CompilerCheck.Require(["xen/io/xs_wire.h"]);
        string[] names = [.. ErrorEntry().Matches(File.ReadAllText(ErrorsHeader)).Select(match => match.Groups[1].Value)];

        Assert.True(names.Length >= 16);
        Assert.All(names, name => Assert.Equal(name, XenstoreErrors.Print(XenstoreErrors.Parse(Encoding.ASCII.GetBytes(name)))));
        Assert.Equal(names.Order(), LayoutTable.Constants.Where(row => row.Name.StartsWith("Errno.", StringComparison.Ordinal))
            .Select(row => (Name: row.Name["Errno.".Length..], Number: (int)row.Expected))
            .Where(error => XenstoreErrors.Print(error.Number) == error.Name).Select(error => error.Name).Order());
    }

    private static string Only(StructRow row) => CompilerCheck.Assertions([row], [], [], []);

    private static IReadOnlyList<string> AllHeaders() =>
        CompilerCheck.HeadersOf(LayoutTable.Structs, LayoutTable.Constants, LayoutTable.Texts, IoctlTable.Rows);

    private static string Source(string assertions) =>
        CompilerCheck.Prelude + string.Concat(AllHeaders().Select(header => $"#include <{header}>\n")) + assertions;

    [GeneratedRegex(@"^\s*XSD_ERROR\((\w+)\),", RegexOptions.Multiline)]
    private static partial Regex ErrorEntry();
}
