using Xenbus.Domain;
using Xenbus.Loop;

namespace Xenbus.Devices;

/// <summary>Calls the device whose port is pending, and unmasks the port after its work.</summary>
/// <remarks>
/// A backend that notifies without having anything to say is answered ever more slowly: after <see cref="PatienceWakes"/> wakes in a row that
/// brought nothing, its port stays masked for <see cref="s_penalty"/> each time (the lesson of XSA-391).
/// </remarks>
public sealed class EventChannelDispatcher : IDisposable
{
    private const int PatienceWakes = 64;
    private static readonly TimeSpan s_penalty = TimeSpan.FromMilliseconds(5);

    private readonly IEventChannels _channels;
    private readonly EventLoop _loop;
    private LoopWatch _watch;
    private readonly List<Registration> _registrations = [];
    private readonly EventChannelPort[] _pending = new EventChannelPort[64];

    /// <summary>Listens to an event channel file in a loop.</summary>
    public EventChannelDispatcher(IEventChannels channels, EventLoop loop)
    {
        _channels = channels;
        _loop = loop;
        _watch = loop.Watch(channels.PollDescriptor, LoopInterest.Readable, OnReadable);
    }

    /// <summary>Calls back whenever the port is pending; the callback says whether there was anything to do. Dispose the result before unbinding.</summary>
    public IDisposable Register(EventChannelPort port, Func<bool> callback)
    {
        Registration registration = new(this, port, callback);
        _registrations.Add(registration);
        return registration;
    }

    /// <summary>Listens to the file that the event channels have by now.</summary>
    internal void Follow()
    {
        _watch.Dispose();
        _watch = _loop.Watch(_channels.PollDescriptor, LoopInterest.Readable, OnReadable);
    }

    /// <inheritdoc/>
    public void Dispose() => _watch.Dispose();

    private void OnReadable()
    {
        int count = _channels.ReadPending(_pending);
        for (int i = 0; i < count; i++)
        {
            Find(_pending[i])?.Call();
        }
    }

    private Registration? Find(EventChannelPort port)
    {
        foreach (Registration registration in _registrations)
        {
            if (registration.Port == port)
            {
                return registration;
            }
        }

        // A port that was unbound meanwhile stays masked and goes with its file.
        return null;
    }

    private sealed class Registration : IDisposable
    {
        private readonly EventChannelDispatcher _owner;
        private readonly Func<bool> _callback;
        private readonly LoopTimer _unmaskLater;
        private int _emptyWakes;
        private bool _isRemoved;

        public Registration(EventChannelDispatcher owner, EventChannelPort port, Func<bool> callback)
        {
            _owner = owner;
            Port = port;
            _callback = callback;
            _unmaskLater = owner._loop.CreateTimer(Unmask);
        }

        public EventChannelPort Port { get; }

        public void Call()
        {
            _emptyWakes = _callback() ? 0 : _emptyWakes + 1;
            if (_emptyWakes > PatienceWakes)
            {
                _unmaskLater.Start(s_penalty);
            }
            else
            {
                Unmask();
            }
        }

        public void Dispose()
        {
            _isRemoved = true;
            _unmaskLater.Dispose();
            _owner._registrations.Remove(this);
        }

        private void Unmask()
        {
            // The callback may have closed the device and its port.
            if (!_isRemoved)
            {
                _owner._channels.Unmask(Port);
            }
        }
    }
}
