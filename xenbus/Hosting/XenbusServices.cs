using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Xenbus.Devices;
using Xenbus.Domain;
using Xenbus.Loop;

namespace Xenbus.Hosting;

/// <summary>Composes a program that serves Xen devices.</summary>
/// <remarks>
/// The program registers an <c>ILogger</c>, an <see cref="IDescriptorStore"/> if it has a holder, and <see cref="FrontendHostOptions"/> if it wants
/// others than the defaults, before <see cref="AddXenbus"/>; then it starts <see cref="FrontendHost"/> and
/// runs <see cref="EventLoop"/>.
/// </remarks>
public static class XenbusServices
{
    /// <summary>Adds the event loop, the domain and the host of frontends.</summary>
    public static IServiceCollection AddXenbus(this IServiceCollection services, Func<IServiceProvider, IDomain> domain)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IDescriptorStore>(static _ => new NoDescriptorStore());
        services.TryAddSingleton(new FrontendHostOptions());
        services.AddSingleton(domain);
        services.AddSingleton(static provider => new EventLoop(provider.GetRequiredService<TimeProvider>()));
        // By a factory, not by its constructor: a native program need not carry what looks for constructors.
        services.AddSingleton(static provider => new FrontendHost(
            provider.GetRequiredService<IDomain>(), provider.GetRequiredService<EventLoop>(), provider.GetRequiredService<IDescriptorStore>(),
            provider.GetServices<IFrontendDriver>(), provider.GetRequiredService<ILogger>(), provider.GetRequiredService<FrontendHostOptions>()));
        return services;
    }

    /// <summary>Adds a driver; its <see cref="IFrontendDriver.DeviceType"/> says which devices it serves.</summary>
    public static IServiceCollection AddFrontend<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TDriver>(this IServiceCollection services)
        where TDriver : class, IFrontendDriver
    {
        services.AddSingleton<TDriver>();
        services.AddSingleton<IFrontendDriver>(static provider => provider.GetRequiredService<TDriver>());
        return services;
    }

    /// <summary>Adds a driver that <paramref name="make"/> makes, for a program that calls no constructors by reflection.</summary>
    public static IServiceCollection AddFrontend<TDriver>(this IServiceCollection services, Func<IServiceProvider, TDriver> make)
        where TDriver : class, IFrontendDriver
    {
        services.AddSingleton(make);
        services.AddSingleton<IFrontendDriver>(static provider => provider.GetRequiredService<TDriver>());
        return services;
    }
}
