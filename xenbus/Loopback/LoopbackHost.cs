using Xenbus.Domain;
using Xenbus.Linux.Interop;
using Xenbus.Loop;

namespace Xenbus.Loopback;

/// <summary>Lets other processes into a hypervisor: a directory for each domain stands for its <c>/dev/xen</c>.</summary>
/// <remarks>
/// In <c>DIR/dom1</c> are the sockets <c>xenbus</c>, <c>evtchn</c>, <c>gntalloc</c> and <c>bus</c>, in <c>DIR/dom0</c> also <c>foreign</c>. They appear and
/// go with the domains. Only the same user and root get in.
/// </remarks>
public sealed class LoopbackHost : IDisposable
{
    private static readonly LoopbackFileKind[] s_kinds =
        [LoopbackFileKind.Xenstore, LoopbackFileKind.EventChannels, LoopbackFileKind.GrantAllocator, LoopbackFileKind.ForeignMemory, LoopbackFileKind.Bus];

    private readonly Hypervisor _hypervisor;
    private readonly string _directory;
    private readonly bool _isDirectoryOurs;
    private readonly Dictionary<DomainId, List<Listener>> _listeners = [];
    private bool _isDisposed;

    /// <summary>Makes the directories and sockets; nobody is served before <see cref="Start"/>.</summary>
    /// <param name="hypervisor">Stays the caller's, to be disposed after this.</param>
    /// <param name="directory">Is made when it is missing, with mode 0700. What a dead host left in it is replaced.</param>
    /// <exception cref="XenException">Another host lives there, or the path is too long or forbidden.</exception>
    public LoopbackHost(Hypervisor hypervisor, string directory)
    {
        _hypervisor = hypervisor;
        _directory = directory;
        _isDirectoryOurs = !Directory.Exists(directory);
        try
        {
            MakePrivate(directory);
            foreach (ushort domain in hypervisor.Domains)
            {
                Listen(new(domain));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        hypervisor.DomainChanged += OnDomainChanged;
    }

    /// <summary>A domain's directory.</summary>
    public string DirectoryOf(DomainId domain) => Path.Combine(_directory, $"dom{domain}");

    /// <summary>Runs the hypervisor on a thread of its own until <see cref="Dispose"/>.</summary>
    /// <exception cref="InvalidOperationException">It runs on one already.</exception>
    public void Start() => _hypervisor.StartThread();

    /// <summary>Stops the thread and removes sockets and directories. Files that are open stay open until the hypervisor is disposed.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _hypervisor.StopThread();
        _hypervisor.DomainChanged -= OnDomainChanged;
        foreach (DomainId domain in _listeners.Keys.ToArray())
        {
            Remove(domain);
        }

        if (_isDirectoryOurs)
        {
            RemoveDirectory(_directory);
        }
    }

    private void OnDomainChanged(DomainId domain, bool isThere)
    {
        if (isThere)
        {
            Listen(domain);
        }
        else
        {
            Remove(domain);
        }
    }

    private void Listen(DomainId domain)
    {
        string directory = DirectoryOf(domain);
        MakePrivate(directory);
        List<Listener> listeners = [];
        _listeners.Add(domain, listeners);
        foreach (LoopbackFileKind kind in s_kinds)
        {
            if (kind != LoopbackFileKind.ForeignMemory || domain == DomainId.Zero)
            {
                listeners.Add(new(_hypervisor, domain, kind, Path.Combine(directory, LoopbackProtocol.FileName(kind))));
            }
        }
    }

    private void Remove(DomainId domain)
    {
        if (_listeners.Remove(domain, out List<Listener>? listeners))
        {
            foreach (Listener listener in listeners)
            {
                listener.Dispose();
            }

            RemoveDirectory(DirectoryOf(domain));
        }
    }

    private static void MakePrivate(string directory)
    {
        const UnixFileMode onlyUs = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException();
        }

        try
        {
            Directory.CreateDirectory(directory, onlyUs);
            // It may have been there with another mode.
            File.SetUnixFileMode(directory, onlyUs);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new XenException("create", directory, 0, exception.Message.TrimEnd('.'));
        }
    }

    private void RemoveDirectory(string directory)
    {
        try
        {
            // Of a frontend that was killed.
            foreach (string file in Directory.EnumerateFiles(directory, LoopbackProtocol.FrontendFiles + "*"))
            {
                File.Delete(file);
            }

            Directory.Delete(directory);
        }
        catch (IOException exception)
        {
            // Somebody put a file there; it is not ours to remove.
            _hypervisor.Log(exception.Message);
        }
    }

    /// <summary>One socket in the file system.</summary>
    private sealed class Listener : IDisposable
    {
        /// <summary>How long nobody is let in after there was no descriptor left, so that the loop does not spin.</summary>
        private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

        private readonly Hypervisor _hypervisor;
        private readonly DomainId _domain;
        private readonly LoopbackFileKind _kind;
        private readonly string _path;
        private readonly Descriptor _socket;
        private readonly LoopTimer _resume;
        private LoopWatch? _watch;

        public Listener(Hypervisor hypervisor, DomainId domain, LoopbackFileKind kind, string path)
        {
            _hypervisor = hypervisor;
            _domain = domain;
            _kind = kind;
            _path = path;
            int type = LoopbackProtocol.SocketType(kind);
            RemoveLeftOver(path, type);
            _socket = Descriptor.Own(Libc.Listen(path, type), "listen at", path, "choose a directory with a shorter path that is ours");
            _resume = hypervisor.Loop.CreateTimer(Resume);
            Resume();
        }

        public void Dispose()
        {
            _resume.Dispose();
            _watch?.Dispose();
            _socket.Dispose();
            Libc.Unlink(_path);
        }

        private static void RemoveLeftOver(string path, int type)
        {
            int result = Libc.Connect(path, type);
            if (result >= 0)
            {
                Libc.Close(result);
                throw new XenException("listen at", path, Errno.EEXIST, "another loopback runs in this directory; stop it or choose another directory");
            }

            if (result == -Errno.ECONNREFUSED)
            {
                Libc.Unlink(path);
            }
        }

        private void Resume() => _watch = _hypervisor.Loop.Watch(_socket.Number, LoopInterest.Readable, Accept);

        private void Accept()
        {
            int result = Libc.Accept(_socket.Number);
            if (result == -Errno.EAGAIN)
            {
                return;
            }

            if (result < 0)
            {
                _hypervisor.Log($"accept at {_path}: {Errno.Text(-result)}");
                _watch?.Dispose();
                _watch = null;
                _resume.Start(s_pause);
                return;
            }

            Descriptor socket = new(result);
            int known = Libc.PeerUser(result, out uint user);
            if (known < 0 || (user != 0 && user != Libc.EffectiveUser()))
            {
                _hypervisor.Log($"user {user} was turned away at {_path}");
                socket.Dispose();
                return;
            }

            try
            {
                _hypervisor.Open(_domain, _kind, socket);
            }
            catch (XenException exception)
            {
                _hypervisor.Log(exception.Message);
            }
        }
    }
}
