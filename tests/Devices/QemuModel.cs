using Xenbus.Wire;
using static Xenbus.Wire.XenbusState;

namespace XenFbFront.Tests.Devices;

/// <summary>The state machine of QEMU's xenfb as a pure function.</summary>
/// <remarks>Source: xen_be_check_state, xen_be_disconnect in hw/xen/xen-legacy-backend.c.</remarks>
/// <param name="State">The backend's state.</param>
/// <param name="IsMapped">It maps the page that was published last; false also when it maps one that is gone.</param>
internal sealed record QemuModel(XenbusState State, bool IsMapped)
{
    /// <summary>A backend as it may be found.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="knowsOurs">What is published now is what it looked at.</param>
    public static QemuModel Found(XenbusState state, bool knowsOurs) => new(state, state == Connected && knowsOurs);

    /// <summary>One look at the frontend's state, until nothing more follows from it.</summary>
    public QemuModel Check(XenbusState frontend)
    {
        if (frontend is Closing or Closed)
        {
            return new(frontend, false);
        }

        QemuModel model = this;
        while (true)
        {
            QemuModel next = model.State switch
            {
                Initialising => model with { State = InitWait },
                InitWait when frontend is Initialised or Connected => new(Connected, true),
                Closed when frontend == Initialising => model with { State = Initialising },
                _ => model,
            };
            if (next == model)
            {
                return model;
            }

            model = next;
        }
    }
}
