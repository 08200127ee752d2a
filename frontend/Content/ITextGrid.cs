using Xenbus.Loop;

namespace XenFbFront.Content;

/// <summary>A text console that can be read as a whole and that tells when it changed.</summary>
public interface ITextGrid : IDisposable
{
    /// <summary>What it is, for people, as in <c>/dev/tty1</c>. May change when it follows the active terminal.</summary>
    string Name { get; }

    /// <summary>Reads the present state.</summary>
    /// <param name="contents">Filled in, its size included, when the result is <see cref="TextGridState.Text"/>; else undefined.</param>
    TextGridState Read(TextGridContents contents);

    /// <summary>Gives it another number of columns and rows; its programs are told (SIGWINCH). The next <see cref="Read"/> shows what came of it.</summary>
    /// <param name="columns">1 to <see cref="TextGridContents.MaximumSide"/>.</param>
    /// <param name="rows">1 to <see cref="TextGridContents.MaximumSide"/>.</param>
    /// <returns>False when it is refused: no permission, or a display driver of the kernel that cannot show it.</returns>
    bool TryResize(int columns, int rows);

    /// <summary>Calls back once when something changes; then not again before the next call of this method.</summary>
    /// <remarks>
    /// What changed shortly before may not be told: the caller reads once more after it. A call back without cause is allowed. The callback may read
    /// and watch.
    /// </remarks>
    void Watch(EventLoop loop, Action onChanged);

    /// <summary>Does not call back any more, and lets go of what watching needs.</summary>
    /// <remarks>
    /// A console that is, or was, watched can be slower for those who write to it. A reader that knows that changes go on for long does without.
    /// </remarks>
    void Unwatch();
}
