using Xenbus.Linux.Interop;

namespace XenFbFront.Holder;

/// <summary>Gives files that must stay open until the machine ends to a process that does nothing but that.</summary>
/// <remarks>See <c>DomainLife</c> for the files. As long as this process lives it keeps them too, so that the other may come late or be killed.</remarks>
internal sealed class FileKeeper
{
    /// <summary>How long the other process may take to say that it has what it was given; it starts within milliseconds.</summary>
    private const int PatienceMs = 5000;

    private readonly List<Descriptor> _files = [];
    private Descriptor? _socket;
    private int _given;
    private int _taken;

    /// <summary>Whether there is anything to keep.</summary>
    public bool HasFiles => _files.Count > 0;

    /// <summary>Process id of the one that keeps, 0 before there is one.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Keeps a copy, here and, if that works at once, there.</summary>
    public void Keep(Descriptor file)
    {
        _files.Add(file.Duplicate());
        // Answers must not pile up over years of restores.
        CountTaken();
        Give();
    }

    /// <summary>Returns when the other process has everything; to be called before this one ends.</summary>
    /// <param name="say">Prints a line for people.</param>
    public void Finish(Action<string> say)
    {
        while (!Give() || !AwaitTaken())
        {
            say("event channel files of before a restore must not be closed, and no process to keep them can be started; trying again");
            StartOver();
            Thread.Sleep(1000);
        }
    }

    private bool Give()
    {
        if (_given < _files.Count && _socket is null && !Start())
        {
            return false;
        }

        while (_given < _files.Count)
        {
            if (Packets.Send(_socket!, HolderProtocol.KeepForEver, "", _files[_given]) < 0)
            {
                StartOver();
                return false;
            }

            _given++;
        }

        return true;
    }

    private bool Start()
    {
        if (Libc.SocketPair(Libc.SequencedPacket, out int ours, out int theirs) < 0)
        {
            return false;
        }

        using Descriptor othersEnd = new(theirs);
        Descriptor ownEnd = new(ours);
        string[] arguments = [FileKeeperProcess.Name, .. SelfProgram.Arguments[1..], FileKeeperProcess.Switch];
        int result = Libc.Spawn(SelfProgram.Executable, arguments, SelfProgram.ReadEnvironment(), theirs, HolderProtocol.WorkerDescriptor);
        if (result < 0)
        {
            ownEnd.Dispose();
            return false;
        }

        (_socket, ProcessId, _given, _taken) = (ownEnd, result, 0, 0);
        return true;
    }

    private bool AwaitTaken()
    {
        while (_taken < _files.Count)
        {
            Span<PollDescriptor> entry = [new() { Descriptor = _socket!.Number, Events = PollEvents.POLLIN }];
            if (Libc.Poll(entry, PatienceMs) <= 0 || !CountTaken())
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>False when nothing has come.</returns>
    private bool CountTaken()
    {
        int before = _taken;
        while (_socket is not null && Packets.Receive(_socket, out _, out _, out _, wait: false) > 0)
        {
            _taken++;
        }

        return _taken > before;
    }

    private void StartOver()
    {
        _socket?.Dispose();
        _socket = null;
        _given = _taken = 0;
    }
}
