using Xenbus;
using Xenbus.Domain;
using Xenbus.Linux;
using Xenbus.Linux.Interop;

namespace XenFbFront.Probe;

/// <summary>Maps frames of a guest as a backend does, and looks whether they are the pages that the guest meant.</summary>
internal static class MapCommand
{
    /// <summary>Prints <c>frame N: text</c> or <c>frame N: cannot be mapped</c> for each, and how many were right.</summary>
    /// <param name="owner">The guest.</param>
    /// <param name="texts">Frame numbers, decimal, in the order of the guest's pages; none: read from the standard input.</param>
    /// <returns>0; 1 when one is not the page of its place.</returns>
    public static int Run(DomainId owner, string[] texts)
    {
        if (texts.Length == 0)
        {
            texts = Console.In.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        }

        Privcmd privcmd = new(new());
        int errno = privcmd.Open();
        if (errno != 0)
        {
            throw new XenException("open", "/dev/xen/privcmd", errno, "modprobe xen-privcmd, as root in domain 0");
        }

        int right = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            if (!ulong.TryParse(texts[i], out ulong frame))
            {
                Console.Error.WriteLine($"probe: {texts[i]} is no frame number");
                return 2;
            }

            using SharedPages? page = privcmd.MapFrames(owner, [new(frame)], out errno);
            string text = page is null ? $"cannot be mapped ({Errno.Text(errno)})" : Signature.Read(page.Bytes);
            right += text == Signature.Of(i) ? 1 : 0;
            Console.WriteLine($"frame {frame}: {text}");
        }

        Console.WriteLine($"{right} of {texts.Length} are right");
        return right == texts.Length && right > 0 ? 0 : 1;
    }
}
