namespace Xenbus.Linux.Interop;

/// <summary>Whose a file is, and who may do what with it.</summary>
/// <param name="User">Its owner.</param>
/// <param name="Group">Its group.</param>
/// <param name="Mode">Its type and its permissions, as in chmod(2).</param>
internal readonly record struct FileStatus(uint User, uint Group, int Mode)
{
    /// <summary>Bytes of struct statx in linux/stat.h, the same on all processors.</summary>
    public const int Bytes = 256;

    /// <summary>Where its fields are, bytes.</summary>
    public const int UserOffset = 20, GroupOffset = 24, ModeOffset = 28;

    /// <summary>What is asked for: STATX_TYPE, _MODE, _UID and _GID.</summary>
    public const int TypeModeUserGroup = 0x1b;

    /// <summary>Permissions of mode, S_IWGRP and S_IWOTH.</summary>
    public const int GroupMayWrite = 0x10, OthersMayWrite = 0x2;

    /// <summary>The type in mode, S_IFMT, and that of a regular file, S_IFREG.</summary>
    public const int TypeMask = 0xf000, RegularFile = 0x8000;

    /// <summary>Who may change a regular file besides root; null for nobody, and for other files: a pipe's content is its writer's.</summary>
    public string? ChangedBy => (Mode & TypeMask) != RegularFile ? null
        : User != 0 ? $"user {User}, whose it is"
        : (Mode & OthersMayWrite) != 0 ? "everybody"
        : (Mode & GroupMayWrite) != 0 && Group != 0 ? $"group {Group}"
        : null;
}
