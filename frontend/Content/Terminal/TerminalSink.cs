using Xenbus.Devices;
using XenFbFront.Input;
using XenFbFront.Input.Keys;

namespace XenFbFront.Content.Terminal;

/// <summary>Input goes to the built-in terminal: keys by a keymap, the pointer to programs that ask for it, fingers nowhere.</summary>
/// <param name="source">The terminal.</param>
/// <param name="keymap">What keys mean.</param>
public sealed class TerminalSink(TerminalSource source, Keymap keymap) : IInputSink
{
    private readonly NoSink _nowhere = new();

    /// <inheritdoc/>
    public string Description => $"the built-in terminal, keymap {keymap.Name}";

    /// <inheritdoc/>
    public IInputDevice Open(InputDeviceSpec spec, IDescriptorStore descriptors) => spec.Role switch
    {
        InputRole.Keyboard => new TerminalKeyboard(source, keymap),
        InputRole.Pointer => new TerminalPointer(source, spec),
        InputRole.Touch => _nowhere.Open(spec, descriptors),
    };
}
