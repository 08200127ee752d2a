using Xenbus.Devices;
using Xenbus.Domain;

namespace XenFbFront.Control;

/// <summary>Lets several clients trace: while there is none, the host has nobody to tell.</summary>
internal sealed class TraceHub(FrontendHost host) : IFrontendTrace
{
    private readonly List<IFrontendTrace> _traces = [];

    /// <summary>Tells a trace of everything from now on.</summary>
    public void Add(IFrontendTrace trace)
    {
        _traces.Add(trace);
        host.Trace = this;
    }

    /// <summary>Tells it of nothing any more.</summary>
    public void Remove(IFrontendTrace trace)
    {
        _traces.Remove(trace);
        if (_traces.Count == 0)
        {
            host.Trace = null;
        }
    }

    /// <inheritdoc/>
    public void OnRead(string path, string? value) => _traces.ForEach(trace => trace.OnRead(path, value));

    /// <inheritdoc/>
    public void OnWritten(string path, string? value) => _traces.ForEach(trace => trace.OnWritten(path, value));

    /// <inheritdoc/>
    public void OnStates(DeviceStatus device) => _traces.ForEach(trace => trace.OnStates(device));

    /// <inheritdoc/>
    public void OnMessage(DeviceIdentity device, bool isOut, ReadOnlySpan<byte> slot, uint produced, uint consumed)
    {
        foreach (IFrontendTrace trace in _traces)
        {
            trace.OnMessage(device, isOut, slot, produced, consumed);
        }
    }

    /// <inheritdoc/>
    public void OnNotification(DeviceIdentity device, bool isOut, EventChannelPort port) => _traces.ForEach(trace => trace.OnNotification(device, isOut, port));
}
