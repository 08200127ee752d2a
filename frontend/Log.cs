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

    [LoggerMessage(103, LogLevel.Information, "framebuffer {Geometry}")]
    public static partial void Geometry(ILogger logger, string geometry);

    [LoggerMessage(120, LogLevel.Information, "vkbd/{Id}: key {Key} has no HID usage; it and others like it are dropped, which is said once")]
    public static partial void KeyWithoutUsage(ILogger logger, int id, ushort key);

    [LoggerMessage(121, LogLevel.Debug, "vkbd/{Id}: lights {Lights}")]
    public static partial void Lights(ILogger logger, int id, Input.Keys.KeyLocks lights);

    [LoggerMessage(122, LogLevel.Information, "vkbd/{Id}: {Role} is not offered through {Sink}: {Reason}")]
    public static partial void RoleNotOffered(ILogger logger, int id, Input.InputRole role, string sink, string reason);
}
