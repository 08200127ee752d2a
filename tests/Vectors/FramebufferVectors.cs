namespace XenFbFront.Tests.Vectors;

/// <summary>Framebuffer events and pages, worked out from io/fbif.h of Xen 4.17.</summary>
internal static class FramebufferVectors
{
    /// <summary>UPDATE of 640 x 1 pixels at (-1, 258).</summary>
    public static byte[] Update { get; } = Hex.Bytes("""
        02 00*3      # struct xenfb_update: uint8_t type = XENFB_TYPE_UPDATE; three bytes of padding
        ff ff ff ff  # int32_t x = -1
        02 01 00 00  # int32_t y = 258
        80 02 00 00  # int32_t width = 640
        01 00 00 00  # int32_t height = 1
        00*20        # union xenfb_out_event: char pad[XENFB_OUT_EVENT_SIZE], 40 in all
        """);

    /// <summary>RESIZE to 1920 x 1080, 7680 bytes a row, 32 bits, from byte 8294400 on.</summary>
    public static byte[] Resize { get; } = Hex.Bytes("""
        03 00*3      # struct xenfb_resize: uint8_t type = XENFB_TYPE_RESIZE; three bytes of padding
        80 07 00 00  # int32_t width = 1920
        38 04 00 00  # int32_t height = 1080
        00 1e 00 00  # int32_t stride = 7680 bytes
        20 00 00 00  # int32_t depth = 32 bits
        00 90 7e 00  # int32_t offset = 8294400 = 1920 * 1080 * 4
        00*16        # union xenfb_out_event: char pad[XENFB_OUT_EVENT_SIZE], 40 in all
        """);

    /// <summary>REFRESH_PERIOD of 13333 ms, as QEMU sends for a viewer that names no rate.</summary>
    public static byte[] RefreshPeriod { get; } = Hex.Bytes("""
        01 00*3      # struct xenfb_refresh_period: uint8_t type = XENFB_TYPE_REFRESH_PERIOD; three bytes of padding
        15 34 00 00  # uint32_t period = 13333 ms
        00*32        # union xenfb_in_event: char pad[XENFB_IN_EVENT_SIZE], 40 in all
        """);

    /// <summary>REFRESH_PERIOD that says nobody is looking.</summary>
    public static byte[] NoRefresh { get; } = Hex.Bytes("""
        01 00*3      # struct xenfb_refresh_period: uint8_t type = XENFB_TYPE_REFRESH_PERIOD; three bytes of padding
        00 00 00 00  # uint32_t period = XENFB_NO_REFRESH
        00*32        # union xenfb_in_event: char pad[XENFB_IN_EVENT_SIZE], 40 in all
        """);

    /// <summary>Shared page of 800 x 600 x 32 in the 64-bit ABI with one directory page at frame 0x123456789 (beyond 32 bits).</summary>
    public static byte[] Page64 { get; } = Hex.Bytes("""
        00*16                    # struct xenfb_page: uint32_t in_cons, in_prod, out_cons, out_prod
        20 03 00 00              # int32_t width = 800
        58 02 00 00              # int32_t height = 600
        80 0c 00 00              # uint32_t line_length = 3200
        00 4c 1d 00              # uint32_t mem_length = 1920000 = 3200 * 600
        20                       # uint8_t depth = 32
        00*7                     # padding: unsigned long is aligned to 8 on x86-64
        89 67 45 23 01 00 00 00  # unsigned long pd[0]
        00*976                   # pd[1] to pd[122], the last before XENFB_IN_RING_OFFS = 1024
        00*3072                  # both rings
        """);

    /// <summary>The same page in the 32-bit ABI, directory pages at frames 0xfffffffe and 0x10.</summary>
    public static byte[] Page32 { get; } = Hex.Bytes("""
        00*16        # struct xenfb_page: uint32_t in_cons, in_prod, out_cons, out_prod
        20 03 00 00  # int32_t width = 800
        58 02 00 00  # int32_t height = 600
        80 0c 00 00  # uint32_t line_length = 3200
        00 4c 1d 00  # uint32_t mem_length = 1920000
        20           # uint8_t depth = 32
        00*3         # padding: unsigned long is aligned to 4 on x86-32
        fe ff ff ff  # unsigned long pd[0], 4 bytes
        10 00 00 00  # unsigned long pd[1]
        00*980       # pd[2] to pd[246], the last before XENFB_IN_RING_OFFS = 1024
        00*3072      # both rings
        """);

    /// <summary>Directory page of three pixel pages, 64-bit: frames 1, 0x7766554433221100, 0xffffffff.</summary>
    public static byte[] Directory64 { get; } = Hex.Bytes("""
        01 00 00 00 00 00 00 00  # fbif.h: a directory page holds PAGE_SIZE / sizeof(*pd) = 512 frame numbers
        00 11 22 33 44 55 66 77
        ff ff ff ff 00 00 00 00
        00*4072                  # unused entries
        """);

    /// <summary>Two directory pages of 1026 pixel pages, 32-bit: frames 0x1000 and up.</summary>
    public static byte[] Directory32Start { get; } = Hex.Bytes("""
        00 10 00 00  # fbif.h: a directory page holds PAGE_SIZE / sizeof(*pd) = 1024 frame numbers
        01 10 00 00
        02 10 00 00
        """);

    /// <summary>What follows at byte 4096 of <see cref="Directory32Start"/>: entries 1024 and 1025, then unused ones.</summary>
    public static byte[] Directory32SecondPage { get; } = Hex.Bytes("""
        00 14 00 00
        01 14 00 00
        00*4088
        """);
}
