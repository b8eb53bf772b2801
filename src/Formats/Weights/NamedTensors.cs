using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Tensors by name, and where in a file they were.</summary>
/// <param name="Tensors">They belong to whoever asked for them.</param>
/// <param name="Key">The key of a checkpoint under which they were; null if there was none.</param>
/// <param name="OtherKeys">Keys of the checkpoint with tensors by name, too, such as averaged weights.</param>
public sealed record NamedTensors(
    IReadOnlyDictionary<string, Tensor> Tensors, string? Key, ImmutableArray<string> OtherKeys);
