using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Tensors by name, and where in a file they were.</summary>
/// <param name="Tensors">The tensors; the caller owns them.</param>
/// <param name="Key">Their key in a checkpoint; null if there is none.</param>
/// <param name="OtherKeys">Other keys of the checkpoint with named tensors, such as averaged weights.</param>
public sealed record NamedTensors(
    IReadOnlyDictionary<string, Tensor> Tensors, string? Key, ImmutableArray<string> OtherKeys);
