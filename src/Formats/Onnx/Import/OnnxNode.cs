using System.Collections.Immutable;
using Onnx;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// A node of ONNX. An input that is left out is an empty name. Attributes are <see cref="long"/>, <see cref="float"/>,
/// <see cref="string"/>, arrays of these, <see cref="OnnxTensor"/>, or <see cref="UnreadAttribute"/>.
/// </summary>
/// <param name="Name">Unique in the graph.</param>
/// <param name="Type">The operator.</param>
/// <param name="Domain">
/// Empty for ONNX's own; <see cref="Ours"/> for what patterns make and ONNX has no operator for.
/// </param>
/// <param name="Inputs">Names of values.</param>
/// <param name="Outputs">Names of values; those that nobody asks for may be empty.</param>
/// <param name="Attributes">By name.</param>
internal sealed record OnnxNode(
    string Name, string Type, string Domain, ImmutableArray<string> Inputs, ImmutableArray<string> Outputs,
    ImmutableDictionary<string, object> Attributes)
{
    /// <summary>The domain of operators that only patterns make.</summary>
    public const string Ours = "ocs";

    /// <summary>Values that the graphs among its attributes read from outside.</summary>
    public ImmutableArray<string> Captured { get; init; } = [];

    /// <summary>Every value that it reads, each once.</summary>
    public IEnumerable<string> Reads => Inputs.Concat(Captured).Where(value => value.Length > 0).Distinct();

    public string Output => Outputs[0];

    /// <summary>The input at a position, or null if it is left out.</summary>
    public string? InputOrNull(int index) => index < Inputs.Length && Inputs[index].Length > 0 ? Inputs[index] : null;

    /// <summary>The output at a position, or null if nobody asks for it.</summary>
    public string? OutputOrNull(int index) =>
        index < Outputs.Length && Outputs[index].Length > 0 ? Outputs[index] : null;

    public bool Is(string type) => Type == type && Domain.Length == 0;

    public bool Has(string attribute) => Attributes.ContainsKey(attribute);

    public long Int(string attribute, long otherwise) => Get(attribute, otherwise);

    public double Float(string attribute, double otherwise) => Get(attribute, (float)otherwise);

    public string Text(string attribute, string otherwise) => Get(attribute, otherwise);

    /// <summary>Whole numbers, or null if the attribute is not there.</summary>
    public long[]? Ints(string attribute) => Get<long[]?>(attribute, null);

    public string[]? Texts(string attribute) => Get<string[]?>(attribute, null);

    public float[]? Floats(string attribute) => Get<float[]?>(attribute, null);

    public OnnxTensor? Tensor(string attribute) => Get<OnnxTensor?>(attribute, null);

    public OnnxNode With(string attribute, object value) =>
        this with { Attributes = Attributes.SetItem(attribute, value) };

    /// <summary>The error of a node that is not as it should be.</summary>
    public OcsInputException Error(string what) => new($"node '{Name}' ({Type}): {what}.");

    /// <summary>The error of a node that nothing is wrong with, but that is not read here.</summary>
    public UnreadException Unread(string what) => new(this, $"node '{Name}' ({Type}): {what}.");

    private T Get<T>(string attribute, T otherwise) => !Attributes.TryGetValue(attribute, out var value)
        ? otherwise
        : value is T typed ? typed
        : value is UnreadAttribute unread ? throw Unread($"attribute '{attribute}' is of the kind {unread.Kind}")
        : throw Error($"attribute '{attribute}' is of another type than the operator has");
}

/// <summary>
/// A node is not read here, though nothing is wrong with it: the file is read without it, and it is kept as it is.
/// </summary>
internal sealed class UnreadException(OnnxNode node, string message) : Exception(message)
{
    /// <summary>The node.</summary>
    public OnnxNode Node => node;
}

/// <summary>An attribute of a kind that no operator that is read has: a graph, a sparse tensor.</summary>
/// <param name="Kind">ONNX's name for it.</param>
internal sealed record UnreadAttribute(string Kind)
{
    /// <summary>The graph, where it is one.</summary>
    public GraphProto? Graph { get; init; }
}
