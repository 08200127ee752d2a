using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xenbus;
using Xenbus.Linux.Interop;
using XenFbFront.Input;
using Xunit;

namespace XenFbFront.Tests.Abi;

public class LayoutTests
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Type[] s_productTypes = [.. new[] { typeof(XenException).Assembly, typeof(InputEvent).Assembly }
        .SelectMany(assembly => assembly.GetTypes()).Where(type => !IsMadeByCompiler(type))];

    public static IEnumerable<TheoryDataRow<string>> StructNames => LayoutTable.Structs.Select(row => new TheoryDataRow<string>(row.Type.Name));

    [Theory]
    [MemberData(nameof(StructNames))]
    public void Struct_SizeAndOffsets_AreThoseOfTheTable(string name)
    {
        StructRow row = LayoutTable.Structs.Single(candidate => candidate.Type.Name == name);

        Assert.Equal(row.Bytes, row.MeasuredBytes);
        Assert.All(row.Fields, field => Assert.Equal((field.Name, field.Offset), (field.Name, (int)Marshal.OffsetOf(row.Type, field.Name))));
    }

    [Theory]
    [MemberData(nameof(StructNames))]
    public void Struct_EveryField_HasARow(string name)
    {
        StructRow row = LayoutTable.Structs.Single(candidate => candidate.Type.Name == name);

        Assert.Equal(
            row.Type.GetFields(Instance).Select(field => field.Name).Order(),
            row.Fields.Select(field => field.Name).Order());
    }

    [Theory]
    [MemberData(nameof(StructNames))]
    public void Struct_EveryField_LiesInsideAndIsNaturallyAligned(string name)
    {
        StructRow row = LayoutTable.Structs.Single(candidate => candidate.Type.Name == name);

        Assert.All(row.Fields, field =>
        {
            int bytes = SizeOf(row.Type.GetField(field.Name, Instance)!.FieldType);
            Assert.InRange(field.Offset + bytes, 1, row.Bytes);
            Assert.True(field.Offset % Math.Min(bytes, 8) == 0, $"{name}.{field.Name} at {field.Offset}");
        });
    }

    [Fact]
    public void Assemblies_EveryStructWithALayout_HasARow()
    {
        IEnumerable<Type> withLayout = s_productTypes.Where(type => type.IsValueType && !type.IsEnum && HasLayout(type));

        Assert.Empty(withLayout.Except(LayoutTable.Structs.Select(row => row.Type)));
    }

    [Fact]
    public void Assemblies_EveryStructWithALayout_HasExplicitOffsetsAndASize() =>
        Assert.All(s_productTypes.Where(type => type.IsValueType && !type.IsEnum && HasLayout(type)), type =>
        {
            Assert.True(type.IsExplicitLayout, type.FullName);
            Assert.NotEqual(0, type.StructLayoutAttribute!.Size);
        });

    [Fact]
    public void Constants_AreThoseOfTheTable() =>
        Assert.All(LayoutTable.Constants, row => Assert.Equal((row.Name, row.Expected), (row.Name, row.Value)));

    [Fact]
    public void Texts_AreThoseOfTheTable() =>
        Assert.All(LayoutTable.Texts, row => Assert.Equal((row.Name, row.Expected), (row.Name, row.Value)));

    [Fact]
    public void Constants_EveryMemberOfACompleteType_HasARow()
    {
        HashSet<string> rows = [.. LayoutTable.Constants.Select(row => row.Name)];
        IEnumerable<string> members = LayoutTable.CompleteTypes.SelectMany(type => type.GetFields(Static)
            .Where(field => field.IsLiteral && field.FieldType != typeof(string)).Select(field => $"{type.Name}.{field.Name}"));

        Assert.Empty(members.Except(rows));
    }

    [Fact]
    public void Ioctls_InTheProduct_HaveTheNumbersOfTheTable()
    {
        Dictionary<string, IoctlRow> rows = IoctlTable.Rows.ToDictionary(row => row.Name);

        Assert.All(Requests(), field =>
        {
            IoctlRow? row = rows.GetValueOrDefault(field.Name);
            Assert.True(row is not null, $"{field.DeclaringType!.Name}.{field.Name} has no row in IoctlTable");
            Assert.Equal((row.Name, $"{row.Expected:x8}"), (field.Name, $"{Convert.ToInt64(field.GetValue(null)):x8}"));
        });
    }

    [Fact]
    public void Ioctls_Required_AreInTheProduct() =>
        Assert.Empty(IoctlTable.Rows.Where(row => row.IsRequired).Select(row => row.Name).Except(Requests().Select(field => field.Name)));

    /// <summary>The same table against the four ways to compute a number, so that rows of fields that do not exist yet are used too.</summary>
    [Theory]
    [InlineData("IOCTL_EVTCHN_RESET", 'N', 'E', 5, 0)]
    [InlineData("UI_DEV_CREATE", 'N', 'U', 1, 0)]
    [InlineData("KDGETMODE", 'N', 'K', 0x3b, 0)]
    [InlineData("UI_DEV_SETUP", 'W', 'U', 3, 92)]
    [InlineData("UI_ABS_SETUP", 'W', 'U', 4, 28)]
    [InlineData("UI_SET_EVBIT", 'W', 'U', 100, 4)]
    [InlineData("UI_SET_PHYS", 'W', 'U', 108, 8)]
    [InlineData("UI_GET_SYSNAME", 'R', 'U', 44, 64)]
    [InlineData("UI_GET_VERSION", 'R', 'U', 45, 4)]
    public void Ioctl_Computed_IsTheNumberOfTheTable(string name, char direction, char type, byte number, int sizeBytes) =>
        Assert.Equal(IoctlTable.Rows.Single(row => row.Name == name).Expected, direction switch
        {
            'N' => Ioctl.None(type, number, sizeBytes),
            'R' => Ioctl.Read(type, number, sizeBytes),
            _ => Ioctl.Write(type, number, sizeBytes),
        });

    /// <summary>UI_BEGIN_FF_UPLOAD in linux/uinput.h: _IOWR('U', 200, struct uinput_ff_upload), 104 bytes.</summary>
    [Fact]
    public void ReadWrite_SetsBothDirections() => Assert.Equal(0xc06855c8u, Ioctl.ReadWrite('U', 200, 104));

    [Theory]
    [InlineData('\u0100', 0)]
    [InlineData('U', -1)]
    [InlineData('U', 16384)]
    public void Ioctl_TypeOrSizeTooLarge_Throws(char type, int sizeBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Ioctl.None(type, 0, sizeBytes));

    private static IEnumerable<FieldInfo> Requests() => s_productTypes.SelectMany(type => type.GetFields(Static)).Where(field =>
        (field.FieldType == typeof(uint) || field.FieldType == typeof(int) || field.FieldType == typeof(nuint))
        && IoctlTable.Prefixes.Any(prefix => field.Name.StartsWith(prefix, StringComparison.Ordinal)));

    private static bool HasLayout(Type type) => type.IsExplicitLayout || type.StructLayoutAttribute is { Size: > 0 } or { Pack: > 0 and not 8 };

    private static bool IsMadeByCompiler(Type type) =>
        type.Name.StartsWith('<') || type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
        || (type.DeclaringType is { } outer && IsMadeByCompiler(outer));

    /// <summary>Element and length of a struct that stands for an array of C; null for others.</summary>
    internal static (Type Type, int Length)? ElementOf(Type type) =>
        type.GetCustomAttribute<InlineArrayAttribute>() is { } array ? (type.GetFields(Instance)[0].FieldType, array.Length) : null;

    internal static int SizeOf(Type type) => type switch
    {
        { IsPointer: true } => IntPtr.Size,
        { IsEnum: true } => SizeOf(type.GetEnumUnderlyingType()),
        _ when ElementOf(type) is { } element => element.Length * SizeOf(element.Type),
        _ when type == typeof(nint) || type == typeof(nuint) => IntPtr.Size,
        _ => Marshal.SizeOf(type),
    };
}
