namespace XenFbFront.Input.Keys;

/// <summary>Two characters that make one. C: struct kbdiacruc in linux/kd.h.</summary>
/// <param name="Diacritic">The first: what a dead key stands for, or what follows Compose.</param>
/// <param name="Base">The second.</param>
/// <param name="Result">What they make.</param>
public readonly record struct Composition(int Diacritic, int Base, int Result);
