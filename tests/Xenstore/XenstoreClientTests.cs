using Xenbus.Linux.Interop;
using Xenbus.Loop;
using Xenbus.Wire;
using Xenbus.Xenstore;
using XenFbFront.Tests.Support;
using Xunit;
using static Xenbus.Wire.XenstoreMessageType;

namespace XenFbFront.Tests.Xenstore;

/// <summary>The client against a channel that does what real ones do on a bad day; everyday use is tested with the loopback.</summary>
public sealed class XenstoreClientTests : IDisposable
{
    private readonly EventLoop _loop = new(new ManualTimeProvider());
    private readonly ScriptedChannel _channel = new();
    private readonly XenstoreClient _client;
    private readonly List<string> _calls = [];

    public XenstoreClientTests() => _client = new(_channel, _loop);

    public void Dispose()
    {
        _client.Dispose();
        _loop.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void Reply_InPiecesOfAnySize_IsRead(int pieceBytes)
    {
        _channel.PieceBytes = pieceBytes;
        Answer(_ => "a value");
        Assert.Equal("a value", _client.Read("node"));
        Assert.Equal("node\0", _channel.Requests[0].Payload);
    }

    [Fact]
    public void Refusals_AreNullOrAnExceptionWithPathAndRemedy()
    {
        Refuse("ENOENT");
        Assert.Null(_client.Read("node"));
        Assert.Empty(_client.List("node"));
        Assert.False(_client.Remove("node"));
        Assert.Equal(XenbusState.Unknown, _client.ReadState("node"));
        XenstoreException missing = Assert.Throws<XenstoreException>(() => _client.GetPermissions("node"));
        Assert.Equal(Errno.ENOENT, missing.ErrorNumber);

        Refuse("EACCES");
        Assert.Contains("permissions do not allow", Assert.Throws<XenstoreException>(() => _client.Read("node")).Message);
        Refuse("ENOSPC");
        Assert.Contains("quota is used up", Assert.Throws<XenstoreException>(() => _client.Write("node", "x")).Message);
        Refuse("EWHATEVER");
        Assert.NotEqual(0, Assert.Throws<XenstoreException>(() => _client.Write("node", "x")).ErrorNumber);
    }

    /// <summary>The kernel answers a refused WATCH by the write itself, without a reply.</summary>
    [Fact]
    public void WriteRefused_CountsAsTheAnswer()
    {
        _channel.OnRequest = _ => Errno.EACCES;
        Assert.Equal(Errno.EACCES, Assert.Throws<XenstoreException>(() => _client.Watch("node", () => { })).ErrorNumber);
        _channel.OnRequest = _ => Errno.ENOENT;
        Assert.Null(_client.Read("node"));
    }

    [Fact]
    public void NoAnswer_IsATimeoutWithARemedy_AndTheLateAnswerIsPassedOver()
    {
        XenstoreException silent = Assert.Throws<XenstoreException>(() => _client.Read("slow"));
        Assert.Equal(Errno.ETIMEDOUT, silent.ErrorNumber);
        Assert.Contains("is xenstored running?", silent.Message);
        ScriptedChannel.Request late = _channel.Requests[0];
        _channel.OnRequest = request =>
        {
            _channel.Answer(late, "late");
            _channel.Answer(request, "right");
            return 0;
        };
        Assert.Equal("right", _client.Read("next"));
    }

    [Fact]
    public void PayloadTooLong_IsRefusedBeforeItIsSent()
    {
        Assert.Equal(Errno.E2BIG, Assert.Throws<XenstoreException>(() => _client.Write("node", new string('x', 4080))).ErrorNumber);
        Assert.Empty(_channel.Requests);
    }

    [Fact]
    public void MessageLongerThanAllowed_BreaksTheConnection()
    {
        _channel.OnRequest = request =>
        {
            byte[] header = new byte[XenstoreHeader.Bytes];
            new XenstoreHeader(Read, request.Id, 0, 1 << 20).Write(header);
            _channel.PushBytes(header);
            return 0;
        };
        Assert.Contains("connection is broken", Assert.Throws<XenstoreException>(() => _client.Read("node")).Message);
    }

    [Fact]
    public void EventBeforeTheReply_IsCalledFromTheLoopOnly_AndSeveralAreOneCall()
    {
        Answer(_ => "OK\0");
        XenstoreWatch watch = _client.Watch("node", () => _calls.Add("changed"));
        string token = _channel.Requests[^1].Payload.Split('\0')[1];
        _channel.OnRequest = request =>
        {
            _channel.Event("node/a", token);
            _channel.Event("node/b", token);
            _channel.Event("node/b", "another token");
            _channel.Push(WatchEvent, 1, "no zero byte");
            _channel.Answer(request, "value");
            return 0;
        };
        Assert.Equal("value", _client.Read("node"));
        Assert.Empty(_calls);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(["changed"], _calls);

        Answer(_ => "OK\0");
        watch.Dispose();
        _channel.Event("node/c", token);
        _loop.RunOnce(TimeSpan.Zero);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(["changed"], _calls);
    }

    [Fact]
    public void WatchesAddedAndRemovedInACallback_NoneIsForgotten()
    {
        Answer(_ => "OK\0");
        XenstoreWatch? second = null;
        XenstoreWatch first = _client.Watch("first", () =>
        {
            _calls.Add("first");
            second!.Dispose();
            _client.Watch("third", () => _calls.Add("third"));
            _channel.Event("third", _channel.Requests[^1].Payload.Split('\0')[1]);
        });
        string firstToken = _channel.Requests[^1].Payload.Split('\0')[1];
        second = _client.Watch("second", () => _calls.Add("second"));
        string secondToken = _channel.Requests[^1].Payload.Split('\0')[1];
        _channel.Event("first", firstToken);
        for (int turn = 0; turn < 4; turn++)
        {
            _loop.RunOnce(TimeSpan.Zero);
        }

        _channel.Event("second", secondToken);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(["first", "third"], _calls);
    }

    /// <summary>Disposing is for clean-up paths, which must not fail because xenstore does.</summary>
    [Theory]
    [InlineData("ENOENT")]
    [InlineData("EACCES")]
    [InlineData("EIO")]
    public void UnwatchRefused_DisposeDoesNotThrow(string error)
    {
        Answer(_ => "OK\0");
        XenstoreWatch watch = _client.Watch("node", () => _calls.Add("changed"));
        Refuse(error);
        watch.Dispose();
        watch.Dispose();
        Assert.Single(_channel.Requests, request => request.Type == Unwatch);
    }

    [Fact]
    public void Transaction_Conflict_IsDoneAgainFromTheStart()
    {
        int ends = 0, works = 0;
        _channel.OnRequest = request =>
        {
            if (request.Type == TransactionEnd && ++ends < 4)
            {
                _channel.Refuse(request, ends % 2 == 0 ? "EAGAIN" : "ENOENT");
            }
            else
            {
                _channel.Answer(request, request.Type == TransactionStart ? $"{ends + 7}\0" : "OK\0");
            }

            return 0;
        };
        Assert.True(_client.Transact(transaction =>
        {
            works++;
            transaction.Write("node", "x");
            return true;
        }));
        Assert.Equal(4, works);
        Assert.Equal([7u, 8u, 9u, 10u], _channel.Requests.Where(request => request.Type == Write).Select(request => request.Transaction));
    }

    [Fact]
    public void Transaction_ConflictForEver_IsGivenUpWithItsCount()
    {
        int works = 0;
        _channel.OnRequest = request =>
        {
            if (request.Type == TransactionEnd)
            {
                _channel.Refuse(request, "EAGAIN");
            }
            else
            {
                _channel.Answer(request, "1\0");
            }

            return 0;
        };
        XenstoreException exception = Assert.Throws<XenstoreException>(() => _client.Transact(_ => ++works > 0));
        Assert.Equal((32, Errno.EAGAIN), (works, exception.ErrorNumber));
    }

    [Fact]
    public void Watch_EventThatDoesNotConcern_IsNoCall()
    {
        Answer(_ => "OK\0");
        using XenstoreWatch watch = _client.Watch("device", () => _calls.Add("changed"), static path => path != "device/vfb/0/state");
        string token = _channel.Requests[^1].Payload.Split('\0')[1];
        _channel.Event("device/vfb/0/state", token);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Empty(_calls);
        _channel.Event("device/vfb/0", token);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal(["changed"], _calls);
    }

    [Fact]
    public void Transaction_WorkThrowsOrDeclines_IsDropped()
    {
        Answer(_ => "5\0");
        Assert.Throws<FormatException>(() => _client.Transact(_ => throw new FormatException()));
        Assert.Equal("F\0", _channel.Requests[^1].Payload);
        Assert.False(_client.Transact(_ => false));
        Assert.Equal("F\0", _channel.Requests[^1].Payload);
        Assert.All(_channel.Requests.Where(request => request.Type == TransactionEnd), request => Assert.Equal(5u, request.Transaction));
    }

    [Fact]
    public void LongList_ComesInParts_AndFromTheStartWhenItChangesMeanwhile()
    {
        int parts = 0;
        _channel.OnRequest = request =>
        {
            if (request.Type == XenstoreMessageType.Directory)
            {
                _channel.Refuse(request, "E2BIG");
            }
            else
            {
                _channel.Answer(request, ++parts switch
                {
                    1 => "1\0old\0",
                    2 => "2\0older\0\0",
                    3 => "2\0a\0b\0",
                    _ => "2\0c\0\0",
                });
            }

            return 0;
        };
        Assert.Equal(["a", "b", "c"], _client.List("node"));
    }

    [Fact]
    public void Dispose_ClosesTheChannel_AndWatchesMayBeDisposedAfterwards()
    {
        Answer(_ => "OK\0");
        XenstoreWatch watch = _client.Watch("node", () => { });
        _client.Dispose();
        watch.Dispose();
        Assert.True(_channel.IsDisposed);
        Assert.DoesNotContain(_channel.Requests, request => request.Type == Unwatch);
    }

    private void Answer(Func<ScriptedChannel.Request, string> payload) => _channel.OnRequest = request =>
    {
        _channel.Answer(request, payload(request));
        return 0;
    };

    private void Refuse(string error) => _channel.OnRequest = request =>
    {
        _channel.Refuse(request, error);
        return 0;
    };
}
