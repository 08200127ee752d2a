using XenFbFront.Content;

namespace XenFbFront.Tests.Content.Support;

/// <summary>Text consoles of this machine, which not every kernel has and not everybody may read.</summary>
internal static class TextConsoles
{
    /// <summary>Whether one can be shown. One that nobody has opened yet comes to be by this, for whoever may open it.</summary>
    /// <param name="virtualTerminal">1 to 63, or 0 for the active one.</param>
    /// <param name="reason">Why not.</param>
    public static bool Has(int virtualTerminal, out string reason)
    {
        bool isThere = VcsTextGrid.TryOpen(virtualTerminal, out VcsTextGrid? grid, out reason);
        grid?.Dispose();
        return isThere;
    }
}
