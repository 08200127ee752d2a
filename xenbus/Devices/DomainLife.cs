using System.Globalization;
using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Xenstore;

namespace Xenbus.Devices;

/// <summary>The time between two restores of the domain, and the event channel file of that time.</summary>
/// <remarks>
/// A domain that is saved and restored, or migrated, comes back with new xenstore directories and without any event channel. The kernel does not tell
/// evtchn.c: unbinding a port from before, or closing its file, is <c>BUG_ON(irq &lt; 0)</c> in evtchn_unbind_from_user, and tears down somebody
/// else's channel when the number has been given out again. So a life has a file of its own, and when it is over that file is left as it is and
/// given away to be kept open for ever. gntalloc needs no such care: the kernel keeps its list of references through a restore
/// (gnttab_resume in grant-table.c maps the new table and nothing else), so those of before are still given out and are freed as ever.
/// <para>
/// That a life is over shows in xenstore: the domain's number is another, or a mark is gone that we wrote into <c>data</c>, which the guest owns, no
/// toolstack carries over, and no plugging of devices touches. Where the mark cannot be written and the number stays the same, it counts as
/// evidence that no device has its nodes any more; in doubt the file is given up, which costs a port and harms nobody.
/// </para>
/// </remarks>
internal sealed class DomainLife : IEventChannels
{
    private const string FileName = FrontendHost.EventChannelsName;

    /// <summary>One refused request must not leave a port bound.</summary>
    private const int MaxReads = 3;

    private readonly IDomain _domain;
    private readonly XenstoreClient _xenstore;
    private readonly IDescriptorStore _descriptors;
    private readonly ConnectionMemory _memory;
    private readonly List<IDisposable> _outlived = [];
    private IEventChannels _channels;

    /// <summary>A port could not be unbound, because the life was over or xenstore did not say.</summary>
    private bool _hasLeftPorts;
    private bool _hasEnded;

    /// <summary>It was seen that this life is over, which stays so; xenstore need not be asked again.</summary>
    private bool _isOver;

    /// <summary>Opens the event channel file of the present life, or takes up a predecessor's.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="xenstore">Tells whether the life is over.</param>
    /// <param name="descriptors">Keeps the file, and those of earlier lives.</param>
    /// <param name="memory">Has the number of the life.</param>
    /// <exception cref="XenException">Something is missing or forbidden.</exception>
    public DomainLife(IDomain domain, XenstoreClient xenstore, IDescriptorStore descriptors, ConnectionMemory memory)
    {
        _domain = domain;
        _xenstore = xenstore;
        _descriptors = descriptors;
        _memory = memory;
        if (memory.ReadLife(Number) is null)
        {
            memory.WriteLife(Number, new(ReadOwnDomain(xenstore), IsMarked: false));
        }

        string name = NameOf(Number);
        _channels = descriptors.Take(name) is { } file ? domain.AdoptEventChannels(file) : domain.OpenEventChannels();
        try
        {
            // Given away before anything uses it, so that it outlives this process whatever happens; what was taken is there still.
            descriptors.Keep(name, _channels.File);
        }
        catch
        {
            _channels.Dispose();
            throw;
        }
    }

    /// <summary>Restores so far.</summary>
    public uint Number => _memory.Life;

    /// <summary>The domain's number in this life.</summary>
    public DomainId OwnDomain => Present.Domain;

    /// <inheritdoc/>
    public Descriptor File => _channels.File;

    /// <inheritdoc/>
    public int PollDescriptor => _channels.PollDescriptor;

    private Life Present => PresentIn(_memory);

    private string MarkPath => MarkPathOf(_memory);

    /// <summary>Settles what a predecessor left: a restore that it did not see, or did not live to deal with.</summary>
    /// <returns>Whether the domain was restored since the predecessor began this life; the next one has begun then.</returns>
    /// <exception cref="XenException">Something is missing or forbidden.</exception>
    public bool TakeUp()
    {
        ForgetPorts();
        KeepEarlierFiles();
        if (IsOver())
        {
            BeginAnew();
            return true;
        }

        if (!Present.IsMarked)
        {
            TryMark(Number, OwnDomain);
        }

        return false;
    }

    /// <summary>Whether the domain was restored since this life began.</summary>
    /// <exception cref="XenException">Xenstore does not say.</exception>
    public bool IsOver() => !_hasEnded && (_isOver = _isOver || IsOver(_xenstore, _memory));

