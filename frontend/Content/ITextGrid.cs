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

    /// <summary>From now on calls back once when something changed since the last <see cref="Read"/>, then not again before the next one.</summary>
    /// <remarks>
    /// The silence between is part of the contract: it is what lets a reader put off reading during a flood of output without being woken for
    /// each line of it. A call without cause is allowed. The callback may read.
    /// </remarks>
    void Watch(EventLoop loop, Action onChanged);

    /// <summary>Does not call back any more.</summary>
    void Unwatch();
}
