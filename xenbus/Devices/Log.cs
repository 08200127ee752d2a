using Microsoft.Extensions.Logging;
using Xenbus.Domain;
using Xenbus.Wire;

namespace Xenbus.Devices;

/// <summary>What the framework tells. Ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "{Domain}, domain {OwnDomain}")]
    public static partial void Started(ILogger logger, string domain, DomainId ownDomain);

    [LoggerMessage(2, LogLevel.Information, "{Device}: found, backend {BackendPath}")]
    public static partial void DeviceFound(ILogger logger, string device, string backendPath);

    [LoggerMessage(3, LogLevel.Debug, "{Device}: we are {Ours}, backend is {Theirs}")]
    public static partial void StatesChanged(ILogger logger, string device, XenbusState ours, XenbusState theirs);

    [LoggerMessage(4, LogLevel.Information, "{Device}: connected")]
    public static partial void DeviceConnected(ILogger logger, string device);

    [LoggerMessage(5, LogLevel.Information, "{Device}: took over the live connection")]
    public static partial void TookOver(ILogger logger, string device);

    [LoggerMessage(6, LogLevel.Error, "{Device}: given up: {Reason}")]
    public static partial void DeviceFailed(ILogger logger, string device, string reason);

    [LoggerMessage(7, LogLevel.Information, "{Device}: removed by the toolstack")]
    public static partial void DeviceRemoved(ILogger logger, string device);

    [LoggerMessage(8, LogLevel.Warning, "{Device}: the backend has not let go within {Seconds} s; its pages are kept")]
    public static partial void BackendSilent(ILogger logger, string device, double seconds);

    [LoggerMessage(9, LogLevel.Warning, "{Device}: the reason could not be written to xenstore: {Message}")]
    public static partial void ErrorNodeRefused(ILogger logger, string device, string message);

    [LoggerMessage(10, LogLevel.Warning, "devices could not be listed: {Message}")]
    public static partial void DiscoveryFailed(ILogger logger, string message);

    [LoggerMessage(11, LogLevel.Warning, "{Device}: ignored, its backend path {BackendPath} is not one that a toolstack writes")]
    public static partial void ImplausibleBackend(ILogger logger, string device, string backendPath);

    [LoggerMessage(19, LogLevel.Warning, "{Device}: xenstore does not tell how the backend is: {Message}; picture and keys go on, and it is asked again")]
    public static partial void LookedInVain(ILogger logger, string device, string message);

    [LoggerMessage(12, LogLevel.Error, "{Explanation}")]
    public static partial void HeldByKernel(ILogger logger, string explanation);

    [LoggerMessage(13, LogLevel.Warning, "{Device}: being taken from the kernel's driver {Driver}; what the kernel showed or read here ends")]
    public static partial void Taking(ILogger logger, string device, string driver);

    [LoggerMessage(14, LogLevel.Information, "{Device}: the kernel's driver has let go")]
    public static partial void LetGoByKernel(ILogger logger, string device);

    [LoggerMessage(15, LogLevel.Error, "{Device}: the kernel's driver {Driver} was bound to it while we serve it; unload or unbind it, or the next connection is its")]
    public static partial void KernelIntrudes(ILogger logger, string device, string driver);

    [LoggerMessage(17, LogLevel.Warning, "{Device}: what came before the guest was restored is lost: {Message}")]
    public static partial void OutlivedLost(ILogger logger, string device, string message);

    [LoggerMessage(18, LogLevel.Information, "{Device}: the backend has started anew")]
    public static partial void BackendBeganAnew(ILogger logger, string device);

    [LoggerMessage(16, LogLevel.Information, "this guest was restored or migrated, domain {Former} is domain {Present} now: connecting anew; the event channel file of before is kept open for ever")]
    public static partial void Restored(ILogger logger, DomainId former, DomainId present);

    [LoggerMessage(18, LogLevel.Information, "{Device}: disconnected, the backend went from Connected to {Theirs}; waiting for it to offer a connection again")]
    public static partial void BackendLeft(ILogger logger, string device, XenbusState theirs);
}
