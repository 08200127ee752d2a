using System.Runtime.InteropServices;

namespace XenFbFront.Tests.Abi;

/// <summary>One struct that must look the same to C# and to C, or to two versions of this program.</summary>
/// <param name="Type">The C# struct.</param>
/// <param name="MeasuredBytes">Its size as the runtime has it.</param>
/// <param name="CType">The C type with its keyword, as in <c>struct pollfd</c>; null for a layout of our own, which C knows nothing of.</param>
/// <param name="Header">Where C declares it; empty for a layout of our own.</param>
/// <param name="Bytes">Size, by hand from the header.</param>
/// <param name="Fields">Every instance field of the C# struct.</param>
internal sealed record StructRow(Type Type, int MeasuredBytes, string? CType, string Header, int Bytes, FieldRow[] Fields)
{
    public override string ToString() => Type.Name;
}

/// <summary>One field of a struct.</summary>
/// <param name="Name">C# field.</param>
/// <param name="Member">C member, as offsetof takes it; null in a layout of our own.</param>
/// <param name="Offset">Bytes from the start, by hand from the header.</param>
internal sealed record FieldRow(string Name, string? Member, int Offset);

/// <summary>One number.</summary>
/// <param name="Name">C# expression, as in <c>XenbusState.Closed</c>.</param>
/// <param name="Value">What C# has.</param>
/// <param name="Expected">By hand from the header.</param>
/// <param name="CExpression">What C has; null where no installed header declares it.</param>
/// <param name="Header">Where C declares it.</param>
internal sealed record ConstantRow(string Name, long Value, long Expected, string? CExpression, string Header)
{
    /// <summary>The processor that it is for; null: all.</summary>
    public Architecture? Only { get; init; }

    public override string ToString() => Name;
}

/// <summary>One text.</summary>
/// <param name="Name">C# expression.</param>
/// <param name="Value">What C# has.</param>
/// <param name="Expected">By hand from the header.</param>
/// <param name="CExpression">The C string literal's macro.</param>
/// <param name="Header">Where C declares it.</param>
internal sealed record TextRow(string Name, string Value, string Expected, string CExpression, string Header)
{
    public override string ToString() => Name;
}

/// <summary>One request number of ioctl(2).</summary>
/// <param name="Name">C macro and C# field alike.</param>
/// <param name="Expected">By hand from the header.</param>
/// <param name="Header">Where C declares it.</param>
/// <param name="CExpression">What C has, when the macro takes an argument.</param>
/// <param name="IsRequired">Whether C# must have it; the others are compared once they are there.</param>
internal sealed record IoctlRow(string Name, uint Expected, string Header, string CExpression, bool IsRequired)
{
    public override string ToString() => Name;
}
