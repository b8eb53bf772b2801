using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>The JSON part of an .ocs file.</summary>
internal sealed record OcsHeader(Graph Graph, PruningRecord? Record, ImmutableArray<OcsTensor> Tensors);

/// <summary>Where a parameter's bytes are, counted from the first byte of the data.</summary>
internal sealed record OcsTensor(
    string Name,
    [property: JsonPropertyName("dtype")] DType DType,
    ImmutableArray<long> Shape,
    long Offset,
    long Length);

/// <summary>Reads and writes the header without reflection. Missing or unknown members are errors.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    IgnoreReadOnlyProperties = true,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OcsHeader))]
internal sealed partial class OcsHeaderJson : JsonSerializerContext;
