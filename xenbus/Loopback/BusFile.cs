using Xenbus.Domain;
using Xenbus.Linux.Interop;

namespace Xenbus.Loopback;

/// <summary>An open file of a guest's bus: tells which devices kernel drivers hold.</summary>
internal sealed class BusFile(Hypervisor hypervisor, DomainId domain, Descriptor socket)
    : RequestFile(hypervisor, domain, LoopbackFileKind.Bus, socket)
{
    /// <inheritdoc/>
    protected override int Handle(LoopbackRequest request, RequestList list, ReplyBuilder reply)
    {
        (DomainId, string, int) device = (Domain, LoopbackProtocol.Unpack(request.Index), (int)request.First);
        Hypervisor.KernelDrivers.TryGetValue(device, out LoopbackKernelDriver? bound);
        switch (request.Operation)
        {
            case LoopbackOperation.FindDriver:
                Describe(bound, reply);
                return 0;
            case LoopbackOperation.CheckUnbindDriver:
                return bound?.CheckError ?? 0;
            case LoopbackOperation.UnbindDriver:
                int refusal = bound is null ? 0 : bound.CheckError != 0 ? bound.CheckError : bound.UnbindError;
                if (refusal == 0)
                {
                    Hypervisor.KernelDrivers.Remove(device);
                    bound?.Unbound?.Invoke();
                }

                return refusal;
            default:
                return Errno.ENOSYS;
        }
    }

    /// <inheritdoc/>
    protected override void Release()
    {
    }

    private static void Describe(LoopbackKernelDriver? bound, ReplyBuilder reply)
    {
        if (bound is null)
        {
            return;
        }

        string text = $"{bound.Driver.Name}\n{bound.Driver.Module}\n{bound.Driver.InitFunction}";
        reply.Value = (ulong)text.Length;
        for (int start = 0; start < text.Length; start += sizeof(ulong))
        {
            reply.Add(LoopbackProtocol.Pack(text[start..]));
        }
    }
}