    /// <summary>For whoever has the records and serves nothing: whether the domain was restored since the life began of which they tell.</summary>
    /// <exception cref="XenException">Xenstore does not say.</exception>
    public static bool IsOver(XenstoreClient xenstore, ConnectionMemory memory)
    {
        Life life = PresentIn(memory);
        return life.IsMarked
            ? ReadMark(xenstore, life.Domain, memory) != memory.Life.ToString(CultureInfo.InvariantCulture)
            : ReadOwnDomain(xenstore) != life.Domain || AreAllDevicesFresh(xenstore, memory);
    }

    /// <summary>As <see cref="IsOver()"/>; false also when xenstore does not say.</summary>
    public bool IsSurelyOver()
    {
        try
        {
            return IsOver();
        }
        catch (XenException)
        {
            return false;
        }
    }

    /// <summary>Begins the next life with a file of its own. The ports of this one are forgotten, without touching them.</summary>
    /// <exception cref="XenException">Something is missing or forbidden; nothing is changed then.</exception>
    public void BeginAnew()
    {
        uint next = Number + 1;
        DomainId ownDomain = ReadOwnDomain(_xenstore);
        IEventChannels channels = _domain.OpenEventChannels();
        try
        {
            _descriptors.Keep(NameOf(next), channels.File);
            // The mark has the life's number as its value: should we be killed now, a successor sees by it that the life of its records is over.
            TryMark(next, ownDomain);
        }
        catch
        {
            channels.Dispose();
            throw;
        }

        // With this store the next life begins, whoever lives to see it.
        Volatile.Write(ref _memory.Life, next);
        _isOver = false;
        ForgetPorts();
        IEventChannels outlived = _channels;
        _channels = channels;
        _hasLeftPorts = false;
        KeepForEver(NameOf(next - 1), outlived.File, outlived);
    }

    /// <summary>
    /// Takes the mark away: nothing is bound any more, and restores are of no interest. A file that has dead ports all the same is given away first.
    /// </summary>
    public void End()
    {
        if (!_hasEnded && (_hasLeftPorts || IsSurelyOver()))
        {
            _descriptors.KeepForEver(NameOf(Number), _channels.File);
        }

        _hasEnded = true;

        Life life = Present;
        if (life.IsMarked)
        {
            // First here: a successor that finds no mark must not take that for a restore.
            _memory.WriteLife(Number, life with { IsMarked = false });
            try
            {
                _xenstore.Remove(MarkPath);
            }
            catch (XenException)
            {
                // A node of some bytes stays until the domain ends.
            }
        }
    }

