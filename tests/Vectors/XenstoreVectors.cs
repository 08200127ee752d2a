using System.Text;
using Xenbus.Wire;

namespace XenFbFront.Tests.Vectors;

/// <summary>One message of the xenstore protocol.</summary>
/// <param name="Name">For people.</param>
/// <param name="Header">What the head says.</param>
/// <param name="Payload">What follows, ASCII.</param>
/// <param name="Bytes">The whole message.</param>
internal sealed record XenstoreVector(string Name, XenstoreHeader Header, string Payload, byte[] Bytes)
{
    public byte[] PayloadBytes => Encoding.ASCII.GetBytes(Payload);
}

/// <summary>Messages of every type, worked out from struct xsd_sockmsg in io/xs_wire.h and the payloads in Xen's docs/misc/xenstore.txt.</summary>
/// <remarks>In that document's notation, which the comments quote, a bar is a NUL. The head's words are native, here little-endian.</remarks>
internal static class XenstoreVectors
{
    public static IReadOnlyList<XenstoreVector> All { get; } =
    [
        new("CONTROL request", new(XenstoreMessageType.Control, 1, 0, 5), "help\0", Hex.Bytes("""
            00 00 00 00  # uint32_t type = XS_CONTROL
            01 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            05 00 00 00  # uint32_t len
            68 65 6c 70 00  # CONTROL <command>|[<parameters>|]
            """)),
        new("CONTROL reply", new(XenstoreMessageType.Control, 1, 0, 3), "OK\0", Hex.Bytes("""
            00 00 00 00  # uint32_t type = XS_CONTROL
            01 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # CONTROL <command>|[<parameters>|]  <reply>
            """)),
        new("DIRECTORY request", new(XenstoreMessageType.Directory, 2, 0, 7), "device\0", Hex.Bytes("""
            01 00 00 00  # uint32_t type = XS_DIRECTORY
            02 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            07 00 00 00  # uint32_t len
            64 65 76 69 63 65 00  # DIRECTORY <path>|
            """)),
        new("DIRECTORY reply", new(XenstoreMessageType.Directory, 2, 0, 9), "vfb\0vkbd\0", Hex.Bytes("""
            01 00 00 00  # uint32_t type = XS_DIRECTORY
            02 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            09 00 00 00  # uint32_t len
            76 66 62 00 76 6b 62 64 00  # DIRECTORY <path>|  <child-leaf-name>|*
            """)),
        new("DIRECTORY reply, no children", new(XenstoreMessageType.Directory, 2, 0, 0), "", Hex.Bytes("""
            01 00 00 00  # uint32_t type = XS_DIRECTORY
            02 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            00 00 00 00  # uint32_t len
            # DIRECTORY <path>|  <child-leaf-name>|*
            """)),
        new("READ request", new(XenstoreMessageType.Read, 3, 0, 19), "device/vfb/0/state\0", Hex.Bytes("""
            02 00 00 00  # uint32_t type = XS_READ
            03 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            13 00 00 00  # uint32_t len
            64 65 76 69 63 65 2f 76 66 62 2f 30 2f 73 74 61  # READ <path>|
            74 65 00
            """)),
        new("READ reply", new(XenstoreMessageType.Read, 3, 0, 1), "4", Hex.Bytes("""
            02 00 00 00  # uint32_t type = XS_READ
            03 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            01 00 00 00  # uint32_t len
            34  # READ <path>|  <value|>
            """)),
        new("READ reply, empty value", new(XenstoreMessageType.Read, 3, 0, 0), "", Hex.Bytes("""
            02 00 00 00  # uint32_t type = XS_READ
            03 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            00 00 00 00  # uint32_t len
            # READ <path>|  <value|>
            """)),
        new("GET_PERMS request", new(XenstoreMessageType.GetPermissions, 4, 0, 13), "device/vfb/0\0", Hex.Bytes("""
            03 00 00 00  # uint32_t type = XS_GET_PERMS
            04 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            0d 00 00 00  # uint32_t len
            64 65 76 69 63 65 2f 76 66 62 2f 30 00  # GET_PERMS <path>|
            """)),
        new("GET_PERMS reply", new(XenstoreMessageType.GetPermissions, 4, 0, 6), "n5\0r0\0", Hex.Bytes("""
            03 00 00 00  # uint32_t type = XS_GET_PERMS
            04 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            06 00 00 00  # uint32_t len
            6e 35 00 72 30 00  # GET_PERMS <path>|  <perm-as-string>|+
            """)),
        new("WATCH request", new(XenstoreMessageType.Watch, 5, 0, 16), "device/vfb/0\0w1\0", Hex.Bytes("""
            04 00 00 00  # uint32_t type = XS_WATCH
            05 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            10 00 00 00  # uint32_t len
            64 65 76 69 63 65 2f 76 66 62 2f 30 00 77 31 00  # WATCH <wpath>|<token>|?
            """)),
        new("WATCH reply", new(XenstoreMessageType.Watch, 5, 0, 3), "OK\0", Hex.Bytes("""
            04 00 00 00  # uint32_t type = XS_WATCH
            05 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("UNWATCH request", new(XenstoreMessageType.Unwatch, 6, 0, 16), "device/vfb/0\0w1\0", Hex.Bytes("""
            05 00 00 00  # uint32_t type = XS_UNWATCH
            06 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            10 00 00 00  # uint32_t len
            64 65 76 69 63 65 2f 76 66 62 2f 30 00 77 31 00  # UNWATCH <wpath>|<token>|?
            """)),
        new("UNWATCH reply", new(XenstoreMessageType.Unwatch, 6, 0, 3), "OK\0", Hex.Bytes("""
            05 00 00 00  # uint32_t type = XS_UNWATCH
            06 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("TRANSACTION_START request", new(XenstoreMessageType.TransactionStart, 7, 0, 1), "\0", Hex.Bytes("""
            06 00 00 00  # uint32_t type = XS_TRANSACTION_START
            07 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            01 00 00 00  # uint32_t len
            00  # TRANSACTION_START |
            """)),
        new("TRANSACTION_START reply", new(XenstoreMessageType.TransactionStart, 7, 0, 4), "258\0", Hex.Bytes("""
            06 00 00 00  # uint32_t type = XS_TRANSACTION_START
            07 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            04 00 00 00  # uint32_t len
            32 35 38 00  # TRANSACTION_START |  <transid>|
            """)),
        new("TRANSACTION_END request, commit", new(XenstoreMessageType.TransactionEnd, 8, 258, 2), "T\0", Hex.Bytes("""
            07 00 00 00  # uint32_t type = XS_TRANSACTION_END
            08 00 00 00  # uint32_t req_id
            02 01 00 00  # uint32_t tx_id
            02 00 00 00  # uint32_t len
            54 00  # TRANSACTION_END T|
            """)),
        new("TRANSACTION_END request, drop", new(XenstoreMessageType.TransactionEnd, 8, 258, 2), "F\0", Hex.Bytes("""
            07 00 00 00  # uint32_t type = XS_TRANSACTION_END
            08 00 00 00  # uint32_t req_id
            02 01 00 00  # uint32_t tx_id
            02 00 00 00  # uint32_t len
            46 00  # TRANSACTION_END F|
            """)),
        new("TRANSACTION_END reply", new(XenstoreMessageType.TransactionEnd, 8, 258, 3), "OK\0", Hex.Bytes("""
            07 00 00 00  # uint32_t type = XS_TRANSACTION_END
            08 00 00 00  # uint32_t req_id
            02 01 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("INTRODUCE request", new(XenstoreMessageType.Introduce, 9, 0, 9), "5\01044\03\0", Hex.Bytes("""
            08 00 00 00  # uint32_t type = XS_INTRODUCE
            09 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            09 00 00 00  # uint32_t len
            35 00 31 30 34 34 00 33 00  # INTRODUCE <domid>|<gfn>|<evtchn>|?
            """)),
        new("INTRODUCE reply", new(XenstoreMessageType.Introduce, 9, 0, 3), "OK\0", Hex.Bytes("""
            08 00 00 00  # uint32_t type = XS_INTRODUCE
            09 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("RELEASE request", new(XenstoreMessageType.Release, 10, 0, 2), "5\0", Hex.Bytes("""
            09 00 00 00  # uint32_t type = XS_RELEASE
            0a 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            02 00 00 00  # uint32_t len
            35 00  # RELEASE <domid>|
            """)),
        new("RELEASE reply", new(XenstoreMessageType.Release, 10, 0, 3), "OK\0", Hex.Bytes("""
            09 00 00 00  # uint32_t type = XS_RELEASE
            0a 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("GET_DOMAIN_PATH request", new(XenstoreMessageType.GetDomainPath, 11, 0, 2), "5\0", Hex.Bytes("""
            0a 00 00 00  # uint32_t type = XS_GET_DOMAIN_PATH
            0b 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            02 00 00 00  # uint32_t len
            35 00  # GET_DOMAIN_PATH <domid>|
            """)),
        new("GET_DOMAIN_PATH reply", new(XenstoreMessageType.GetDomainPath, 11, 0, 16), "/local/domain/5\0", Hex.Bytes("""
            0a 00 00 00  # uint32_t type = XS_GET_DOMAIN_PATH
            0b 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            10 00 00 00  # uint32_t len
            2f 6c 6f 63 61 6c 2f 64 6f 6d 61 69 6e 2f 35 00  # GET_DOMAIN_PATH <domid>|  <path>|
            """)),
        new("WRITE request", new(XenstoreMessageType.Write, 12, 258, 20), "device/vfb/0/state\03", Hex.Bytes("""
            0b 00 00 00  # uint32_t type = XS_WRITE
            0c 00 00 00  # uint32_t req_id
            02 01 00 00  # uint32_t tx_id
            14 00 00 00  # uint32_t len
            64 65 76 69 63 65 2f 76 66 62 2f 30 2f 73 74 61  # WRITE <path>|<value|>: the value has no NUL
            74 65 00 33
            """)),
        new("WRITE reply", new(XenstoreMessageType.Write, 12, 258, 3), "OK\0", Hex.Bytes("""
            0b 00 00 00  # uint32_t type = XS_WRITE
            0c 00 00 00  # uint32_t req_id
            02 01 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("MKDIR request", new(XenstoreMessageType.MakeDirectory, 13, 0, 13), "error/device\0", Hex.Bytes("""
            0c 00 00 00  # uint32_t type = XS_MKDIR
            0d 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            0d 00 00 00  # uint32_t len
            65 72 72 6f 72 2f 64 65 76 69 63 65 00  # MKDIR <path>|
            """)),
        new("MKDIR reply", new(XenstoreMessageType.MakeDirectory, 13, 0, 3), "OK\0", Hex.Bytes("""
            0c 00 00 00  # uint32_t type = XS_MKDIR
            0d 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("RM request", new(XenstoreMessageType.Remove, 14, 0, 13), "error/device\0", Hex.Bytes("""
            0d 00 00 00  # uint32_t type = XS_RM
            0e 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            0d 00 00 00  # uint32_t len
            65 72 72 6f 72 2f 64 65 76 69 63 65 00  # RM <path>|
            """)),
        new("RM reply", new(XenstoreMessageType.Remove, 14, 0, 3), "OK\0", Hex.Bytes("""
            0d 00 00 00  # uint32_t type = XS_RM
            0e 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("SET_PERMS request", new(XenstoreMessageType.SetPermissions, 15, 0, 13), "data/x\0n5\0b0\0", Hex.Bytes("""
            0e 00 00 00  # uint32_t type = XS_SET_PERMS
            0f 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            0d 00 00 00  # uint32_t len
            64 61 74 61 2f 78 00 6e 35 00 62 30 00  # SET_PERMS <path>|<perm-as-string>|+?
            """)),
        new("SET_PERMS reply", new(XenstoreMessageType.SetPermissions, 15, 0, 3), "OK\0", Hex.Bytes("""
            0e 00 00 00  # uint32_t type = XS_SET_PERMS
            0f 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("WATCH_EVENT, garbage in the numbers", new(XenstoreMessageType.WatchEvent, 0xdeadbeef, 0xffffffff, 22), "device/vfb/0/state\0w1\0", Hex.Bytes("""
            0f 00 00 00  # uint32_t type = XS_WATCH_EVENT
            ef be ad de  # uint32_t req_id
            ff ff ff ff  # uint32_t tx_id
            16 00 00 00  # uint32_t len
            64 65 76 69 63 65 2f 76 66 62 2f 30 2f 73 74 61  # WATCH_EVENT <epath>|<token>|
            74 65 00 77 31 00
            """)),
        new("ERROR", new(XenstoreMessageType.Error, 3, 0, 7), "ENOENT\0", Hex.Bytes("""
            10 00 00 00  # uint32_t type = XS_ERROR
            03 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            07 00 00 00  # uint32_t len
            45 4e 4f 45 4e 54 00  # ERROR <errorname>|
            """)),
        new("ERROR of a transaction", new(XenstoreMessageType.Error, 8, 258, 7), "EAGAIN\0", Hex.Bytes("""
            10 00 00 00  # uint32_t type = XS_ERROR
            08 00 00 00  # uint32_t req_id
            02 01 00 00  # uint32_t tx_id
            07 00 00 00  # uint32_t len
            45 41 47 41 49 4e 00  # ERROR <errorname>|
            """)),
        new("IS_DOMAIN_INTRODUCED request", new(XenstoreMessageType.IsDomainIntroduced, 16, 0, 2), "5\0", Hex.Bytes("""
            11 00 00 00  # uint32_t type = XS_IS_DOMAIN_INTRODUCED
            10 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            02 00 00 00  # uint32_t len
            35 00  # IS_DOMAIN_INTRODUCED <domid>|
            """)),
        new("IS_DOMAIN_INTRODUCED reply", new(XenstoreMessageType.IsDomainIntroduced, 16, 0, 2), "T\0", Hex.Bytes("""
            11 00 00 00  # uint32_t type = XS_IS_DOMAIN_INTRODUCED
            10 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            02 00 00 00  # uint32_t len
            54 00  # IS_DOMAIN_INTRODUCED <domid>|  T| or F|
            """)),
        new("RESUME request", new(XenstoreMessageType.Resume, 17, 0, 2), "5\0", Hex.Bytes("""
            12 00 00 00  # uint32_t type = XS_RESUME
            11 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            02 00 00 00  # uint32_t len
            35 00  # RESUME <domid>|
            """)),
        new("RESUME reply", new(XenstoreMessageType.Resume, 17, 0, 3), "OK\0", Hex.Bytes("""
            12 00 00 00  # uint32_t type = XS_RESUME
            11 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("SET_TARGET request", new(XenstoreMessageType.SetTarget, 18, 0, 4), "5\06\0", Hex.Bytes("""
            13 00 00 00  # uint32_t type = XS_SET_TARGET
            12 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            04 00 00 00  # uint32_t len
            35 00 36 00  # SET_TARGET <domid>|<tdomid>|
            """)),
        new("SET_TARGET reply", new(XenstoreMessageType.SetTarget, 18, 0, 3), "OK\0", Hex.Bytes("""
            13 00 00 00  # uint32_t type = XS_SET_TARGET
            12 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("RESET_WATCHES request", new(XenstoreMessageType.ResetWatches, 19, 0, 1), "\0", Hex.Bytes("""
            15 00 00 00  # uint32_t type = XS_RESET_WATCHES
            13 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            01 00 00 00  # uint32_t len
            00  # RESET_WATCHES |
            """)),
        new("RESET_WATCHES reply", new(XenstoreMessageType.ResetWatches, 19, 0, 3), "OK\0", Hex.Bytes("""
            15 00 00 00  # uint32_t type = XS_RESET_WATCHES
            13 00 00 00  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            03 00 00 00  # uint32_t len
            4f 4b 00  # success without data is OK|
            """)),
        new("DIRECTORY_PART request", new(XenstoreMessageType.DirectoryPart, 0xfffffffe, 0, 9), "device\00\0", Hex.Bytes("""
            16 00 00 00  # uint32_t type = XS_DIRECTORY_PART
            fe ff ff ff  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            09 00 00 00  # uint32_t len
            64 65 76 69 63 65 00 30 00  # DIRECTORY_PART <path>|<offset>|
            """)),
        new("DIRECTORY_PART reply", new(XenstoreMessageType.DirectoryPart, 0xfffffffe, 0, 13), "12\0vfb\0vkbd\0\0", Hex.Bytes("""
            16 00 00 00  # uint32_t type = XS_DIRECTORY_PART
            fe ff ff ff  # uint32_t req_id
            00 00 00 00  # uint32_t tx_id
            0d 00 00 00  # uint32_t len
            31 32 00 76 66 62 00 76 6b 62 64 00 00  # DIRECTORY_PART <path>|<offset>|  <gencnt>|<child-leaf-name>|*, a NUL more at the end of the list
            """)),
    ];
}
