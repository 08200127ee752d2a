using Xenbus.Devices;

namespace XenFbFront.Input;

/// <summary>Input devices that predecessors kept and that nobody takes up: they end, or what they held when their worker died would be held for ever.</summary>
internal static class KeptInput
{
    /// <summary>How the names of all kept input devices begin; the number of their vkbd follows, and a slash.</summary>
    public const string Prefix = "input/";

    /// <summary>Ends those whose names begin so and that were not taken up.</summary>
    public static void Drop(IDescriptorStore descriptors, string prefix)
    {
        foreach (string name in descriptors.Names(prefix))
        {
            End(descriptors, name);
        }
    }

    /// <summary>Ends those whose vkbd is not there any more.</summary>
    /// <param name="descriptors">Where they are kept.</param>
    /// <param name="devices">All that are there.</param>
    public static void DropOrphans(IDescriptorStore descriptors, IEnumerable<DeviceStatus> devices)
    {
        HashSet<string> prefixes = [];
        foreach (DeviceStatus device in devices)
        {
            if (device.Identity.Type == "vkbd")
            {
                prefixes.Add($"{Prefix}{device.Identity.Id}/");
            }
        }

        foreach (string name in descriptors.Names(Prefix))
        {
            if (!prefixes.Contains(name[..(name.IndexOf('/', Prefix.Length) + 1)]))
            {
                End(descriptors, name);
            }
        }
    }

    private static void End(IDescriptorStore descriptors, string name)
    {
        // This process has a copy of its own.
        descriptors.Take(name)?.Dispose();
        descriptors.Drop(name);
    }
}
