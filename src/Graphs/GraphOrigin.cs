using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ocs.Graphs;

/// <summary>
/// Information of an ONNX file besides its operators. It stays with the network through cuts, .ocs files and
/// checkpoints, so that the final file can replace the first one.
/// </summary>
/// <param name="Inputs">The inputs, in the order of the graph's input nodes.</param>
/// <param name="Outputs">The outputs, in the order of the graph's.</param>
public sealed record GraphOrigin(ImmutableArray<OriginValue> Inputs, ImmutableArray<OriginValue> Outputs)
{
    /// <summary>The version of ONNX's operators.</summary>
    public required long Opset { get; init; }

    /// <summary>ONNX's name for the type that most weights had: Float, Float16, Bfloat16 or Double.</summary>
    public required string WeightType { get; init; }

    /// <summary>
    /// Whether weights of 16 bits are only stored so: a Cast makes 32-bit floats of them before they are used.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WeightsAreCast { get; init; }

    /// <summary>
    /// How many values and weights of 8 or 16 bits (DequantizeLinear) were read as floats, without their rounding.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Dequantized { get; init; }

    /// <summary>Whether sizes other than the batch that were free stay free in the written file.</summary>
    public bool SizesStayFree { get; init; }

    /// <summary>The graph's own name, which <see cref="Graph.Name"/> replaces where an exporter made it.</summary>
    public required string GraphName { get; init; }

    /// <summary>The text about the graph, <c>doc_string</c>.</summary>
    public string GraphDescription { get; init; } = "";

    /// <summary>The text about the file, <c>doc_string</c>.</summary>
    public string Description { get; init; } = "";

    /// <summary>The namespace of the file, a reversed host name (<c>domain</c>).</summary>
    public string Domain { get; init; } = "";

    /// <summary>The version of the model (<c>model_version</c>).</summary>
    public long ModelVersion { get; init; }

    /// <summary>The metadata of the file (<c>metadata_props</c>).</summary>
    public ImmutableArray<OriginProperty> Metadata { get; init; } = [];

    /// <summary>The nodes of the file that are not read and therefore kept; null if all are read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeptNodes? Kept { get; init; }

    /// <summary>Whether it has a different name for each value of a network of so many inputs and outputs.</summary>
    internal bool Fits(int inputs, int outputs) =>
        !Inputs.IsDefault && !Outputs.IsDefault && !Metadata.IsDefault && Inputs.Length == inputs
        && Outputs.Length == outputs
        && Inputs.Concat(Outputs).All(value => value is { Name.Length: > 0, Sizes.IsDefault: false, Batch: >= 0 })
        && Metadata.All(property => property is { Key: not null, Value: not null })
        && Kept is null or { Nodes.IsDefault: false }
        && AreDistinct(Inputs) && AreDistinct(Outputs);

    private static bool AreDistinct(ImmutableArray<OriginValue> values) =>
        values.Select(value => value.Name).Distinct(StringComparer.Ordinal).Count() == values.Length;
}

/// <summary>An input or output as the file has it.</summary>
/// <param name="Name">The name by which programs give or ask for it.</param>
/// <param name="Type">ONNX's name for the type of its numbers.</param>
/// <param name="Sizes">
/// The name of each dimension's size: empty if it is free without a name, null if it is a number.
/// </param>
public sealed record OriginValue(string Name, string Type, ImmutableArray<string?> Sizes)
{
    /// <summary>
    /// The dimension that is the batch in the file. In the network it is the first; the others keep their order.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Batch { get; init; }

    /// <summary>
    /// The node that is kept as it is and makes this input, or reads this output, as <c>TopK 'topk'</c>; null for the
    /// inputs and outputs of the file.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeptNode { get; init; }
}

/// <summary>
/// The part of an ONNX file that is not read. The values between it and the network are inputs and outputs of the
/// network, whose channels stay.
/// </summary>
/// <param name="Nodes">The nodes, in the file's order.</param>
/// <param name="Model">
/// The file without what the network holds: an ONNX model of these nodes, their constants, and all else as it was.
/// </param>
public sealed record KeptNodes(ImmutableArray<KeptNode> Nodes, ReadOnlyMemory<byte> Model)
{
    /// <summary>The nodes that are not read for their own reason, and not because of their inputs.</summary>
    [JsonIgnore]
    public IEnumerable<KeptNode> First => Nodes.Where(node => !node.Follows);
}

/// <summary>A node that is kept as it is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Operator">ONNX's operator.</param>
/// <param name="Reason">Why it is not read.</param>
/// <param name="Follows">Whether the reason is only that it reads what another such node makes.</param>
public sealed record KeptNode(string Name, string Operator, string Reason, bool Follows = false)
{
    /// <summary>The operator and the name, as sentences have them.</summary>
    public override string ToString() => $"{Operator} '{Name}'";
}

/// <summary>A key and its text.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The text.</param>
public sealed record OriginProperty(string Key, string Value);
