using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace XenFbFront.Tests.Abi;

/// <summary>Hands C text to gcc, which compiles it against the installed headers without making a file.</summary>
internal static class CompilerCheck
{
    /// <summary>With 1 in this variable an absent compiler or header is a failure instead of a skip.</summary>
    private const string RequireVariable = "XENFBFRONT_REQUIRE_ABI";

    /// <summary>The check is a few thousand lines for gcc; it takes a second, a minute means that it hangs.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    /// <summary>What comes before all headers.</summary>
    public const string Prelude = """
        #define _GNU_SOURCE
        /* Without it the headers are those of the first Xen: no second version of grant tables. */
        #define __XEN_INTERFACE_VERSION__ __XEN_LATEST_INTERFACE_VERSION__
        #include <stddef.h>
        #include <stdint.h>
        #include <xen/xen.h>
        /* The default size of the screen is for kernels only. */
        #define __KERNEL__
        #include <xen/io/fbif.h>
        #undef __KERNEL__
        /* The 32-bit layout out of the same header: unsigned long becomes unsigned int. */
        #undef __XEN_PUBLIC_IO_FBIF_H__
        #define long
        #define xenfb_update xenfb_update_32
        #define xenfb_resize xenfb_resize_32
        #define xenfb_out_event xenfb_out_event_32
        #define xenfb_refresh_period xenfb_refresh_period_32
        #define xenfb_in_event xenfb_in_event_32
        #define xenfb_page xenfb_page_32
        #include <xen/io/fbif.h>
        #undef long
        #undef xenfb_update
        #undef xenfb_resize
        #undef xenfb_out_event
        #undef xenfb_refresh_period
        #undef xenfb_in_event
        #undef xenfb_page

        """;

    /// <summary>Headers of these rows and of <see cref="Prelude"/>, each once.</summary>
    public static IReadOnlyList<string> HeadersOf(IEnumerable<StructRow> structs, IEnumerable<ConstantRow> constants, IEnumerable<TextRow> texts, IEnumerable<IoctlRow> ioctls) =>
    [
        .. structs.Where(row => row.CType is not null).Select(row => row.Header)
            .Concat(constants.Where(row => row.CExpression is not null).Select(row => row.Header))
            .Concat(texts.Select(row => row.Header))
            .Concat(ioctls.Select(row => row.Header))
            .Prepend("xen/xen.h")
            .Distinct(),
    ];

    /// <summary>One static assertion for each fact in the rows.</summary>
    public static string Assertions(
        IEnumerable<StructRow> structs, IEnumerable<ConstantRow> constants, IEnumerable<TextRow> texts, IEnumerable<IoctlRow> ioctls, Architecture processor = Architecture.X64)
    {
        StringBuilder text = new();
        void Assert(string condition, string what) => text.Append("_Static_assert(").Append(condition).Append(", \"").Append(what.Replace("\"", "'")).Append("\");\n");

        foreach (StructRow row in structs.Where(row => row.CType is not null))
        {
            Assert($"sizeof({row.CType}) == {row.Bytes}", $"size of {row.Type.Name}");
            foreach (FieldRow field in row.Fields)
            {
                string member = $"(({row.CType} *)0)->{field.Member}";
                Type type = row.Type.GetField(field.Name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!.FieldType;
                Assert($"offsetof({row.CType}, {field.Member}) == {field.Offset}", $"offset of {row.Type.Name}.{field.Name}");
                Assert($"sizeof({member}) == {LayoutTests.SizeOf(type)}", $"size of {row.Type.Name}.{field.Name}");
                if (!type.IsPointer)
                {
                    (Type scalar, string element) = LayoutTests.ElementOf(type) is { } array ? (array.Type, $"{member}[0]") : (type, member);
                    Assert($"((__typeof__({element}))-1 < 0) == {(IsSigned(scalar) ? 1 : 0)}", $"sign of {row.Type.Name}.{field.Name}");
                }
            }
        }

        foreach (ConstantRow row in constants.Where(row => row.CExpression is not null && (row.Only ?? processor) == processor))
        {
            Assert($"({row.CExpression}) == {row.Expected}", $"value of {row.Name}");
        }

        foreach (TextRow row in texts)
        {
            Assert($"__builtin_strcmp({row.CExpression}, \"{row.Expected}\") == 0", $"text of {row.Name}");
        }

        foreach (IoctlRow row in ioctls)
        {
            Assert($"(unsigned)({row.CExpression}) == 0x{row.Expected:x8}u", $"number of {row.Name}");
        }

        return text.ToString();
    }

    /// <summary>Compiles.</summary>
    /// <returns>Exit code and what gcc said; null when there is no gcc.</returns>
    public static (int ExitCode, string Output)? Compile(string source, Architecture processor = Architecture.X64)
    {
        // A char has no sign on arm64; that of what we give it is not asked for.
        ProcessStartInfo start = new(Compiler(processor), ["-std=gnu11", "-fsigned-char", "-fsyntax-only", "-Wall", "-Werror", "-x", "c", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }

        using (process)
        {
            Task<string> output = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(source);
            process.StandardInput.Close();
            if (!process.WaitForExit(s_limit))
            {
                process.Kill();
                throw new TimeoutException("gcc hangs");
            }

            return (process.ExitCode, output.GetAwaiter().GetResult());
        }
    }

    /// <summary>Skips the calling test, or fails it where the check is required, unless gcc and all headers are there.</summary>
    public static void Require(IEnumerable<string> headers, Architecture processor = Architecture.X64)
    {
        string[] names = [.. headers];
        StringBuilder source = new();
        foreach (string name in names)
        {
            source.Append($"#if !__has_include(<{name}>)\n#error absent: {name}\n#endif\n");
        }

        source.Append("typedef int not_empty;\n");
        string? reason = Compile(source.ToString(), processor) switch
        {
            null => $"there is no {Compiler(processor)}",
            { ExitCode: 0 } => null,
            { Output: string output } => "absent: " + string.Join(", ", names.Where(name => output.Contains($"absent: {name}"))),
        };
        if (reason is null)
        {
            return;
        }

        reason += " (Debian: gcc libc6-dev linux-libc-dev libxen-dev zlib1g-dev libvterm-dev; for arm64 gcc-aarch64-linux-gnu, with zlib1g-dev:arm64 and libvterm-dev)";
        if (Environment.GetEnvironmentVariable(RequireVariable) == "1")
        {
            Assert.Fail($"{RequireVariable}=1, but {reason}");
        }

        Assert.Skip(reason);
    }

    private static string Compiler(Architecture processor) => processor == Architecture.Arm64 ? "aarch64-linux-gnu-gcc" : "gcc";

    private static bool IsSigned(Type type) =>
        type.IsEnum ? IsSigned(type.GetEnumUnderlyingType()) : type == typeof(sbyte) || type == typeof(short) || type == typeof(int) || type == typeof(long) || type == typeof(nint);
}
