using System.Collections.Immutable;
using Onnx;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// An ONNX node. An omitted input has an empty name. Attributes are <see cref="long"/>, <see cref="float"/>,
/// <see cref="string"/>, arrays of these, <see cref="OnnxTensor"/>, or <see cref="UnreadAttribute"/>.
/// </summary>
/// <param name="Name">Unique in the graph.</param>
/// <param name="Type">The operator.</param>
/// <param name="Domain">
/// Empty for ONNX's own operators; <see cref="Ours"/> for operators that only patterns create.
/// </param>
/// <param name="Inputs">Names of values.</param>
/// <param name="Outputs">Names of values; empty for unused outputs.</param>
/// <param name="Attributes">By name.</param>
internal sealed record OnnxNode(
    string Name, string Type, string Domain, ImmutableArray<string> Inputs, ImmutableArray<string> Outputs,
    ImmutableDictionary<string, object> Attributes)
{
    /// <summary>The domain of operators that only patterns create.</summary>
    public const string Ours = "ocs";

    /// <summary>Outer values that subgraphs in its attributes read.</summary>
    public ImmutableArray<string> Captured { get; init; } = [];

    /// <summary>All values that it reads, each once.</summary>
    public IEnumerable<string> Reads => Inputs.Concat(Captured).Where(value => value.Length > 0).Distinct();

    public string Output => Outputs[0];

    /// <summary>The input at a position; null if omitted.</summary>
    public string? InputOrNull(int index) => index < Inputs.Length && Inputs[index].Length > 0 ? Inputs[index] : null;

    /// <summary>The output at a position; null if unused.</summary>
    public string? OutputOrNull(int index) =>
        index < Outputs.Length && Outputs[index].Length > 0 ? Outputs[index] : null;

    public bool Is(string type) => Type == type && Domain.Length == 0;

    public bool Has(string attribute) => Attributes.ContainsKey(attribute);

    public long Int(string attribute, long otherwise) => Get(attribute, otherwise);

    public double Float(string attribute, double otherwise) => Get(attribute, (float)otherwise);

    public string Text(string attribute, string otherwise) => Get(attribute, otherwise);

    /// <summary>Integers; null if the attribute is missing.</summary>
    public long[]? Ints(string attribute) => Get<long[]?>(attribute, null);

    public string[]? Texts(string attribute) => Get<string[]?>(attribute, null);

    public float[]? Floats(string attribute) => Get<float[]?>(attribute, null);

    public OnnxTensor? Tensor(string attribute) => Get<OnnxTensor?>(attribute, null);

    public OnnxNode With(string attribute, object value) =>
        this with { Attributes = Attributes.SetItem(attribute, value) };

    /// <summary>The error for an invalid node.</summary>
    public OcsInputException Error(string what) => new($"node '{Name}' ({Type}): {what}.");

    /// <summary>The error for a valid node that is not supported.</summary>
    public UnreadException Unread(string what) => new(this, $"node '{Name}' ({Type}): {what}.");

    private T Get<T>(string attribute, T otherwise) => !Attributes.TryGetValue(attribute, out var value)
        ? otherwise
        : value is T typed ? typed
        : value is UnreadAttribute unread ? throw Unread($"attribute '{attribute}' is of the kind {unread.Kind}")
        : throw Error($"attribute '{attribute}' is of another type than the operator has");
}

/// <summary>A valid node is not supported. The file is read without it, and the node is kept as it is.</summary>
internal sealed class UnreadException(OnnxNode node, string message) : Exception(message)
{
    /// <summary>The node.</summary>
    public OnnxNode Node => node;
}

/// <summary>An attribute of a type that no supported operator has: a graph, a sparse tensor.</summary>
/// <param name="Kind">ONNX's name for it.</param>
internal sealed record UnreadAttribute(string Kind)
{
    /// <summary>The graph; null for other types.</summary>
    public GraphProto? Graph { get; init; }
}
