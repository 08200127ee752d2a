namespace XenFbFront.Backend;

/// <summary>The queue between viewers, on any threads, and one <see cref="VkbdBackend"/> on the loop's thread.</summary>
/// <remarks>
/// While a frontend is connected nothing is dropped: a full queue makes the caller wait. Calls of one thread keep their order. While none is
/// connected nobody listens, so input is dropped and counted, all but the release of a key whose press was delivered: that waits for the next
/// connection, for the guest must not be left with a key that nobody holds.
/// </remarks>
/// <param name="capacity">Items held at most.</param>
/// <param name="waker">Told of each item.</param>
internal sealed class GuestInput(int capacity, LoopWaker waker) : IGuestInput, IDisposable
{
    private readonly object _gate = new();
    private readonly InputItem[] _items = new InputItem[capacity];
    private readonly HashSet<uint> _deliveredKeys = [];
    private int _head;
    private int _count;
    private bool _isOpen;
    private bool _isDisposed;
    private bool _hasNewPeriod;
    private volatile int _touchContacts;

    /// <summary>Items dropped as nobody listened.</summary>
    public long Dropped { get; private set; }

    /// <summary>Items that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>What a viewer said last about how often it looks, milliseconds; null when none has said anything.</summary>
    public uint? PeriodMs { get; private set; }

    /// <inheritdoc/>
    public int TouchContacts => _touchContacts;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The queue is full and this is the loop's own thread, which would wait for itself.</exception>
    public void Key(uint keycode, bool pressed) => Add(new(InputKind.Key, keycode, pressed ? TouchPhase.Down : TouchPhase.Up));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">As for <see cref="Key"/>.</exception>
    public void PointerAt(int x, int y, int wheel = 0) => Add(new(InputKind.PointerAt, X: x, Y: y, Wheel: wheel));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">As for <see cref="Key"/>.</exception>
    public void PointerBy(int dx, int dy, int wheel = 0) => Add(new(InputKind.PointerBy, X: dx, Y: dy, Wheel: wheel));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">As for <see cref="Key"/>.</exception>
    public void Touch(int contact, TouchPhase phase, int x, int y) => Add(new(InputKind.Touch, (uint)contact, phase, x, y));

    /// <inheritdoc/>
    public void RefreshPeriod(uint periodMs)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            PeriodMs = periodMs;
            _hasNewPeriod = true;
            waker.Wake();
        }
    }

    /// <summary>Whether <see cref="PeriodMs"/> was set since the last call.</summary>
    public bool TakeNewPeriod()
    {
        lock (_gate)
        {
            bool isNew = _hasNewPeriod;
            _hasNewPeriod = false;
            return isNew;
        }
    }

    /// <summary>A frontend listens from now on.</summary>
    /// <param name="touchContacts">Fingers that it takes.</param>
    public void Open(int touchContacts)
    {
        lock (_gate)
        {
            _touchContacts = touchContacts;
            _isOpen = true;
        }
    }

    /// <summary>Nobody listens from now on: drops what waits, but for releases that are owed.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isOpen = false;
            _touchContacts = 0;
            int waiting = _count;
            _count = 0;
            for (int i = 0; i < waiting; i++)
            {
                // Kept items move towards the head, never past one that is still to be looked at.
                InputItem item = _items[(_head + i) % _items.Length];
                if (IsOwed(item))
                {
                    _items[(_head + _count++) % _items.Length] = item;
                }
                else
                {
                    Dropped++;
                }
            }

            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The oldest item, which stays.</summary>
    public bool TryPeek(out InputItem item)
    {
        lock (_gate)
        {
            item = _items[_head];
            return _count > 0;
        }
    }

    /// <summary>Takes the oldest item away: it has been delivered, or cannot be.</summary>
    public void Remove()
    {
        lock (_gate)
        {
            InputItem item = _items[_head];
            if (item.IsRelease)
            {
                _deliveredKeys.Remove(item.Code);
            }
            else if (item.Kind == InputKind.Key)
            {
                _deliveredKeys.Add(item.Code);
            }

            _head = (_head + 1) % _items.Length;
            // Waiters exist only when it was full, but may not have run yet since.
            _count--;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Lets go of everybody who waits; what they bring is dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _isOpen = false;
            Monitor.PulseAll(_gate);
        }
    }

    private void Add(InputItem item)
    {
        lock (_gate)
        {
            while (_isOpen && _count == _items.Length)
            {
                if (waker.IsLoopThread)
                {
                    throw new InvalidOperationException("the input queue is full and only the caller's own thread could empty it");
                }

                // Ends with a slot, with the connection or with the backend; the contract wants no other deadline.
                Monitor.Wait(_gate);
            }

            if (_isDisposed || (!_isOpen && (_count == _items.Length || !IsOwed(item))))
            {
                Dropped++;
                return;
            }

            _items[(_head + _count++) % _items.Length] = item;
            if (_isOpen)
            {
                // Inside the lock, as the waker goes after this object is disposed.
                waker.Wake();
            }
        }
    }

    /// <summary>The release of a key whose press was delivered, and not waiting already.</summary>
    private bool IsOwed(InputItem item)
    {
        if (!item.IsRelease || !_deliveredKeys.Contains(item.Code))
        {
            return false;
        }

        for (int i = 0; i < _count; i++)
        {
            if (_items[(_head + i) % _items.Length] == item)
            {
                return false;
            }
        }

        return true;
    }
}
