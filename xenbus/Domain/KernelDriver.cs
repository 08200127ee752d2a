namespace Xenbus.Domain;

/// <summary>A driver of the guest's kernel that holds a device, so that no program can serve it.</summary>
/// <param name="Name">Of the driver, as in <c>vfb</c>.</param>
/// <param name="Module">The loadable module that it came with, as in <c>xen-kbdfront</c>; null when it is built into the kernel.</param>
/// <param name="InitFunction">Of a built-in driver, what <c>initcall_blacklist</c> has to name; null when it is not known.</param>
public sealed record KernelDriver(string Name, string? Module, string? InitFunction);
