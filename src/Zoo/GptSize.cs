namespace Ocs.Zoo;

/// <summary>
/// The size of a <see cref="Gpt"/>. The hidden layers of its MLPs are four times as wide as the residual stream.
/// </summary>
/// <param name="Layers">Blocks of attention and MLP.</param>
/// <param name="Heads">Heads of each attention, a divisor of the width.</param>
/// <param name="Width">Width of the residual stream.</param>
/// <param name="Dropout">The probability of all dropout layers; 0 for none.</param>
/// <param name="IsTied">Whether the token embedding is also the last layer's weight (Press and Wolf 2017).</param>
internal sealed record GptSize(int Layers, int Heads, int Width, double Dropout, bool IsTied = true);
