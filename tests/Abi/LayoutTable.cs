using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xenbus.Devices;
using Xenbus.Linux;
using Xenbus.Linux.Interop;
using Xenbus.Wire;
using Xenbus.Wire.Fbif;
using Xenbus.Wire.Kbdif;
using XenFbFront.Content;
using XenFbFront.Content.Terminal;
using XenFbFront.Input;
using XenFbFront.Input.Console;
using XenFbFront.Input.Hid;
using XenFbFront.Input.Keys;
using XenFbFront.Vfb;
using XenFbFront.Vkbd;

namespace XenFbFront.Tests.Abi;

/// <summary>Layouts and numbers by hand from the headers. <see cref="LayoutTests"/> holds C# to them, <see cref="CompilerCheckTests"/> holds C to them.</summary>
/// <remarks>
/// <para>
/// A new struct: one <c>Struct&lt;T&gt;(C type, header, size, …)</c> in <see cref="Structs"/>, one line for each field:
/// <c>new(nameof(T.Field), "c_member", offset),</c>. A test fails for a struct with explicit layout, or for a field of one, without a row.
/// A layout that no header declares but that another version of this program reads: <c>Own&lt;T&gt;(size, …)</c>, its lines without a member.
/// </para>
/// <para>
/// A new constant: one <c>Constant(Type.NAME, value, "C expression", header),</c> in <see cref="Constants"/>; the C# name is taken from the first
/// argument. All members of the types in <see cref="CompleteTypes"/> need a row. A new ioctl: see <see cref="IoctlTable"/>.
/// </para>
/// <para>
/// A header is written as in <c>#include</c>. A new one that needs another before it gets that in <c>CompilerCheck.Prelude</c>.
/// </para>
/// </remarks>
internal static class LayoutTable
{
    private const string VtermHeader = "vterm.h";
    private const string Fbif = "xen/io/fbif.h", Kbdif = "xen/io/kbdif.h", XsWire = "xen/io/xs_wire.h", XenbusHeader = "xen/io/xenbus.h";
    private const string Evtchn = "xen/evtchn.h", Gntalloc = "xen/gntalloc.h", PrivcmdHeader = "xen/sys/privcmd.h", GrantTable = "xen/grant_table.h";
    private const string XenHeader = "xen/xen.h", BpfHeader = "linux/bpf.h", CapabilityHeader = "linux/capability.h";
    private const string ElfHeader = "elf.h";
    private const string ZlibHeader = "zlib.h";
    private const string Input = "linux/input.h", Uinput = "linux/uinput.h", Codes = "linux/input-event-codes.h", Uhid = "linux/uhid.h";
    private const string ErrnoHeader = "errno.h", PollHeader = "poll.h", EpollHeader = "sys/epoll.h", Fcntl = "fcntl.h", Socket = "sys/socket.h", Status = "sys/stat.h";

