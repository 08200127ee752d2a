namespace XenFbFront;

/// <summary>A state in shared memory that stands there twice, so that a process that is killed at any instruction leaves a whole one.</summary>
/// <remarks>
/// The next state is written beside the present one and becomes the present one by a single store to a generation, whose lowest bit says which of the
/// two counts. The three are fields of an explicit layout, which a generic struct cannot have.
/// </remarks>
internal static class StatePair
{
    /// <summary>The state that counts.</summary>
    /// <param name="generation">Counts states; wraps.</param>
    /// <param name="even">State of even generations.</param>
    /// <param name="odd">State of odd generations.</param>
    public static ref readonly T Present<T>(uint generation, in T even, in T odd)
        where T : unmanaged => ref (generation & 1) == 0 ? ref even : ref odd;

    /// <summary>Makes a state the present one, at once.</summary>
    /// <param name="generation">Counts states; one more afterwards.</param>
    /// <param name="even">State of even generations.</param>
    /// <param name="odd">State of odd generations.</param>
    /// <param name="state">Is copied.</param>
    public static void Commit<T>(ref uint generation, ref T even, ref T odd, in T state)
        where T : unmanaged
    {
        uint next = generation + 1;
        ((next & 1) == 0 ? ref even : ref odd) = state;
        // After the state: a successor that sees the number sees the state too.
        Volatile.Write(ref generation, next);
    }
}
