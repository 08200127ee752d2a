using Xenbus.Devices;

namespace XenFbFront.Input;

/// <summary>Input goes nowhere: for guests that only show something.</summary>
public sealed class NoSink : IInputSink
{
    /// <inheritdoc/>
    public string Description => "none";

    /// <inheritdoc/>
    public IInputDevice Open(InputDeviceSpec spec, IDescriptorStore descriptors) => new Nothing();

    private sealed class Nothing : IInputDevice
    {
        public long Position => 0;

        public int Write(ReadOnlySpan<InputEvent> events) => 0;

        /// <inheritdoc/>
        /// <remarks>Nothing can be lost that nobody sees.</remarks>
        public bool? WasCarriedOut(long positionBefore, ushort key, bool isDownAfter) => true;

        public void Remove()
        {
        }

        public void Dispose()
        {
        }
    }
}