    /// <summary>Structs, with every field.</summary>
    public static IReadOnlyList<StructRow> Structs { get; } =
    [
        Struct<ZlibStream>("z_stream", ZlibHeader, 112,
        [
            new(nameof(ZlibStream.NextIn), "next_in", 0),
            new(nameof(ZlibStream.AvailableIn), "avail_in", 8),
            new(nameof(ZlibStream.TotalIn), "total_in", 16),
            new(nameof(ZlibStream.NextOut), "next_out", 24),
            new(nameof(ZlibStream.AvailableOut), "avail_out", 32),
            new(nameof(ZlibStream.TotalOut), "total_out", 40),
            new(nameof(ZlibStream.Message), "msg", 48),
            new(nameof(ZlibStream.State), "state", 56),
            new(nameof(ZlibStream.Allocate), "zalloc", 64),
            new(nameof(ZlibStream.Free), "zfree", 72),
            new(nameof(ZlibStream.Opaque), "opaque", 80),
            new(nameof(ZlibStream.DataType), "data_type", 88),
            new(nameof(ZlibStream.Checksum), "adler", 96),
            new(nameof(ZlibStream.Reserved), "reserved", 104),
        ]),

        Struct<FramebufferUpdate>("union xenfb_out_event", Fbif, 40,
        [
            new(nameof(FramebufferUpdate.Type), "update.type", 0),
            new(nameof(FramebufferUpdate.X), "update.x", 4),
            new(nameof(FramebufferUpdate.Y), "update.y", 8),
            new(nameof(FramebufferUpdate.Width), "update.width", 12),
            new(nameof(FramebufferUpdate.Height), "update.height", 16),
        ]),

        Struct<FramebufferResize>("union xenfb_out_event", Fbif, 40,
        [
            new(nameof(FramebufferResize.Type), "resize.type", 0),
            new(nameof(FramebufferResize.Width), "resize.width", 4),
            new(nameof(FramebufferResize.Height), "resize.height", 8),
            new(nameof(FramebufferResize.StrideBytes), "resize.stride", 12),
            new(nameof(FramebufferResize.Depth), "resize.depth", 16),
            new(nameof(FramebufferResize.OffsetBytes), "resize.offset", 20),
        ]),

        Struct<FramebufferRefreshPeriod>("union xenfb_in_event", Fbif, 40,
        [
            new(nameof(FramebufferRefreshPeriod.Type), "refresh_period.type", 0),
            new(nameof(FramebufferRefreshPeriod.PeriodMs), "refresh_period.period", 4),
        ]),

        Struct<KeyboardEvent>("union xenkbd_in_event", Kbdif, 40,
        [
            new(nameof(KeyboardEvent.Type), "type", 0),
            new(nameof(KeyboardEvent.Pressed), "key.pressed", 1),
            new(nameof(KeyboardEvent.Keycode), "key.keycode", 4),
            new(nameof(KeyboardEvent.RelativeX), "motion.rel_x", 4),
            new(nameof(KeyboardEvent.RelativeY), "motion.rel_y", 8),
            new(nameof(KeyboardEvent.RelativeZ), "motion.rel_z", 12),
            new(nameof(KeyboardEvent.AbsoluteX), "pos.abs_x", 4),
            new(nameof(KeyboardEvent.AbsoluteY), "pos.abs_y", 8),
            new(nameof(KeyboardEvent.PositionZ), "pos.rel_z", 12),
            new(nameof(KeyboardEvent.MultiTouch), "mtouch.event_type", 1),
            new(nameof(KeyboardEvent.ContactId), "mtouch.contact_id", 2),
            new(nameof(KeyboardEvent.TouchX), "mtouch.u.pos.abs_x", 8),
            new(nameof(KeyboardEvent.TouchY), "mtouch.u.pos.abs_y", 12),
            new(nameof(KeyboardEvent.Major), "mtouch.u.shape.major", 8),
            new(nameof(KeyboardEvent.Minor), "mtouch.u.shape.minor", 12),
            new(nameof(KeyboardEvent.Orientation), "mtouch.u.orientation", 8),
        ]),

        Struct<InputEvent>("struct input_event", Input, 24,
        [
            new(nameof(InputEvent.Type), "type", 16),
            new(nameof(InputEvent.Code), "code", 18),
            new(nameof(InputEvent.Value), "value", 20),
        ]),

        Struct<ProgramHeader>("Elf64_Phdr", ElfHeader, 56,
        [
            new(nameof(ProgramHeader.Type), "p_type", 0),
            new(nameof(ProgramHeader.Flags), "p_flags", 4),
            new(nameof(ProgramHeader.Address), "p_vaddr", 16),
            new(nameof(ProgramHeader.MemoryBytes), "p_memsz", 40),
        ]),

        Struct<PollDescriptor>("struct pollfd", PollHeader, 8,
        [
            new(nameof(PollDescriptor.Descriptor), "fd", 0),
            new(nameof(PollDescriptor.Events), "events", 4),
            new(nameof(PollDescriptor.Returned), "revents", 6),
        ]),

        Struct<IoVector>("struct iovec", "sys/uio.h", 16,
        [
            new(nameof(IoVector.Base), "iov_base", 0),
            new(nameof(IoVector.Length), "iov_len", 8),
        ]),

        Struct<MessageHeader>("struct msghdr", Socket, 56,
        [
            new(nameof(MessageHeader.Name), "msg_name", 0),
            new(nameof(MessageHeader.NameLength), "msg_namelen", 8),
            new(nameof(MessageHeader.Vectors), "msg_iov", 16),
            new(nameof(MessageHeader.VectorCount), "msg_iovlen", 24),
            new(nameof(MessageHeader.Control), "msg_control", 32),
            new(nameof(MessageHeader.ControlLength), "msg_controllen", 40),
            new(nameof(MessageHeader.Flags), "msg_flags", 48),
        ]),

        Struct<EvtchnBindVirq>("struct ioctl_evtchn_bind_virq", Evtchn, 4,
        [
            new(nameof(EvtchnBindVirq.Virq), "virq", 0),
        ]),

        Struct<EvtchnBindInterdomain>("struct ioctl_evtchn_bind_interdomain", Evtchn, 8,
        [
            new(nameof(EvtchnBindInterdomain.RemoteDomain), "remote_domain", 0),
            new(nameof(EvtchnBindInterdomain.RemotePort), "remote_port", 4),
        ]),

        Struct<EvtchnBindUnboundPort>("struct ioctl_evtchn_bind_unbound_port", Evtchn, 4,
        [
            new(nameof(EvtchnBindUnboundPort.RemoteDomain), "remote_domain", 0),
        ]),

        Struct<EvtchnUnbind>("struct ioctl_evtchn_unbind", Evtchn, 4,
        [
            new(nameof(EvtchnUnbind.Port), "port", 0),
        ]),

        Struct<EvtchnNotify>("struct ioctl_evtchn_notify", Evtchn, 4,
        [
            new(nameof(EvtchnNotify.Port), "port", 0),
        ]),

        Struct<GntallocAllocGref>("struct ioctl_gntalloc_alloc_gref", Gntalloc, 24,
        [
            new(nameof(GntallocAllocGref.DomainId), "domid", 0),
            new(nameof(GntallocAllocGref.Flags), "flags", 2),
            new(nameof(GntallocAllocGref.Count), "count", 4),
            new(nameof(GntallocAllocGref.Index), "index", 8),
            new(nameof(GntallocAllocGref.FirstReference), "gref_ids[0]", 16),
        ]),

        Struct<GntallocDeallocGref>("struct ioctl_gntalloc_dealloc_gref", Gntalloc, 16,
        [
            new(nameof(GntallocDeallocGref.Index), "index", 0),
            new(nameof(GntallocDeallocGref.Count), "count", 8),
        ]),

        Struct<GntallocUnmapNotify>("struct ioctl_gntalloc_unmap_notify", Gntalloc, 16,
        [
            new(nameof(GntallocUnmapNotify.Index), "index", 0),
            new(nameof(GntallocUnmapNotify.Action), "action", 8),
            new(nameof(GntallocUnmapNotify.EventChannelPort), "event_channel_port", 12),
        ]),

        Struct<PrivcmdHypercall>("struct privcmd_hypercall", PrivcmdHeader, 48,
        [
            new(nameof(PrivcmdHypercall.Operation), "op", 0),
            new(nameof(PrivcmdHypercall.Argument0), "arg[0]", 8),
            new(nameof(PrivcmdHypercall.Argument1), "arg[1]", 16),
            new(nameof(PrivcmdHypercall.Argument2), "arg[2]", 24),
        ]),

        // Addresses are numbers here, so that the struct can be made of whatever is pinned.
        Struct<PrivcmdMmapBatch>("struct privcmd_mmapbatch_v2", PrivcmdHeader, 32,
        [
            new(nameof(PrivcmdMmapBatch.Count), "num", 0),
            new(nameof(PrivcmdMmapBatch.DomainId), "dom", 4),
            new(nameof(PrivcmdMmapBatch.Address), "addr", 8),
            new(nameof(PrivcmdMmapBatch.Frames), "arr", 16),
            new(nameof(PrivcmdMmapBatch.Errors), "err", 24),
        ]),

        Struct<GrantTableSize>("struct gnttab_query_size", GrantTable, 16,
        [
            new(nameof(GrantTableSize.DomainId), "dom", 0),
            new(nameof(GrantTableSize.FrameCount), "nr_frames", 4),
            new(nameof(GrantTableSize.MaxFrameCount), "max_nr_frames", 8),
            new(nameof(GrantTableSize.Status), "status", 12),
        ]),

        Struct<GrantTableSetup>("struct gnttab_setup_table", GrantTable, 24,
        [
            new(nameof(GrantTableSetup.DomainId), "dom", 0),
            new(nameof(GrantTableSetup.FrameCount), "nr_frames", 4),
            new(nameof(GrantTableSetup.Status), "status", 8),
            new(nameof(GrantTableSetup.Frames), "frame_list.p", 16),
        ]),

        Struct<GrantTableVersion>("struct gnttab_get_version", GrantTable, 8,
        [
            new(nameof(GrantTableVersion.DomainId), "dom", 0),
            new(nameof(GrantTableVersion.Version), "version", 4),
        ]),

        Struct<GrantEntry>("struct grant_entry_v1", GrantTable, 8,
        [
            new(nameof(GrantEntry.Flags), "flags", 0),
            new(nameof(GrantEntry.DomainId), "domid", 2),
            new(nameof(GrantEntry.Frame), "frame", 4),
        ]),

        Struct<GrantEntry2>("union grant_entry_v2", GrantTable, 16,
        [
            new(nameof(GrantEntry2.Flags), "hdr.flags", 0),
            new(nameof(GrantEntry2.DomainId), "hdr.domid", 2),
            new(nameof(GrantEntry2.Frame), "full_page.frame", 8),
        ]),

        // The first bytes of union bpf_attr, whose size grows with the kernel's version: its offsets are among the constants.
        Own<BpfAttributes>(48,
        [
            new(nameof(BpfAttributes.MapType), null, 0),
            new(nameof(BpfAttributes.KeyBytes), null, 4),
            new(nameof(BpfAttributes.ValueBytes), null, 8),
            new(nameof(BpfAttributes.MaxEntries), null, 12),
            new(nameof(BpfAttributes.Map), null, 0),
            new(nameof(BpfAttributes.Key), null, 8),
            new(nameof(BpfAttributes.Value), null, 16),
            new(nameof(BpfAttributes.ProgramType), null, 0),
            new(nameof(BpfAttributes.InstructionCount), null, 4),
            new(nameof(BpfAttributes.Instructions), null, 8),
            new(nameof(BpfAttributes.Licence), null, 16),
            new(nameof(BpfAttributes.Program), null, 0),
            new(nameof(BpfAttributes.Returned), null, 4),
            new(nameof(BpfAttributes.PacketBytes), null, 8),
            new(nameof(BpfAttributes.Packet), null, 16),
            new(nameof(BpfAttributes.Repeat), null, 32),
        ]),

        Struct<UinputSetup>("struct uinput_setup", Uinput, 92,
        [
            new(nameof(UinputSetup.BusType), "id.bustype", 0),
            new(nameof(UinputSetup.Vendor), "id.vendor", 2),
            new(nameof(UinputSetup.Product), "id.product", 4),
            new(nameof(UinputSetup.Version), "id.version", 6),
            new(nameof(UinputSetup.Name), "name", 8),
            new(nameof(UinputSetup.ForceFeedbackEffects), "ff_effects_max", 88),
        ]),

        Struct<UinputAbsSetup>("struct uinput_abs_setup", Uinput, 28,
        [
            new(nameof(UinputAbsSetup.Code), "code", 0),
            new(nameof(UinputAbsSetup.Value), "absinfo.value", 4),
            new(nameof(UinputAbsSetup.Minimum), "absinfo.minimum", 8),
            new(nameof(UinputAbsSetup.Maximum), "absinfo.maximum", 12),
            new(nameof(UinputAbsSetup.Fuzz), "absinfo.fuzz", 16),
            new(nameof(UinputAbsSetup.Flat), "absinfo.flat", 20),
            new(nameof(UinputAbsSetup.Resolution), "absinfo.resolution", 24),
        ]),

        // A change of these two is a new ConnectionMemory.Version.
        Struct<VtermPosition>("VTermPos", VtermHeader, 8,
        [
            new(nameof(VtermPosition.Row), "row", 0),
            new(nameof(VtermPosition.Column), "col", 4),
        ]),
        Struct<VtermRectangle>("VTermRect", VtermHeader, 16,
        [
            new(nameof(VtermRectangle.StartRow), "start_row", 0),
            new(nameof(VtermRectangle.EndRow), "end_row", 4),
            new(nameof(VtermRectangle.StartColumn), "start_col", 8),
            new(nameof(VtermRectangle.EndColumn), "end_col", 12),
        ]),
        // VTermScreenCell has bit fields and unions, of which C tells no offset by name.
        Own<VtermCell>(40,
        [
            new(nameof(VtermCell.Characters), null, 0),
            new(nameof(VtermCell.Width), null, 24),
            new(nameof(VtermCell.Attributes), null, 28),
            new(nameof(VtermCell.Foreground), null, 32),
            new(nameof(VtermCell.Background), null, 36),
        ]),
        Own<TerminalInputState>(96,
        [
            new(nameof(TerminalInputState.QueueTail), null, 0),
            new(nameof(TerminalInputState.PointerX), null, 4),
            new(nameof(TerminalInputState.PointerY), null, 8),
            new(nameof(TerminalInputState.Keys), null, 16),
        ]),
        Own<TerminalModes>(72,
        [
            new(nameof(TerminalModes.Changed), null, 0),
            new(nameof(TerminalModes.SequenceLength), null, 4),
            new(nameof(TerminalModes.Sequence), null, 8),
        ]),
        Own<TerminalRecord>(328,
        [
            new(nameof(TerminalRecord.Magic), null, 0),
            new(nameof(TerminalRecord.Version), null, 4),
            new(nameof(TerminalRecord.Head), null, 8),
            new(nameof(TerminalRecord.Start), null, 16),
            new(nameof(TerminalRecord.Phase), null, 24),
            new(nameof(TerminalRecord.Deaths), null, 28),
            new(nameof(TerminalRecord.InputHead), null, 32),
            new(nameof(TerminalRecord.InputGeneration), null, 36),
            new(nameof(TerminalRecord.ProcessId), null, 40),
            new(nameof(TerminalRecord.Columns), null, 44),
            new(nameof(TerminalRecord.Rows), null, 46),
            new(nameof(TerminalRecord.Even), null, 48),
            new(nameof(TerminalRecord.Odd), null, 144),
            new(nameof(TerminalRecord.Modes), null, 240),
            new(nameof(TerminalRecord.Replaying), null, 312),
            new(nameof(TerminalRecord.DiedAt), null, 320),
        ]),
        Own<ConnectionRecord>(128,
        [
            new(nameof(ConnectionRecord.Phase), null, 0),
            new(nameof(ConnectionRecord.DeviceId), null, 4),
            new(nameof(ConnectionRecord.DeviceType), null, 8),
            new(nameof(ConnectionRecord.Port), null, 16),
            new(nameof(ConnectionRecord.IntentPort), null, 20),
            new(nameof(ConnectionRecord.AllocationCount), null, 24),
            new(nameof(ConnectionRecord.IntentPages), null, 28),
            new(nameof(ConnectionRecord.IntentIndex), null, 32),
            new(nameof(ConnectionRecord.Allocations), null, 40),
            new(nameof(ConnectionRecord.RetiredUntil), null, 104),
        ]),

        Own<ConnectionRecord.AllocationEntry>(16,
        [
            new(nameof(ConnectionRecord.AllocationEntry.Index), null, 0),
            new(nameof(ConnectionRecord.AllocationEntry.PageCount), null, 8),
        ]),

        Own<VfbNotes>(32,
        [
            new(nameof(VfbNotes.Size), null, 0),
            new(nameof(VfbNotes.Depth), null, 8),
            new(nameof(VfbNotes.DirectoryPages), null, 12),
            new(nameof(VfbNotes.Asked), null, 16),
            new(nameof(VfbNotes.SilentSince), null, 24),
        ]),

        Own<VkbdModes>(32,
        [
            new(nameof(VkbdModes.HasKeyboard), null, 0),
            new(nameof(VkbdModes.HasPointer), null, 1),
            new(nameof(VkbdModes.IsAbsolute), null, 2),
            new(nameof(VkbdModes.IsRaw), null, 3),
            new(nameof(VkbdModes.MaxX), null, 4),
            new(nameof(VkbdModes.MaxY), null, 8),
            new(nameof(VkbdModes.ContactCount), null, 12),
            new(nameof(VkbdModes.TouchMaxX), null, 16),
            new(nameof(VkbdModes.TouchMaxY), null, 20),
            new(nameof(VkbdModes.IsScaled), null, 24),
        ]),

        Own<VkbdState>(136,
        [
            new(nameof(VkbdState.Next), null, 0),
            new(nameof(VkbdState.Held), null, 16),
            new(nameof(VkbdState.Touching), null, 112),
            new(nameof(VkbdState.NextTrackingId), null, 120),
        ]),

        Own<KeyComposerState>(80,
        [
            new(nameof(KeyComposerState.Locked), null, 0),
            new(nameof(KeyComposerState.Latched), null, 1),
            new(nameof(KeyComposerState.LockBits), null, 2),
            new(nameof(KeyComposerState.IsComposing), null, 3),
            new(nameof(KeyComposerState.IsEnteringCode), null, 4),
            new(nameof(KeyComposerState.Code), null, 8),
            new(nameof(KeyComposerState.Pending), null, 12),
            new(nameof(KeyComposerState.Held), null, 16),
        ]),

        Own<ConsoleNotes>(176,
        [
            new(nameof(ConsoleNotes.Generation), null, 0),
            new(nameof(ConsoleNotes.DoneGeneration), null, 4),
            new(nameof(ConsoleNotes.Done), null, 8),
            new(nameof(ConsoleNotes.Even), null, 16),
            new(nameof(ConsoleNotes.Odd), null, 96),
        ]),

        Own<VkbdNotes>(352,
        [
            new(nameof(VkbdNotes.Generation), null, 0),
            new(nameof(VkbdNotes.IntentGeneration), null, 4),
            new(nameof(VkbdNotes.IntentRole), null, 8),
            new(nameof(VkbdNotes.IntentUntil), null, 12),
            new(nameof(VkbdNotes.IntentPosition), null, 16),
            new(nameof(VkbdNotes.IntentKey), null, 24),
            new(nameof(VkbdNotes.IntentKeyIsDown), null, 26),
            new(nameof(VkbdNotes.HasNoScreen), null, 27),
            new(nameof(VkbdNotes.Modes), null, 32),
            new(nameof(VkbdNotes.Even), null, 64),
            new(nameof(VkbdNotes.Odd), null, 208),
        ]),
    ];

