namespace XenFbFront.Viewer;

/// <summary>The keys and buttons that one viewer holds down, in the order they went down.</summary>
/// <remarks>
/// It answers two questions: which key code a released keysym belongs to, and what must be let go when the viewer vanishes. One entry a
/// key code, so a viewer that sends nonsense cannot make it grow beyond the codes there are. Not thread-safe.
/// </remarks>
internal sealed class HeldKeys
{
    private readonly List<(uint Keycode, uint Keysym)> _held = [];

    /// <summary>How many are down.</summary>
    public int Count => _held.Count;

    /// <summary>Notes a press; <paramref name="keysym"/> is 0 where there is none (buttons, a local window).</summary>
    public void Press(uint keycode, uint keysym = 0)
    {
        int index = _held.FindIndex(held => held.Keycode == keycode);
        if (index >= 0)
        {
            _held[index] = (keycode, keysym);
        }
        else
        {
            _held.Add((keycode, keysym));
        }
    }

    /// <summary>Whether a key code is down.</summary>
    public bool Contains(uint keycode) => _held.Exists(held => held.Keycode == keycode);

    /// <summary>Notes a release by key code.</summary>
    public void Release(uint keycode) => _held.RemoveAll(held => held.Keycode == keycode);

    /// <summary>The key code that went down for a keysym and is still held.</summary>
    public bool TryFind(uint keysym, out uint keycode)
    {
        int index = keysym == 0 ? -1 : _held.FindIndex(held => held.Keysym == keysym);
        keycode = index >= 0 ? _held[index].Keycode : 0;
        return index >= 0;
    }

    /// <summary>Takes out the one that went down last, so that modifiers go up after the keys they modify.</summary>
    public bool TryTakeLast(out uint keycode)
    {
        keycode = 0;
        if (_held.Count == 0)
        {
            return false;
        }

        keycode = _held[^1].Keycode;
        _held.RemoveAt(_held.Count - 1);
        return true;
    }
}
