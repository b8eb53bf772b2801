using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// The parameters of an imported network. An initializer is one parameter, however many nodes read it. Initializers
/// with generated names are named after their node.
/// </summary>
/// <param name="highestCount">
/// The largest number of elements in all parameters: a small file can expand one tensor many times.
/// </param>
internal sealed partial class ImportedParameters(long highestCount)
{
    private const string Weight = ".weight";

    private readonly Dictionary<(OnnxTensor Origin, bool Transposed, string Shape), ParameterSpec> _specs = [];
    private readonly Dictionary<string, Func<Tensor>> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxTensor> _constants = new(StringComparer.Ordinal);
    private double _count;

    /// <summary>The parameter for a constant, in a shape with the same number of elements.</summary>
    public ParameterSpec Take(OnnxTensor constant, ImmutableArray<long> shape, string wish, ParameterRole role)
    {
        var key = (constant.TransposeOf ?? constant, constant.TransposeOf is not null, string.Join(',', shape));
        if (!_specs.TryGetValue(key, out var spec))
        {
            var name = key.Item1.Name is { } given && IsUsable(given) ? given : wish;
            _specs[key] = spec = new(Fresh(name), shape, role, StartOf(role, shape));
            _constants.Add(spec.Name, constant);
            Add(spec, () => Tensor.FromArray(constant.FloatsOnce, shape.AsSpan()));
        }

        return spec;
    }

    /// <summary>A parameter without an initializer, filled with one value.</summary>
    public ParameterSpec Fill(string wish, ImmutableArray<long> shape, ParameterRole role, double value)
    {
        var spec = new ParameterSpec(Fresh(wish), shape, role, Initialization.Constant(value));
        Add(spec, () =>
            Tensor.Full(shape.AsSpan(), value, role == ParameterRole.Counter ? DType.Int64 : DType.Float32));
        return spec;
    }

    /// <summary>
    /// The name of a parameter in the same layer as a weight: <c>conv1.PART</c> for <c>conv1.weight</c>.
    /// </summary>
    public static string Beside(ParameterSpec weight, string nodeName, string part) =>
        weight.Name.EndsWith(Weight, StringComparison.Ordinal)
            ? $"{weight.Name[..^Weight.Length]}.{part}"
            : $"{nodeName}.{part}";

    /// <summary>
    /// Whether the same file read for another size has the same numbers here. Initializers are the same in any case.
    /// </summary>
    public bool AreThoseOf(ImportedParameters other) => _constants.All(mine =>
        other._constants.TryGetValue(mine.Key, out var its)
        && ((mine.Value.Name is { } name && name == its.Name)
            || mine.Value.Floats.AsSpan().SequenceEqual(its.Floats)));

    /// <summary>The tensors of a graph's parameters, which the caller owns.</summary>
    public ParameterTable ToTable(Graph graph)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var spec in graph.Parameters)
            {
                tensors.Add(spec.Name, _values[spec.Name]());
            }

            return ParameterTable.FromTensors(graph, tensors);
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    /// <summary>
    /// Whether a name was chosen by a person: not a number, a path of scopes, or a type with a number.
    /// </summary>
    internal static bool IsUsable(string name) => name.Length > 0 && !NumberedByExporter().IsMatch(name);

    private static Initialization StartOf(ParameterRole role, ImmutableArray<long> shape) => role switch
    {
        ParameterRole.Weight =>
            Initialization.Uniform(1 / Math.Sqrt(Math.Max(NodeShapes.ElementCount(shape.Skip(1)), 1))),
        ParameterRole.NormWeight => Initialization.Constant(1),
        _ => Initialization.Constant(0),
    };

    private void Add(ParameterSpec spec, Func<Tensor> value)
    {
        _count += spec.Shape.Aggregate(1.0, (product, size) => product * size);
        _values.Add(spec.Name, _count <= highestCount
            ? value
            : throw new OcsInputException(
                $"with parameter '{spec.Name}' {NodeShapes.Show(spec.Shape)} its network has more numbers than a file "
                + "of this size can have."));
    }

    private string Fresh(string wish)
    {
        var name = wish;
        for (var number = 2; _values.ContainsKey(name); number++)
        {
            name = $"{wish}_{number}";
        }

        return name;
    }

    [GeneratedRegex(
        """^(.*::.*|/.*|\d+|(val|const|constant|tensor|initializer|var)_?\d+)$""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex NumberedByExporter();
}