    /// <summary>Types whose every constant, enum member or static 32-bit field needs a row in <see cref="Constants"/>.</summary>
    public static IReadOnlyList<Type> CompleteTypes { get; } =
    [
        typeof(FramebufferWire), typeof(FramebufferPage), typeof(KeyboardEventType), typeof(MultiTouchType), typeof(XenbusState),
        typeof(XenstoreMessageType), typeof(XenstoreHeader), typeof(Errno), typeof(PollEvents), typeof(OpenFlags), typeof(InputCodes),
        typeof(GntallocAllocGref), typeof(GntallocUnmapNotify), typeof(GrantEntry), typeof(BpfCode), typeof(Capability), typeof(InputEvent), typeof(UhidEvents), typeof(EpollEvents),
    ];

    /// <summary>Numbers.</summary>
    public static IReadOnlyList<ConstantRow> Constants { get; } =
    [
        // Framebuffer events.
        Constant(Zlib.Z_NO_FLUSH, 0, "Z_NO_FLUSH", ZlibHeader),
        Constant(Zlib.Z_OK, 0, "Z_OK", ZlibHeader),
        Constant(Zlib.Z_STREAM_END, 1, "Z_STREAM_END", ZlibHeader),
        Constant(Zlib.Z_BUF_ERROR, -5, "Z_BUF_ERROR", ZlibHeader),
        Constant(Zlib.GzipWindowBits, 31, "MAX_WBITS + 16", ZlibHeader),

        Constant(FramebufferWire.RefreshPeriodType, 1, "XENFB_TYPE_REFRESH_PERIOD", Fbif),
        Constant(FramebufferWire.UpdateType, 2, "XENFB_TYPE_UPDATE", Fbif),
        Constant(FramebufferWire.ResizeType, 3, "XENFB_TYPE_RESIZE", Fbif),
        Constant(FramebufferWire.NoRefresh, 0, "XENFB_NO_REFRESH", Fbif),
        Constant(FramebufferWire.DefaultWidth, 800, "XENFB_WIDTH", Fbif),
        Constant(FramebufferWire.DefaultHeight, 600, "XENFB_HEIGHT", Fbif),
        Constant(FramebufferWire.DefaultDepth, 32, "XENFB_DEPTH", Fbif),

        // Framebuffer page.
        Constant(FramebufferPage.WidthOffset, 16, "offsetof(struct xenfb_page, width)", Fbif),
        Constant(FramebufferPage.HeightOffset, 20, "offsetof(struct xenfb_page, height)", Fbif),
        Constant(FramebufferPage.LineBytesOffset, 24, "offsetof(struct xenfb_page, line_length)", Fbif),
        Constant(FramebufferPage.MemoryBytesOffset, 28, "offsetof(struct xenfb_page, mem_length)", Fbif),
        Constant(FramebufferPage.DepthOffset, 32, "offsetof(struct xenfb_page, depth)", Fbif),
        Constant(PageDirectory.Offset(ProtocolAbi.X86Bits64), 40, "offsetof(struct xenfb_page, pd)", Fbif),
        Constant(PageDirectory.Offset(ProtocolAbi.X86Bits32), 36, "offsetof(struct xenfb_page_32, pd)", Fbif),
        Constant(PageDirectory.Offset(ProtocolAbi.Arm), 40, "offsetof(struct xenfb_page, pd)", Fbif),
        Constant(ProtocolAbi.X86Bits64.FrameEntryBytes(), 8, "sizeof(((struct xenfb_page *)0)->pd[0])", Fbif),
        Constant(ProtocolAbi.X86Bits32.FrameEntryBytes(), 4, "sizeof(((struct xenfb_page_32 *)0)->pd[0])", Fbif),
        Constant(ProtocolAbi.Arm.FrameEntryBytes(), 8, "sizeof(((struct xenfb_page *)0)->pd[0])", Fbif),
        Constant(PageDirectory.MaxDirectoryPages(ProtocolAbi.X86Bits64), 123, "(XENFB_IN_RING_OFFS - offsetof(struct xenfb_page, pd)) / 8", Fbif),
        Constant(PageDirectory.MaxDirectoryPages(ProtocolAbi.X86Bits32), 247, "(XENFB_IN_RING_OFFS - offsetof(struct xenfb_page_32, pd)) / 4", Fbif),

        // Rings.
        Constant(EventRingLayout.SlotBytes, 40, "XENFB_OUT_EVENT_SIZE", Fbif),
        Constant(EventRingLayout.SlotBytes, 40, "XENFB_IN_EVENT_SIZE", Fbif),
        Constant(EventRingLayout.SlotBytes, 40, "XENKBD_IN_EVENT_SIZE", Kbdif),
        Constant(EventRingLayout.SlotBytes, 40, "XENKBD_OUT_EVENT_SIZE", Kbdif),
        Constant(EventRingLayout.FramebufferIn.ConsumerOffset, 0, "offsetof(struct xenfb_page, in_cons)", Fbif),
        Constant(EventRingLayout.FramebufferIn.ProducerOffset, 4, "offsetof(struct xenfb_page, in_prod)", Fbif),
        Constant(EventRingLayout.FramebufferIn.SlotsOffset, 1024, "XENFB_IN_RING_OFFS", Fbif),
        Constant(EventRingLayout.FramebufferIn.SlotCount, 25, "XENFB_IN_RING_LEN", Fbif),
        Constant(EventRingLayout.FramebufferOut.ConsumerOffset, 8, "offsetof(struct xenfb_page, out_cons)", Fbif),
        Constant(EventRingLayout.FramebufferOut.ProducerOffset, 12, "offsetof(struct xenfb_page, out_prod)", Fbif),
        Constant(EventRingLayout.FramebufferOut.SlotsOffset, 2048, "XENFB_OUT_RING_OFFS", Fbif),
        Constant(EventRingLayout.FramebufferOut.SlotCount, 51, "XENFB_OUT_RING_LEN", Fbif),
        Constant(EventRingLayout.KeyboardIn.ConsumerOffset, 0, "offsetof(struct xenkbd_page, in_cons)", Kbdif),
        Constant(EventRingLayout.KeyboardIn.ProducerOffset, 4, "offsetof(struct xenkbd_page, in_prod)", Kbdif),
        Constant(EventRingLayout.KeyboardIn.SlotsOffset, 1024, "XENKBD_IN_RING_OFFS", Kbdif),
        Constant(EventRingLayout.KeyboardIn.SlotCount, 51, "XENKBD_IN_RING_LEN", Kbdif),
        Constant(EventRingLayout.KeyboardOut.ConsumerOffset, 8, "offsetof(struct xenkbd_page, out_cons)", Kbdif),
        Constant(EventRingLayout.KeyboardOut.ProducerOffset, 12, "offsetof(struct xenkbd_page, out_prod)", Kbdif),
        Constant(EventRingLayout.KeyboardOut.SlotsOffset, 3072, "XENKBD_OUT_RING_OFFS", Kbdif),
        Constant(EventRingLayout.KeyboardOut.SlotCount, 25, "XENKBD_OUT_RING_LEN", Kbdif),

        // Keyboard events.
        Constant(KeyboardEventType.Motion, 1, "XENKBD_TYPE_MOTION", Kbdif),
        Constant(KeyboardEventType.Reserved, 2, "XENKBD_TYPE_RESERVED", Kbdif),
        Constant(KeyboardEventType.Key, 3, "XENKBD_TYPE_KEY", Kbdif),
        Constant(KeyboardEventType.Position, 4, "XENKBD_TYPE_POS", Kbdif),
        Constant(KeyboardEventType.MultiTouch, 5, "XENKBD_TYPE_MTOUCH", Kbdif),
        Constant(MultiTouchType.Down, 0, "XENKBD_MT_EV_DOWN", Kbdif),
        Constant(MultiTouchType.Up, 1, "XENKBD_MT_EV_UP", Kbdif),
        Constant(MultiTouchType.Motion, 2, "XENKBD_MT_EV_MOTION", Kbdif),
        Constant(MultiTouchType.Synchronise, 3, "XENKBD_MT_EV_SYN", Kbdif),
        Constant(MultiTouchType.Shape, 4, "XENKBD_MT_EV_SHAPE", Kbdif),
        Constant(MultiTouchType.Orientation, 5, "XENKBD_MT_EV_ORIENT", Kbdif),

        // Device states.
        Constant(XenbusState.Unknown, 0, "XenbusStateUnknown", XenbusHeader),
        Constant(XenbusState.Initialising, 1, "XenbusStateInitialising", XenbusHeader),
        Constant(XenbusState.InitWait, 2, "XenbusStateInitWait", XenbusHeader),
        Constant(XenbusState.Initialised, 3, "XenbusStateInitialised", XenbusHeader),
        Constant(XenbusState.Connected, 4, "XenbusStateConnected", XenbusHeader),
        Constant(XenbusState.Closing, 5, "XenbusStateClosing", XenbusHeader),
        Constant(XenbusState.Closed, 6, "XenbusStateClosed", XenbusHeader),
        Constant(XenbusState.Reconfiguring, 7, "XenbusStateReconfiguring", XenbusHeader),
        Constant(XenbusState.Reconfigured, 8, "XenbusStateReconfigured", XenbusHeader),

        // Xenstore: the head is written word by word, so the offsets are measured.
        Constant(XenstoreHeader.Bytes, 16, "sizeof(struct xsd_sockmsg)", XsWire),
        Constant(OffsetOf(new((XenstoreMessageType)uint.MaxValue, 0, 0, 0)), 0, "offsetof(struct xsd_sockmsg, type)", XsWire),
        Constant(OffsetOf(new(0, uint.MaxValue, 0, 0)), 4, "offsetof(struct xsd_sockmsg, req_id)", XsWire),
        Constant(OffsetOf(new(0, 0, uint.MaxValue, 0)), 8, "offsetof(struct xsd_sockmsg, tx_id)", XsWire),
        Constant(OffsetOf(new(0, 0, 0, uint.MaxValue)), 12, "offsetof(struct xsd_sockmsg, len)", XsWire),
        Constant(XenstoreHeader.MaxPayloadBytes, 4096, "XENSTORE_PAYLOAD_MAX", XsWire),
        Constant(XenstoreHeader.MaxAbsolutePathBytes, 3072, "XENSTORE_ABS_PATH_MAX", XsWire),
        Constant(XenstoreHeader.MaxRelativePathBytes, 2048, "XENSTORE_REL_PATH_MAX", XsWire),
        Constant(XenstoreMessageType.Control, 0, "XS_CONTROL", XsWire),
        Constant(XenstoreMessageType.Directory, 1, "XS_DIRECTORY", XsWire),
        Constant(XenstoreMessageType.Read, 2, "XS_READ", XsWire),
        Constant(XenstoreMessageType.GetPermissions, 3, "XS_GET_PERMS", XsWire),
        Constant(XenstoreMessageType.Watch, 4, "XS_WATCH", XsWire),
        Constant(XenstoreMessageType.Unwatch, 5, "XS_UNWATCH", XsWire),
        Constant(XenstoreMessageType.TransactionStart, 6, "XS_TRANSACTION_START", XsWire),
        Constant(XenstoreMessageType.TransactionEnd, 7, "XS_TRANSACTION_END", XsWire),
        Constant(XenstoreMessageType.Introduce, 8, "XS_INTRODUCE", XsWire),
        Constant(XenstoreMessageType.Release, 9, "XS_RELEASE", XsWire),
        Constant(XenstoreMessageType.GetDomainPath, 10, "XS_GET_DOMAIN_PATH", XsWire),
        Constant(XenstoreMessageType.Write, 11, "XS_WRITE", XsWire),
        Constant(XenstoreMessageType.MakeDirectory, 12, "XS_MKDIR", XsWire),
        Constant(XenstoreMessageType.Remove, 13, "XS_RM", XsWire),
        Constant(XenstoreMessageType.SetPermissions, 14, "XS_SET_PERMS", XsWire),
        Constant(XenstoreMessageType.WatchEvent, 15, "XS_WATCH_EVENT", XsWire),
        Constant(XenstoreMessageType.Error, 16, "XS_ERROR", XsWire),
        Constant(XenstoreMessageType.IsDomainIntroduced, 17, "XS_IS_DOMAIN_INTRODUCED", XsWire),
        Constant(XenstoreMessageType.Resume, 18, "XS_RESUME", XsWire),
        Constant(XenstoreMessageType.SetTarget, 19, "XS_SET_TARGET", XsWire),
        Constant(XenstoreMessageType.ResetWatches, 21, "XS_RESET_WATCHES", XsWire),
        Constant(XenstoreMessageType.DirectoryPart, 22, "XS_DIRECTORY_PART", XsWire),

        // Xen's devices.
        Constant(GntallocAllocGref.HeaderBytes, 16, "offsetof(struct ioctl_gntalloc_alloc_gref, gref_ids)", Gntalloc),
        Constant(GntallocAllocGref.GNTALLOC_FLAG_WRITABLE, 1, "GNTALLOC_FLAG_WRITABLE", Gntalloc),
        Constant(GntallocUnmapNotify.UNMAP_NOTIFY_CLEAR_BYTE, 1, "UNMAP_NOTIFY_CLEAR_BYTE", Gntalloc),
        Constant(GntallocUnmapNotify.UNMAP_NOTIFY_SEND_EVENT, 2, "UNMAP_NOTIFY_SEND_EVENT", Gntalloc),

        Constant(GrantEntry.GTF_type_mask, 3, "GTF_type_mask", GrantTable),
        Constant(GrantEntry.GTF_permit_access, 1, "GTF_permit_access", GrantTable),
        Constant(GrantTableFrames.GNTTABOP_setup_table, 2, "GNTTABOP_setup_table", GrantTable),
        Constant(GrantTableFrames.GNTTABOP_query_size, 6, "GNTTABOP_query_size", GrantTable),
        Constant(GrantTableFrames.GNTTABOP_get_version, 10, "GNTTABOP_get_version", GrantTable),
        Constant(GrantTableFrames.GNTTAB_RESERVED_CONSOLE, 0, "GNTTAB_RESERVED_CONSOLE", GrantTable),
        Constant(GrantTableFrames.GNTTAB_RESERVED_XENSTORE, 1, "GNTTAB_RESERVED_XENSTORE", GrantTable),
        Constant(GrantTableFrames.DOMID_SELF, 0x7ff0, "DOMID_SELF", XenHeader),
        Constant((long)Privcmd.GrantTableHypercall, 20, "__HYPERVISOR_grant_table_op", XenHeader),

        // eBPF.
        Named(BpfCode.BPF_MAP_CREATE, 0, BpfHeader),
        Named(BpfCode.BPF_MAP_LOOKUP_ELEM, 1, BpfHeader),
        Named(BpfCode.BPF_MAP_UPDATE_ELEM, 2, BpfHeader),
        Named(BpfCode.BPF_PROG_LOAD, 5, BpfHeader),
        Named(BpfCode.BPF_PROG_TEST_RUN, 10, BpfHeader),
        Named(BpfCode.BPF_MAP_TYPE_ARRAY, 2, BpfHeader),
        Named(BpfCode.BPF_PROG_TYPE_SOCKET_FILTER, 1, BpfHeader),
        Named(BpfCode.BPF_FUNC_map_lookup_elem, 1, BpfHeader),
        Named(BpfCode.BPF_FUNC_probe_read_kernel, 113, BpfHeader),
        Named(BpfCode.BPF_PSEUDO_MAP_FD, 1, BpfHeader),
        Constant(BpfCode.LoadConstant, 0x18, "BPF_LD | BPF_DW | BPF_IMM", BpfHeader),
        Constant(BpfCode.Load64, 0x79, "BPF_LDX | BPF_DW | BPF_MEM", BpfHeader),
        Constant(BpfCode.StoreConstant32, 0x62, "BPF_ST | BPF_W | BPF_MEM", BpfHeader),
        Constant(BpfCode.MoveConstant, 0xb7, "BPF_ALU64 | BPF_MOV | BPF_K", BpfHeader),
        Constant(BpfCode.Move, 0xbf, "BPF_ALU64 | BPF_MOV | BPF_X", BpfHeader),
        Constant(BpfCode.AddConstant, 0x07, "BPF_ALU64 | BPF_ADD | BPF_K", BpfHeader),
        Constant(BpfCode.JumpIfEqual, 0x15, "BPF_JMP | BPF_JEQ | BPF_K", BpfHeader),
        Constant(BpfCode.JumpIfAbove, 0x25, "BPF_JMP | BPF_JGT | BPF_K", BpfHeader),
        Constant(BpfCode.Call, 0x85, "BPF_JMP | BPF_CALL", BpfHeader),
        Constant(BpfCode.Exit, 0x95, "BPF_JMP | BPF_EXIT", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.MapType)), 0, "offsetof(union bpf_attr, map_type)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.KeyBytes)), 4, "offsetof(union bpf_attr, key_size)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.ValueBytes)), 8, "offsetof(union bpf_attr, value_size)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.MaxEntries)), 12, "offsetof(union bpf_attr, max_entries)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.Map)), 0, "offsetof(union bpf_attr, map_fd)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.Key)), 8, "offsetof(union bpf_attr, key)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.Value)), 16, "offsetof(union bpf_attr, value)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.ProgramType)), 0, "offsetof(union bpf_attr, prog_type)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.InstructionCount)), 4, "offsetof(union bpf_attr, insn_cnt)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.Instructions)), 8, "offsetof(union bpf_attr, insns)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.Licence)), 16, "offsetof(union bpf_attr, license)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.Program)), 0, "offsetof(union bpf_attr, test.prog_fd)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.Returned)), 4, "offsetof(union bpf_attr, test.retval)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.PacketBytes)), 8, "offsetof(union bpf_attr, test.data_size_in)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.Packet)), 16, "offsetof(union bpf_attr, test.data_in)", BpfHeader),
        Constant(BpfOffset(nameof(BpfAttributes.Repeat)), 32, "offsetof(union bpf_attr, test.repeat)", BpfHeader),
        Constant(Capability.DacOverride, 1, "CAP_DAC_OVERRIDE", CapabilityHeader),
        Constant(Capability.SysRawio, 17, "CAP_SYS_RAWIO", CapabilityHeader),
        Constant(Capability.SysAdmin, 21, "CAP_SYS_ADMIN", CapabilityHeader),
        Constant(Capability.SysResource, 24, "CAP_SYS_RESOURCE", CapabilityHeader),
        Constant(Capability.SysTtyConfig, 26, "CAP_SYS_TTY_CONFIG", CapabilityHeader),
        Constant(Capability.Syslog, 34, "CAP_SYSLOG", CapabilityHeader),
        Constant(Capability.Perfmon, 38, "CAP_PERFMON", CapabilityHeader),
        Constant(Capability.Bpf, 39, "CAP_BPF", CapabilityHeader),

        // Error numbers.
        Named(Errno.EPERM, 1, ErrnoHeader),
        Named(Errno.ENOENT, 2, ErrnoHeader),
        Named(Errno.ESRCH, 3, ErrnoHeader),
        Named(Errno.EINTR, 4, ErrnoHeader),
        Named(Errno.EIO, 5, ErrnoHeader),
        Named(Errno.ENXIO, 6, ErrnoHeader),
        Named(Errno.E2BIG, 7, ErrnoHeader),
        Named(Errno.EBADF, 9, ErrnoHeader),
        Named(Errno.ECHILD, 10, ErrnoHeader),
        Named(Errno.EAGAIN, 11, ErrnoHeader),
        Named(Errno.ENOMEM, 12, ErrnoHeader),
        Named(Errno.EACCES, 13, ErrnoHeader),
        Named(Errno.EFAULT, 14, ErrnoHeader),
        Named(Errno.EBUSY, 16, ErrnoHeader),
        Named(Errno.EEXIST, 17, ErrnoHeader),
        Named(Errno.ENODEV, 19, ErrnoHeader),
        Named(Errno.EISDIR, 21, ErrnoHeader),
        Named(Errno.EINVAL, 22, ErrnoHeader),
        Named(Errno.ENFILE, 23, ErrnoHeader),
        Named(Errno.EMFILE, 24, ErrnoHeader),
        Named(Errno.ENOTTY, 25, ErrnoHeader),
        Named(Errno.EFBIG, 27, ErrnoHeader),
        Named(Errno.ENOSPC, 28, ErrnoHeader),
        Named(Errno.EROFS, 30, ErrnoHeader),
        Named(Errno.EPIPE, 32, ErrnoHeader),
        Named(Errno.ERANGE, 34, ErrnoHeader),
        Named(Errno.ENOSYS, 38, ErrnoHeader),
        Named(Errno.ENOTEMPTY, 39, ErrnoHeader),
        Named(Errno.ECONNRESET, 104, ErrnoHeader),
        Named(Errno.EISCONN, 106, ErrnoHeader),
        Named(Errno.EADDRINUSE, 98, ErrnoHeader),
        Named(Errno.ENOTCONN, 107, ErrnoHeader),
        Named(Errno.ETIMEDOUT, 110, ErrnoHeader),
        Named(Errno.ECONNREFUSED, 111, ErrnoHeader),

        // poll, epoll, open, sockets. The loop hands poll's bits to epoll, so both spellings are checked.
        Named(PollEvents.POLLIN, 1, PollHeader),
        Named(PollEvents.POLLPRI, 2, PollHeader),
        Named(PollEvents.POLLOUT, 4, PollHeader),
        Named(PollEvents.POLLERR, 8, PollHeader),
        Named(PollEvents.POLLHUP, 16, PollHeader),
        Named(PollEvents.EPOLLONESHOT, 0x40000000, EpollHeader),
        Constant(PollEvents.POLLIN, 1, "EPOLLIN", EpollHeader),
        Constant(PollEvents.POLLPRI, 2, "EPOLLPRI", EpollHeader),
        Constant(PollEvents.POLLOUT, 4, "EPOLLOUT", EpollHeader),
        Constant(PollEvents.POLLERR, 8, "EPOLLERR", EpollHeader),
        Constant(PollEvents.POLLHUP, 16, "EPOLLHUP", EpollHeader),
        Constant(OpenFlags.ReadOnly, 0, "O_RDONLY", Fcntl),
        Constant(OpenFlags.WriteOnly, 1, "O_WRONLY", Fcntl),
        Constant(OpenFlags.ReadWrite, 2, "O_RDWR", Fcntl),
        Constant(OpenFlags.Create, 0x40, "O_CREAT", Fcntl),
        Constant(OpenFlags.Exclusive, 0x80, "O_EXCL", Fcntl),
        Constant(OpenFlags.NoControllingTerminal, 0x100, "O_NOCTTY", Fcntl),
        Constant(OpenFlags.Truncate, 0x200, "O_TRUNC", Fcntl),
        Constant(OpenFlags.Append, 0x400, "O_APPEND", Fcntl),
        Constant(OpenFlags.NonBlocking, 0x800, "O_NONBLOCK", Fcntl),
        Constant(OpenFlags.NoLinksOnX64, 0x20000, "O_NOFOLLOW", Fcntl) with { Only = Architecture.X64 },
        Constant(OpenFlags.NoLinksOnArm64, 0x8000, "O_NOFOLLOW", Fcntl) with { Only = Architecture.Arm64 },
        Constant(OpenFlags.CloseOnExec, 0x80000, "O_CLOEXEC", Fcntl),
        Constant(Libc.Stream, 1, "SOCK_STREAM", Socket),
        Constant(Libc.SequencedPacket, 5, "SOCK_SEQPACKET", Socket),
        Constant(Libc.MaxPassedDescriptors, 253, null, "net/scm.h of the kernel"),

        Constant(FileStatus.Bytes, 256, "sizeof(struct statx)", Status),
        Constant(FileStatus.UserOffset, 20, "offsetof(struct statx, stx_uid)", Status),
        Constant(FileStatus.GroupOffset, 24, "offsetof(struct statx, stx_gid)", Status),
        Constant(FileStatus.ModeOffset, 28, "offsetof(struct statx, stx_mode)", Status),
        Constant(FileStatus.TypeModeUserGroup, 0x1b, "STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID", Status),
        Constant(FileStatus.GroupMayWrite, 0x10, "S_IWGRP", Status),
        Constant(FileStatus.OthersMayWrite, 0x2, "S_IWOTH", Status),
        Constant(FileStatus.TypeMask, 0xf000, "S_IFMT", Status),
        Constant(FileStatus.RegularFile, 0x8000, "S_IFREG", Status),

        // Packed on x86-64 so that 32- and 64-bit programs agree.
        Constant(EpollEvents.EntryBytesOnX64, 12, "sizeof(struct epoll_event)", EpollHeader) with { Only = Architecture.X64 },
        Constant(EpollEvents.EntryBytesOnArm64, 16, "sizeof(struct epoll_event)", EpollHeader) with { Only = Architecture.Arm64 },
        Constant(EpollEvents.DataOffsetOnX64, 4, "offsetof(struct epoll_event, data.u64)", EpollHeader) with { Only = Architecture.X64 },
        Constant(EpollEvents.DataOffsetOnArm64, 8, "offsetof(struct epoll_event, data.u64)", EpollHeader) with { Only = Architecture.Arm64 },

        // What is kept of capabilities.
        Named(Libc._LINUX_CAPABILITY_VERSION_3, 0x20080522, CapabilityHeader),
        Named(Libc.PR_GET_NO_NEW_PRIVS, 39, "linux/prctl.h"),
        Named(Libc.PR_GET_SECUREBITS, 27, "linux/prctl.h"),
        Named(Libc.PT_LOAD, 1, ElfHeader),
        Named(Libc.PT_PHDR, 6, ElfHeader),
        Named(Libc.PF_X, 1, ElfHeader),
        Named(Libc.AT_PHDR, 3, ElfHeader),
        Named(Libc.AT_PHNUM, 5, ElfHeader),
        Named(Libc.MADV_DONTNEED, 4, "sys/mman.h"),
        Constant(Libc.SECBIT_NOROOT, 1, "SECBIT_NOROOT", "linux/securebits.h"),

        // Input.
        Constant(InputEvent.Bytes, 24, "sizeof(struct input_event)", Input),
        Constant(UinputRequests.KeyStateBytes, 96, "(KEY_MAX + 1) / 8", Input),
        Named(UhidEvents.UHID_DESTROY, 1, Uhid),
        Named(UhidEvents.UHID_START, 2, Uhid),
        Named(UhidEvents.UHID_OUTPUT, 6, Uhid),
        Named(UhidEvents.UHID_GET_REPORT, 9, Uhid),
        Named(UhidEvents.UHID_GET_REPORT_REPLY, 10, Uhid),
        Named(UhidEvents.UHID_CREATE2, 11, Uhid),
        Named(UhidEvents.UHID_INPUT2, 12, Uhid),
        Named(UhidEvents.UHID_SET_REPORT, 13, Uhid),
        Named(UhidEvents.UHID_SET_REPORT_REPLY, 14, Uhid),
        Constant(UhidEvents.EventBytes, 4380, "sizeof(struct uhid_event)", Uhid),
        Constant(UhidEvents.PayloadOffset, 4, "offsetof(struct uhid_event, u)", Uhid),
        Constant(UhidEvents.CreateNameOffset, 4, "offsetof(struct uhid_event, u.create2.name)", Uhid),
        Constant(UhidEvents.NameBytes, 128, "sizeof(((struct uhid_event *)0)->u.create2.name)", Uhid),
        Constant(UhidEvents.CreatePhysOffset, 132, "offsetof(struct uhid_event, u.create2.phys)", Uhid),
        Constant(UhidEvents.PhysBytes, 64, "sizeof(((struct uhid_event *)0)->u.create2.phys)", Uhid),
        Constant(UhidEvents.CreateSizeOffset, 260, "offsetof(struct uhid_event, u.create2.rd_size)", Uhid),
        Constant(UhidEvents.CreateBusOffset, 262, "offsetof(struct uhid_event, u.create2.bus)", Uhid),
        Constant(UhidEvents.CreateVendorOffset, 264, "offsetof(struct uhid_event, u.create2.vendor)", Uhid),
        Constant(UhidEvents.CreateProductOffset, 268, "offsetof(struct uhid_event, u.create2.product)", Uhid),
        Constant(UhidEvents.CreateDescriptorOffset, 280, "offsetof(struct uhid_event, u.create2.rd_data)", Uhid),
        Constant(UhidEvents.InputSizeOffset, 4, "offsetof(struct uhid_event, u.input2.size)", Uhid),
        Constant(UhidEvents.InputDataOffset, 6, "offsetof(struct uhid_event, u.input2.data)", Uhid),
        Constant(UhidEvents.OutputDataOffset, 4, "offsetof(struct uhid_event, u.output.data)", Uhid),
        Constant(UhidEvents.OutputSizeOffset, 4100, "offsetof(struct uhid_event, u.output.size)", Uhid),
        Constant(UhidEvents.RequestIdOffset, 4, "offsetof(struct uhid_event, u.get_report.id)", Uhid),
        Constant(UhidEvents.RequestIdOffset, 4, "offsetof(struct uhid_event, u.set_report.id)", Uhid),
        Constant(UhidEvents.ReplyErrorOffset, 8, "offsetof(struct uhid_event, u.get_report_reply.err)", Uhid),
        Constant(UhidEvents.ReplyErrorOffset, 8, "offsetof(struct uhid_event, u.set_report_reply.err)", Uhid),
        Constant(UhidEvents.ReplyBytes, 10, "offsetof(struct uhid_event, u.get_report_reply.size)", Uhid),
        Named(InputCodes.EV_SYN, 0x00, Codes),
        Named(InputCodes.EV_KEY, 0x01, Codes),
        Named(InputCodes.EV_REL, 0x02, Codes),
        Named(InputCodes.EV_ABS, 0x03, Codes),
        Named(InputCodes.EV_MSC, 0x04, Codes),
        Named(InputCodes.EV_LED, 0x11, Codes),
        Named(InputCodes.EV_REP, 0x14, Codes),
        Named(InputCodes.SYN_REPORT, 0, Codes),
        Named(InputCodes.REL_X, 0x00, Codes),
        Named(InputCodes.REL_Y, 0x01, Codes),
        Named(InputCodes.REL_WHEEL, 0x08, Codes),
        Named(InputCodes.REL_WHEEL_HI_RES, 0x0b, Codes),
        Named(InputCodes.ABS_X, 0x00, Codes),
        Named(InputCodes.ABS_Y, 0x01, Codes),
        Named(InputCodes.ABS_MT_SLOT, 0x2f, Codes),
        Named(InputCodes.ABS_MT_TOUCH_MAJOR, 0x30, Codes),
        Named(InputCodes.ABS_MT_TOUCH_MINOR, 0x31, Codes),
        Named(InputCodes.ABS_MT_ORIENTATION, 0x34, Codes),
        Named(InputCodes.ABS_MT_POSITION_X, 0x35, Codes),
        Named(InputCodes.ABS_MT_POSITION_Y, 0x36, Codes),
        Named(InputCodes.ABS_MT_TRACKING_ID, 0x39, Codes),
        Named(InputCodes.BTN_LEFT, 0x110, Codes),
        Named(InputCodes.BTN_RIGHT, 0x111, Codes),
        Named(InputCodes.BTN_MIDDLE, 0x112, Codes),
        Named(InputCodes.BTN_TASK, 0x117, Codes),
        Named(InputCodes.BTN_TOUCH, 0x14a, Codes),
        Named(InputCodes.KEY_MAX, 0x2ff, Codes),
        Named(InputCodes.LED_NUML, 0x00, Codes),
        Named(InputCodes.LED_CAPSL, 0x01, Codes),
        Named(InputCodes.LED_SCROLLL, 0x02, Codes),
        Named(InputCodes.INPUT_PROP_POINTER, 0x00, Codes),
        Named(InputCodes.INPUT_PROP_DIRECT, 0x01, Codes),
    ];

    /// <summary>Texts.</summary>
    public static IReadOnlyList<TextRow> Texts { get; } =
    [
        new("ProtocolAbi.X86Bits64", ProtocolAbi.X86Bits64.Name(), "x86_64-abi", "XEN_IO_PROTO_ABI_X86_64", "xen/io/protocols.h"),
        new("ProtocolAbi.X86Bits32", ProtocolAbi.X86Bits32.Name(), "x86_32-abi", "XEN_IO_PROTO_ABI_X86_32", "xen/io/protocols.h"),
        new("ProtocolAbi.Arm", ProtocolAbi.Arm.Name(), "arm-abi", "XEN_IO_PROTO_ABI_ARM", "xen/io/protocols.h"),
    ];

    private static StructRow Struct<T>(string cType, string header, int bytes, FieldRow[] fields)
        where T : unmanaged => new(typeof(T), Unsafe.SizeOf<T>(), cType, header, bytes, fields);

    private static StructRow Own<T>(int bytes, FieldRow[] fields)
        where T : unmanaged => new(typeof(T), Unsafe.SizeOf<T>(), null, string.Empty, bytes, fields);

    private static ConstantRow Constant(
        long value, long expected, string? cExpression, string header, [CallerArgumentExpression(nameof(value))] string name = "") =>
        new(name, value, expected, cExpression, header);

    private static ConstantRow Constant<T>(
        T value, long expected, string? cExpression, string header, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum => new(name, Convert.ToInt64(value), expected, cExpression, header);

    /// <summary>A constant that is spelled in C# as in C.</summary>
    private static ConstantRow Named(long value, long expected, string header, [CallerArgumentExpression(nameof(value))] string name = "") =>
        new(name, value, expected, name[(name.LastIndexOf('.') + 1)..], header);

    private static long BpfOffset(string field) => Marshal.OffsetOf<BpfAttributes>(field);

    /// <summary>Where the one word that is not zero lies.</summary>
    private static int OffsetOf(XenstoreHeader header)
    {
        Span<byte> bytes = stackalloc byte[XenstoreHeader.Bytes];
        header.Write(bytes);
        return bytes.IndexOfAnyExcept((byte)0);
    }
}
