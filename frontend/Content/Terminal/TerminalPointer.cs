using XenFbFront.Input;
using static XenFbFront.Input.InputCodes;

namespace XenFbFront.Content.Terminal;

/// <summary>The pointer of the built-in terminal: reported to programs that ask for it, else its wheel scrolls.</summary>
internal sealed class TerminalPointer(TerminalSource source, InputDeviceSpec spec) : TerminalDevice(source)
{
    private const int WheelUp = 4, WheelDown = 5;

    /// <summary>Notches of one event that are reported; more are a broken backend's.</summary>
    private const int MaxNotches = 5;

    /// <inheritdoc/>
    protected override void Take(in InputEvent item)
    {
        ref TerminalInputState input = ref Session.Input;
        switch (item.Type, item.Code)
        {
            case (EV_ABS, ABS_X):
                input.PointerX = item.Value;
                break;
            case (EV_ABS, ABS_Y):
                input.PointerY = item.Value;
                break;
            case (EV_REL, REL_X):
                input.PointerX = Math.Clamp(input.PointerX + item.Value, 0, Source.CanvasSize.Width - 1);
                break;
            case (EV_REL, REL_Y):
                input.PointerY = Math.Clamp(input.PointerY + item.Value, 0, Source.CanvasSize.Height - 1);
                break;
            case (EV_REL, REL_WHEEL):
                Turn(item.Value);
                break;
            case (EV_KEY, BTN_LEFT or BTN_MIDDLE or BTN_RIGHT):
                // The button lies where the pointer is, which this delivery may have moved just before.
                Move();
                Source.Terminal.SendButton(item.Code switch { BTN_LEFT => 1, BTN_MIDDLE => 2, _ => 3 }, item.Value != 0, Modifiers);
                break;
            case (EV_SYN, SYN_REPORT):
                Move();
                break;
        }
    }

    private void Move()
    {
        ref readonly TerminalInputState input = ref Session.Input;
        (int width, int height) = Source.CanvasSize;
        (int x, int y) = spec.IsAbsolute ? (Scale(input.PointerX, spec.MaxX, width), Scale(input.PointerY, spec.MaxY, height)) : (input.PointerX, input.PointerY);
        (int column, int row) = Source.CellAt(x, y);
        Source.Terminal.SendPointer(column, row, Modifiers);
    }

    private void Turn(int notches)
    {
        if (Source.Terminal.Mouse == TerminalMouse.None)
        {
            Source.Turn(notches);
            return;
        }

        Move();
        for (int i = 0; i < Math.Min(Math.Abs(notches), MaxNotches); i++)
        {
            Source.Terminal.SendButton(notches > 0 ? WheelUp : WheelDown, true, Modifiers);
        }
    }

    private static int Scale(int value, int maximum, int size) => (int)((long)Math.Clamp(value, 0, Math.Max(0, maximum)) * (size - 1) / Math.Max(1, maximum));
}
