namespace Xenbus.Wire;

/// <summary>Layout that the two ends of a device agree on by the frontend's <c>protocol</c> node. C: io/protocols.h.</summary>
public enum ProtocolAbi
{
    /// <summary><c>x86_64-abi</c>: 8-byte frame numbers.</summary>
    X86Bits64,

    /// <summary><c>x86_32-abi</c>: 4-byte frame numbers.</summary>
    X86Bits32,

    /// <summary><c>arm-abi</c>: 8-byte frame numbers on 32- and 64-bit.</summary>
    Arm,
}

/// <summary>Names of <see cref="ProtocolAbi"/>.</summary>
public static class ProtocolAbis
{
    /// <summary>What goes into the <c>protocol</c> node.</summary>
    public static string Name(this ProtocolAbi abi) => abi switch
    {
        ProtocolAbi.X86Bits64 => "x86_64-abi",
        ProtocolAbi.X86Bits32 => "x86_32-abi",
        ProtocolAbi.Arm => "arm-abi",
    };

    /// <summary>Bytes of one frame number in a page directory.</summary>
    public static int FrameEntryBytes(this ProtocolAbi abi) => abi == ProtocolAbi.X86Bits32 ? 4 : 8;

    /// <summary>The layout of this process.</summary>
    public static ProtocolAbi Native => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X86 => ProtocolAbi.X86Bits32,
        System.Runtime.InteropServices.Architecture.Arm or System.Runtime.InteropServices.Architecture.Arm64 => ProtocolAbi.Arm,
        _ => ProtocolAbi.X86Bits64,
    };
}
