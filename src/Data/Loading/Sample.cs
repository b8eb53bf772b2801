using Ocs.Torch;

namespace Ocs.Data;

/// <summary>One sample, without the dimension of the batch.</summary>
/// <param name="Inputs">A tensor for each input of the network.</param>
/// <param name="Targets">A tensor for each target of the loss.</param>
public sealed record Sample(Tensor[] Inputs, Tensor[] Targets);
