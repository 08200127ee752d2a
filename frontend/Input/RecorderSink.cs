using Xenbus;
using Xenbus.Devices;
using Xenbus.Linux.Interop;

namespace XenFbFront.Input;

/// <summary>Writes input to a text file instead of the guest's input subsystem: for tests, and to see what a backend sends.</summary>
/// <remarks>
/// <para>Format, ASCII: one line for each event, <c>role type code value</c>, the role a word and the rest decimal, as in</para>
/// <code>
/// keyboard 1 30 1
/// keyboard 0 0 0
///
/// pointer 3 0 16384
/// </code>
/// <para>
/// A blank line ends what was delivered at once, so a reader that follows the file takes everything up to the last blank line and comes again
/// for the rest. Passed-over blank lines leave one event a line. Type and code are those of linux/input-event-codes.h.
/// </para>
/// <para>
/// The file is appended to and shared by all roles; it is readable by its owner only, because passwords are typed too. A worker that is killed
/// while it writes may leave half of a delivery; its successor cuts that off, see <see cref="RecorderDevice.WasCarriedOut"/>.
/// </para>
/// </remarks>
/// <param name="path">A regular file, made when it is missing.</param>
public sealed class RecorderSink(string path) : IInputSink
{
    private const int OwnerReadsAndWrites = 0b110_000_000;

    /// <inheritdoc/>
    public string Description => $"recorder {path}";

    /// <inheritdoc/>
    public string KeepsAs => "record";

    /// <inheritdoc/>
    public IInputDevice Open(InputDeviceSpec spec, IDescriptorStore descriptors)
    {
        if (descriptors.Take(spec.KeepName) is { } kept)
        {
            return new RecorderDevice(kept, spec, descriptors);
        }

        const int flags = OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Append | OpenFlags.NonBlocking;
        Descriptor file = Descriptor.Own(Libc.Open(path, flags, OwnerReadsAndWrites), "open", path, "name a file in a folder that can be written to");
        try
        {
            long length = Libc.SeekToEnd(file.Number);
            if (length < 0)
            {
                throw new XenException("use", path, (int)-length, "input can be recorded to a regular file only");
            }

            descriptors.Keep(spec.KeepName, file);
            return new RecorderDevice(file, spec, descriptors);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
