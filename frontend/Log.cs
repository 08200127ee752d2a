using Microsoft.Extensions.Logging;

namespace XenFbFront;

/// <summary>What the daemon tells. Ids are stable; the framework's are below 100.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning, "{Device}: {Sink} takes nothing, its events wait: {Reason}")]
    public static partial void SinkRefuses(ILogger logger, string device, string sink, string reason);

    [LoggerMessage(101, LogLevel.Information, "screen: {Description}")]
    public static partial void Screen(ILogger logger, string description);

    [LoggerMessage(102, LogLevel.Information, "input: {Description}")]
    public static partial void Sink(ILogger logger, string description);

    [LoggerMessage(104, LogLevel.Warning, "{Device}: still waiting; the backend at {BackendPath} is in state {State}")]
    public static partial void BackendLate(ILogger logger, string device, string backendPath, Xenbus.Wire.XenbusState state);

    [LoggerMessage(105, LogLevel.Warning, "no vfb or vkbd device yet; {Remedy}")]
    public static partial void NoDevice(ILogger logger, string remedy);

    [LoggerMessage(106, LogLevel.Warning, "{Device}: {Geometry} needs more than the {Pages} pages that this backend was connected with before; QEMU (7.2 at least) can crash when a viewer looks then: restart the guest, or keep the size")]
    public static partial void ScreenGrew(ILogger logger, string device, string geometry, int pages);

    [LoggerMessage(107, LogLevel.Information, "{Device}: the backend has taken the first picture")]
    public static partial void PictureTaken(ILogger logger, string device);

    [LoggerMessage(120, LogLevel.Information, "{Device}: key {Key} has no HID usage; it and others like it are dropped, which is said once")]
    public static partial void KeyWithoutUsage(ILogger logger, string device, string key);

    [LoggerMessage(121, LogLevel.Debug, "{Device}: lights:{Lights}")]
    public static partial void Lights(ILogger logger, string device, string lights);

    [LoggerMessage(122, LogLevel.Information, "{Device}: not offered through {Sink}: {Reason}")]
    public static partial void RoleNotOffered(ILogger logger, string device, string sink, string reason);

    [LoggerMessage(123, LogLevel.Warning, "{Device}: {Terminal} is not typed into, keys are dropped: {Reason}")]
    public static partial void ConsoleTakesNothing(ILogger logger, string device, string terminal, string reason);

    [LoggerMessage(124, LogLevel.Information, "{Device}: Ctrl-Alt-Del does nothing here; restart the guest from the host, or type reboot")]
    public static partial void BootLeftAlone(ILogger logger, string device);

    [LoggerMessage(125, LogLevel.Warning, "xenfbfront ctl will not work: listen at {Path}: {Reason}; it needs /run or /dev to be writable")]
    public static partial void NoControl(ILogger logger, string path, string reason);

    [LoggerMessage(126, LogLevel.Warning, "user {User} was turned away at the control socket")]
    public static partial void ControlRefused(ILogger logger, uint user);

    [LoggerMessage(127, LogLevel.Warning, "{Device}: the size `{Size}` that xenstore asks for is not taken: {Reason}")]
    public static partial void WrongSize(ILogger logger, string device, string size, string reason);

    [LoggerMessage(128, LogLevel.Information, "{Device}: {Size} needs another connection with more memory")]
    public static partial void ConnectingForSize(ILogger logger, string device, string size);

    [LoggerMessage(130, LogLevel.Warning, "{Device}: that cannot be said in xenstore: {Reason}")]
    public static partial void SizeErrorRefused(ILogger logger, string device, string reason);

    [LoggerMessage(129, LogLevel.Information, "{Device}: the screen of its number {Change}: connecting again, to type where it belongs now")]
    public static partial void ChangingSeat(ILogger logger, string device, string change);

    [LoggerMessage(140, LogLevel.Warning, "{Device}: backend takes no updates since {Seconds:0} s; is its QEMU still running? Look for its process on the host; the picture goes on when it does")]
    public static partial void BackendTakesNothing(ILogger logger, string device, double seconds);

    [LoggerMessage(141, LogLevel.Information, "{Device}: the backend takes updates again, after {Seconds:0} s")]
    public static partial void BackendTakesAgain(ILogger logger, string device, double seconds);
}
