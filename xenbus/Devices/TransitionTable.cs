using Xenbus.Wire;
using static Xenbus.Devices.DeviceAction;
using static Xenbus.Wire.XenbusState;

namespace Xenbus.Devices;

/// <summary>The device state machine: pure and total.</summary>
/// <remarks>
/// Level-triggered: asked after every change, and again after every action, with what xenstore says now. It must work with QEMU's xenfb, whose
/// rules shape the rows (hw/xen/xen-legacy-backend.c): it looks at our details only in InitWait, answers Closing and Closed with the same state,
/// starts over only from Closed and only after it saw us in Initialising, and keeps Connected when we go back without closing.
/// </remarks>
public static class TransitionTable
{
    /// <summary>Decides.</summary>
    /// <param name="goal">What is wanted.</param>
    /// <param name="ours">State in our directory.</param>
    /// <param name="theirs">State in the backend's directory; <see cref="Unknown"/> when the directory or the node is absent.</param>
    /// <param name="publication">Whose details stand in our directory.</param>
    /// <param name="isOnline">The backend's <c>online</c> node is not 0: the toolstack means the device to stay.</param>
    public static DeviceAction Decide(DeviceGoal goal, XenbusState ours, XenbusState theirs, Publication publication, bool isOnline) => goal switch
    {
        DeviceGoal.Run => publication == Publication.Ours ? RunOurs(ours, theirs, isOnline) : RunFresh(ours, theirs, publication, isOnline),
        DeviceGoal.Stop => publication == Publication.Ours ? StopOurs(ours, theirs) : Done,
    };

    /// <summary>Whether <c>online</c> makes a difference, so that it has to be read.</summary>
    /// <param name="theirs">State in the backend's directory.</param>
    public static bool AsksWhetherOnline(XenbusState theirs) => theirs is Closed or Reconfiguring or Reconfigured;

    /// <summary>Decides for a device that a kernel driver holds and that is to be taken from it.</summary>
    /// <remarks>
    /// The kernel frees the driver's pages at the moment of unbinding, so the backend has to be made to let go of them first, as it would be by the
    /// driver itself: by our state, which the driver does not look at. A backend that answers Closing makes the driver write Closed
    /// (<c>xenbus_frontend_closed</c>); a backend that is Closed looks at the device again only in our state Initialising.
    /// </remarks>
    /// <param name="ours">State in our directory, the driver's or what was written over it.</param>
    /// <param name="theirs">State in the backend's directory.</param>
    /// <returns><see cref="Release"/> when the backend has let go: unbind the driver now. Else a state to write, or Wait.</returns>
    public static DeviceAction DecideTaking(XenbusState ours, XenbusState theirs) => theirs switch
    {
        Unknown or Closed => ours == Closed ? Release : FinishClose,
        // Not Closing: a backend that is not connected has nothing to close, and may be about to map what the driver published.
        Initialising or InitWait or Initialised or Closing => ours == Closed ? Wait : FinishClose,
        Connected or Reconfiguring or Reconfigured => ours is Closing or Closed ? Wait : BeginClose,
    };

    /// <summary>We hold pages and a port that the backend knows or may know.</summary>
    private static DeviceAction RunOurs(XenbusState ours, XenbusState theirs, bool isOnline) => theirs switch
    {
        // The backend's directory is gone: nobody maps our pages any more.
        Unknown => ours == Closed ? Release : FinishClose,

        // A new backend has begun; what the old one mapped went with its process.
        Initialising => Restart,

        InitWait or Initialised => ours switch
        {
            Initialised => Wait,
            // It went back without closing: a new backend again, which has never seen our details.
            Connected => Restart,
            Closing => FinishClose,
            Closed => Wait,
            // Our publishing was cut short, or our state was taken back by the toolstack.
            Unknown or Initialising or InitWait or Reconfiguring or Reconfigured => Restart,
        },

        Connected => ours switch
        {
            Initialised => Connect,
            Connected => Refresh,
            Closing or Closed => Wait,
            // It uses our pages while our state says that there are none: close in order.
            Unknown or Initialising or InitWait or Reconfiguring or Reconfigured => BeginClose,
        },

        Closing => ours == Closed ? Wait : FinishClose,
        Closed => ours == Closed ? Release : FinishClose,
        Reconfiguring or Reconfigured => isOnline || ours == Closed ? Wait : FinishClose,
    };

    /// <summary>We hold nothing.</summary>
    private static DeviceAction RunFresh(XenbusState ours, XenbusState theirs, Publication publication, bool isOnline) => theirs switch
    {
        Unknown => Wait,

        Initialising => ours == Initialising && publication == Publication.None ? Wait : Restart,

        InitWait => ours switch
        {
            Initialising => publication == Publication.None ? Publish : FinishClose,
            // Details of a predecessor may have bound QEMU to its old port, which it never rebinds without seeing us Closed.
            Initialised or Connected or Closing => FinishClose,
            Closed => publication == Publication.None ? Restart : Wait,
            Unknown or InitWait or Reconfiguring or Reconfigured => Restart,
        },

        Initialised or Reconfiguring or Reconfigured => Wait,

        // A predecessor died without a holder. QEMU ignores a step back to Initialising here, so it is closed in order first.
        Connected => ours is Closing or Closed ? Wait : BeginClose,

        Closing => ours == Closed ? Wait : FinishClose,

        Closed => ours switch
        {
            Initialising => publication == Publication.None ? Wait : Restart,
            Closed or Unknown or InitWait or Reconfiguring or Reconfigured => isOnline ? Restart : Wait,
            Initialised or Connected or Closing => FinishClose,
        },
    };

    private static DeviceAction StopOurs(XenbusState ours, XenbusState theirs) => ours switch
    {
        Closed => theirs is Closed or Unknown or Initialising ? Release : Wait,
        Closing => theirs is Connected or Initialised or Reconfiguring or Reconfigured ? Wait : FinishClose,
        Unknown or Initialising or InitWait or Initialised or Connected or Reconfiguring or Reconfigured =>
            theirs is Unknown or Initialising or Closing or Closed ? FinishClose : BeginClose,
    };
}
