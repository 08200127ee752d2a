using Xenbus.Devices;
using Xenbus.Linux.Interop;
using Xenbus.Loop;
using XenFbFront.Input;
using XenFbFront.Tests.Support;

namespace XenFbFront.Tests.Input.Support;

/// <summary>What the tests of a sink have around it: a holder, the worker of the hour, a folder, a log and a loop.</summary>
public abstract class SinkFixture : IDisposable
{
    private protected static readonly InputEvent s_report = new(InputCodes.EV_SYN, InputCodes.SYN_REPORT, 0);
    private protected static readonly InputDeviceSpec s_keyboard = new(InputRole.Keyboard, 0);

    protected SinkFixture() => StartSuccessor();

    /// <summary>What is kept, taken or not.</summary>
    private protected KeptDescriptors Kept { get; } = new();

    /// <summary>The holder as the present worker sees it.</summary>
    private protected IDescriptorStore Descriptors { get; private set; } = null!;

    private protected string Folder { get; } = Directory.CreateTempSubdirectory("xenfbfront-").FullName;

    private protected ListLogger Logger { get; } = new();

    private protected EventLoop Loop { get; } = new(TimeProvider.System);

    public virtual void Dispose()
    {
        Kept.Dispose();
        Loop.Dispose();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A new worker asks from now on.</summary>
    private protected void StartSuccessor() => Descriptors = Kept.ForWorker(static () => { });

    /// <summary>A predecessor left a file.</summary>
    private protected void Leave(InputDeviceSpec spec, Descriptor file)
    {
        Descriptors.Keep(spec.KeepName, file);
        StartSuccessor();
    }
}