    /// <summary>
    /// This process fails before it has served anything, and no successor may come: leaves no mark when nothing that a predecessor connected needs one,
    /// and gives a file away that is surely of before a restore.
    /// </summary>
    public void Abandon()
    {
        if (!DeviceResources.AnyHasPort(_memory))
        {
            End();
        }
        else if (IsSurelyOver())
        {
            _descriptors.KeepForEver(NameOf(Number), _channels.File);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Asks xenstore first: a port of the next life does not belong into this one's file.</remarks>
    public EventChannelPort BindUnbound(DomainId remote) => IsOver()
        ? throw new XenException("bind", $"a port for domain {remote}", 0, "this guest was restored just now; all devices are connected anew")
        : _channels.BindUnbound(remote);

    /// <inheritdoc/>
    public EventChannelPort BindInterdomain(DomainId remote, EventChannelPort remotePort) => _channels.BindInterdomain(remote, remotePort);

    /// <inheritdoc/>
    /// <remarks>Asks xenstore first: the domain may have been restored since the last look, and then the port must not be touched.</remarks>
    public bool Unbind(EventChannelPort port)
    {
        bool mayUnbind = MayUnbind();
        _hasLeftPorts |= !mayUnbind;
        return mayUnbind && _channels.Unbind(port);
    }

    /// <summary>Unbinds each port of the file that is not noted anywhere.</summary>
    /// <param name="end">Numbers below are tried.</param>
    /// <param name="isNoted">Whether a record has a port.</param>
    public void UnbindUnknown(uint end, Predicate<uint> isNoted)
    {
        if (!MayUnbind())
        {
            _hasLeftPorts = true;
            return;
        }

        for (uint port = 1; port < end; port++)
        {
            if (!isNoted(port))
            {
                _channels.Unbind(new(port));
            }
        }
    }

    /// <inheritdoc/>
    public void Notify(EventChannelPort port) => _channels.Notify(port);

    /// <inheritdoc/>
    public int ReadPending(Span<EventChannelPort> ports) => _channels.ReadPending(ports);

    /// <inheritdoc/>
    public void Unmask(EventChannelPort port) => _channels.Unmask(port);

    /// <inheritdoc/>
    public void Dispose()
    {
        _channels.Dispose();
        // Copies: what must stay open is kept elsewhere by now.
        foreach (IDisposable outlived in _outlived)
        {
            outlived.Dispose();
        }

        _outlived.Clear();
    }

    private static string NameOf(uint life) => life == 0 ? FileName : $"{FileName}-{life}";

    private static Life PresentIn(ConnectionMemory memory) => memory.ReadLife(memory.Life) ?? throw new InvalidOperationException("no life was noted");

    private static string MarkPathOf(ConnectionMemory memory) => $"data/xenbus-{memory.Mark:x16}";

    /// <summary>The mark in the directory of the domain that this was: one look tells of another number and of another directory.</summary>
    private static string? ReadMark(XenstoreClient xenstore, DomainId domain, ConnectionMemory memory)
    {
        try
        {
            return xenstore.Read($"/local/domain/{domain}/{MarkPathOf(memory)}");
        }
        catch (XenstoreException exception) when (exception.ErrorNumber == Errno.EACCES)
        {
            if (ReadOwnDomain(xenstore) == domain)
            {
                throw;
            }

            // Another domain's directory by now, or nobody's.
            return null;
        }
    }

    private static DomainId ReadOwnDomain(XenstoreClient xenstore) => xenstore.ReadNumber("domid") is >= 0 and <= ushort.MaxValue and { } number
        ? new((ushort)number)
        : throw new XenException("read", "domid", 0, "xenstore does not say which domain this is; is this a Xen guest?");

    private bool MayUnbind()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return !IsOver();
            }
            catch (XenException) when (attempt < MaxReads)
            {
                // Once more.
            }
            catch (XenException)
            {
                return false;
            }
        }
    }

    private void TryMark(uint life, DomainId ownDomain)
    {
        bool isMarked = true;
        try
        {
            _xenstore.Write(MarkPath, life.ToString(CultureInfo.InvariantCulture));
        }
        catch (XenException)
        {
            // A toolstack that leaves the guest no directory of its own: there is other evidence.
            isMarked = false;
        }

        _memory.WriteLife(life, new(ownDomain, isMarked));
    }

    /// <summary>Whether devices were published and none of them has its nodes any more.</summary>
    private static bool AreAllDevicesFresh(XenstoreClient xenstore, ConnectionMemory memory)
    {
        bool isAny = false;
        for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
        {
            ref ConnectionRecord record = ref memory.Record(slot);
            if (record.Phase == (uint)ConnectionPhase.Published && record.Port != 0)
            {
                string path = $"device/{ConnectionMemory.Unpack(record.DeviceType)}/{record.DeviceId}/{PublishedNodes.EventChannel}";
                if (xenstore.Read(path) == new EventChannelPort(record.Port).ToString())
                {
                    return false;
                }

                isAny = true;
            }
        }

        return isAny;
    }

    /// <summary>No record of an earlier life has a port any more. Done again by a successor if this process dies in the middle.</summary>
    private void ForgetPorts()
    {
        if (_memory.ForgottenLife == Number)
        {
            return;
        }

        for (int slot = 0; slot < ConnectionMemory.MaxDevices; slot++)
        {
            ref ConnectionRecord record = ref _memory.Record(slot);
            record.Port = record.IntentPort = 0;
            if (record.Phase == (uint)ConnectionPhase.Published)
            {
                Volatile.Write(ref record.Phase, (uint)ConnectionPhase.Outlived);
            }
        }

        Volatile.Write(ref _memory.ForgottenLife, Number);
    }

    /// <summary>Those that a predecessor did not live to give away.</summary>
    private void KeepEarlierFiles()
    {
        foreach (string name in _descriptors.Names(FileName))
        {
            if (name != NameOf(Number) && name != NameOf(Number + 1) && _descriptors.Take(name) is { } file)
            {
                KeepForEver(name, file, file);
            }
        }
    }

    private void KeepForEver(string name, Descriptor file, IDisposable owner)
    {
        _descriptors.KeepForEver(name, file);
        _outlived.Add(owner);
    }
}

/// <summary>What is known of a life.</summary>
/// <param name="Domain">The domain's number.</param>
/// <param name="IsMarked">Whether the mark in xenstore was written.</param>
internal readonly record struct Life(DomainId Domain, bool IsMarked);
