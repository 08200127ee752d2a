using System.Text;
using Xenbus.Loop;

namespace XenFbFront.Control;

/// <summary>Lines for a client as things happen, for as long as it likes. Nothing waits for it: of what it does not read in time so much is kept as has room, and the rest is counted.</summary>
/// <param name="loop">Where to wait for room in the client's socket.</param>
/// <param name="request">The client.</param>
/// <param name="lost">Makes the line that says how many lines were lost.</param>
internal sealed class LineStream(EventLoop loop, ControlRequest request, Func<int, string> lost)
{
    /// <summary>Characters that wait at most: seconds of a busy device, and 1 MiB of the worker's heap of 32.</summary>
    public const int MaxWaiting = 512 * 1024;

    private readonly Queue<string> _waiting = [];
    private LoopWatch? _room;
    private int _waitingLength, _lost;
    private bool _isSendDue;

    /// <summary>Says a line.</summary>
    public void Say(string line)
    {
        if (_lost == 0 && _waitingLength + line.Length <= MaxWaiting)
        {
            Keep(line);
        }
        else
        {
            // Until that is told, so that it is told where they are missing.
            _lost++;
        }

        if (!_isSendDue && _room is null)
        {
            // What happens together is sent together.
            _isSendDue = true;
            loop.Post(Send);
        }
    }

    /// <summary>The request has ended.</summary>
    public void End()
    {
        _room?.Dispose();
        _room = null;
        _waiting.Clear();
    }

    private void Keep(string line)
    {
        while (line.Length > ControlRequest.MaxTextLength)
        {
            int length = char.IsHighSurrogate(line[ControlRequest.MaxTextLength - 2]) ? ControlRequest.MaxTextLength - 2 : ControlRequest.MaxTextLength - 1;
            // The mark of a part, which no line begins with.
            Add('\0' + line[..length]);
            line = line[length..];
        }

        Add(line);

        void Add(string text)
        {
            _waiting.Enqueue(text);
            _waitingLength += text.Length;
        }
    }

    private void Send()
    {
        _isSendDue = false;
        while (!request.IsOver)
        {
            if (_waiting.Count == 0 && _lost > 0)
            {
                Keep(lost(_lost));
                _lost = 0;
            }

            if (_waiting.Count == 0)
            {
                _room?.Dispose();
                _room = null;
                return;
            }

            string first = _waiting.Peek();
            bool isPart = first[0] == '\0';
            int count = 1, length = first.Length;
            if (!isPart)
            {
                first = Join(first, out count, out length);
            }

            if (!request.TrySend(isPart ? ControlProtocol.Part : ControlProtocol.Line, isPart ? first[1..] : first))
            {
                _room ??= request.WatchRoom(loop, Send);
                return;
            }

            _waitingLength -= length;
            for (; count > 0 && _waiting.Count > 0; count--)
            {
                _waiting.Dequeue();
            }
        }
    }

    /// <summary>As many whole lines as a packet has room for: a client's socket has room for few packets.</summary>
    private string Join(string first, out int count, out int length)
    {
        (count, length) = (0, 0);
        StringBuilder text = new(first.Length);
        foreach (string line in _waiting)
        {
            if (count > 0 && (line[0] == '\0' || text.Length + 1 + line.Length > ControlRequest.MaxTextLength))
            {
                break;
            }

            text.Append(count > 0 ? "\n" : string.Empty).Append(line);
            count++;
            length += line.Length;
        }

        return text.ToString();
    }
}
