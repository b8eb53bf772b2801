using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace Ocs.Graphs;

/// <summary>
/// A network as data: nodes in topological order and a table of named parameters. Shapes are stated for a batch of one;
/// any batch runs.
/// </summary>
/// <param name="Name">Name of the network in messages.</param>
/// <param name="Nodes">The nodes; each reads only those before it.</param>
/// <param name="Parameters">Every parameter and buffer, in the order of the nodes that use them first.</param>
/// <param name="Outputs">The indices of the output nodes.</param>
public sealed record Graph(
    string Name, ImmutableArray<Node> Nodes, ImmutableArray<ParameterSpec> Parameters, ImmutableArray<int> Outputs)
{
    private FrozenDictionary<string, ParameterSpec>? _byName;

    /// <summary>Every parameter and buffer, in the order of the nodes that use them first.</summary>
    public ImmutableArray<ParameterSpec> Parameters
    {
        get;
        init
        {
            field = value;
            _byName = null;
        }
    } = Parameters;

    /// <summary>
    /// Further information of the ONNX file that the network was read from; null if it is from elsewhere.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GraphOrigin? Origin { get; init; }

    /// <summary>The nodes that the caller gives values for.</summary>
    [JsonIgnore]
    public IEnumerable<Node> InputNodes => Nodes.Where(node => node.Operator is Operators.Input);

    /// <summary>
    /// The names by which programs give the inputs: those of the file that the network is from, else of the nodes.
    /// </summary>
    [JsonIgnore]
    public ImmutableArray<string> InputNames =>
        [.. Origin?.Inputs.Select(value => value.Name) ?? InputNodes.Select(node => node.Name)];

    /// <summary>
    /// The outputs by the names by which programs ask for them, and the node of each: as in the file that the network
    /// is from, else each value once under its node's name.
    /// </summary>
    [JsonIgnore]
    public ImmutableArray<(string Name, int Node)> NamedOutputs => Origin is { } origin
        ? [.. origin.Outputs.Zip(Outputs, (value, node) => (value.Name, node))]
        : [.. Outputs.Distinct().Select(node => (Nodes[node].Name, node))];

    /// <summary>Multiply-accumulates of one sample: convolutions, linear layers and matrix products.</summary>
    [JsonIgnore]
    public long Macs => Enumerable.Range(0, Nodes.Length).Sum(MacsOf);

    /// <summary>The number of trained values.</summary>
    [JsonIgnore]
    public long ParameterCount => Parameters.Where(spec => spec.IsTrainable).Sum(spec => spec.ElementCount);

    private FrozenDictionary<string, ParameterSpec> ByName =>
        _byName ??= Parameters.ToFrozenDictionary(spec => spec.Name, StringComparer.Ordinal);

    /// <summary>The parameter with a name.</summary>
    public ParameterSpec Parameter(string name) => ByName.TryGetValue(name, out var spec)
        ? spec
        : throw new OcsInputException($"Network '{Name}' has no parameter '{name}'.");

    /// <summary>Whether a parameter with this name exists.</summary>
    public bool HasParameter(string name) => ByName.ContainsKey(name);

    /// <summary>Multiply-accumulates of one node for one sample.</summary>
    public long MacsOf(int node)
    {
        var shapes = ShapesOf(node);
        return Nodes[node].Operator.Macs(shapes)
            .Sum(term => term.Factors
                .Aggregate(term.Coefficient, (product, axis) => checked(product * shapes.Size(axis))));
    }

    /// <summary>The shapes that a node's rules see.</summary>
    public NodeShapes ShapesOf(int node) => ShapesOf(Nodes[node]);

    /// <summary>
    /// The shapes that the rules of a node on this graph's values see, the node itself need not be in the graph yet.
    /// </summary>
    public NodeShapes ShapesOf(Node node) => new(
        node.Name,
        [.. node.Inputs.Select(input => Nodes[input].Shape)],
        [.. node.Parameters.Select(name => Parameter(name).Shape)],
        node.Shape);

    /// <summary>The parameters that a gradient of the outputs reaches.</summary>
    internal HashSet<string> ParametersWithGradient()
    {
        var (reached, parameters) = (new HashSet<int>(Outputs), new HashSet<string>(StringComparer.Ordinal));
        for (var index = Nodes.Length - 1; index >= 0; index--)
        {
            if (reached.Contains(index))
            {
                var node = Nodes[index];
                parameters.UnionWith(node.Parameters);
                reached.UnionWith(node.Inputs.Where((_, input) => node.Operator.PassesGradient(input)));
            }
        }

        return parameters;
    }

    /// <summary>
    /// By node, how often its value is read: once for each input of a node, and once for each output of the network.
    /// </summary>
    internal ImmutableArray<int> ReaderCounts()
    {
        var counts = new int[Nodes.Length];
        foreach (var value in Nodes.SelectMany(node => node.Inputs).Concat(Outputs))
        {
            counts[value]++;
        }

        return [.. counts];
    }

    /// <summary>
    /// By node, the values that are not needed after it: no later node uses them, and they are no output.
    /// </summary>
    internal ImmutableArray<ImmutableArray<int>> ReleasedAfter()
    {
        var lastUse = Enumerable.Range(0, Nodes.Length).ToArray();
        for (var index = 0; index < Nodes.Length; index++)
        {
            foreach (var input in Nodes[index].Inputs)
            {
                lastUse[input] = index;
            }
        }

        var released = Enumerable.Range(0, Nodes.Length)
            .Where(value => !Outputs.Contains(value))
            .ToLookup(value => lastUse[value]);
        return [.. Enumerable.Range(0, Nodes.Length).Select(index => released[index].ToImmutableArray())];
    }

    /// <summary>
    /// The same network, which remembers how images are normalized for it: one number a channel each.
    /// </summary>
    public Graph WithNormalization(ImmutableArray<float> mean, ImmutableArray<float> standardDeviation) => this with
    {
        Nodes = [.. Nodes.Select(node => node.Operator is Operators.Input input
            ? node with { Operator = input with { Mean = mean, StandardDeviation = standardDeviation } }
            : node)],
    };

    /// <summary>
    /// The same nodes with other operators, and parameters of other shapes. The values' shapes follow, and the result
    /// is verified.
    /// </summary>
    /// <param name="parameters">The parameters, by the names of this network's.</param>
    /// <param name="operatorOf">
    /// A node's operator, by the node's index and its new shapes; the output's shape is empty.
    /// </param>
    /// <exception cref="OcsInputException">Shapes do not fit together; the message names the first node.</exception>
    internal Graph Rewrite(ImmutableArray<ParameterSpec> parameters, Func<int, NodeShapes, Operator> operatorOf)
    {
        var shapeOf = parameters.ToDictionary(spec => spec.Name, spec => spec.Shape, StringComparer.Ordinal);
        var nodes = new List<Node>(Nodes.Length);
        foreach (var node in Nodes)
        {
            var shapes = new NodeShapes(
                node.Name,
                [.. node.Inputs.Select(input => nodes[input].Shape)],
                [.. node.Parameters.Select(name => shapeOf[name])],
                []);
            var rewritten = operatorOf(nodes.Count, shapes);
            nodes.Add(node with { Operator = rewritten, Shape = rewritten.InferShape(shapes) });
        }

        var after = this with { Nodes = [.. nodes], Parameters = parameters };
        GraphVerifier.Verify(after);
        return after;
    }

    /// <summary>
    /// The same network with fewer channels: parameters get the given shapes, everything else follows. Kernels and
    /// outputs stay; shapes that do not fit together are an error that names the first node.
    /// </summary>
    internal Graph WithParameterShapes(IReadOnlyDictionary<string, ImmutableArray<long>> shapes) =>
        new Resizing(this, shapes).Apply();

    /// <summary>
    /// The same network, in which other coordinates leave together: whole heads or the same index in every head of
    /// attention, the same index in every group or whole groups of grouped convolutions and group norms. Null leaves
    /// each node's own policy.
    /// </summary>
    internal Graph WithPolicies(Operators.SplitPolicy? heads, Operators.GroupPolicy? groups) =>
        heads is null && groups is null ? this : new PolicyChange(this, heads, groups).Apply();

    /// <summary>One node a line: value, name, operator, inputs, shape.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Name}: {Macs:N0} MACs, {ParameterCount:N0} parameters\n");
        for (var index = 0; index < Nodes.Length; index++)
        {
            var node = Nodes[index];
            var inputs = string.Join(", ", node.Inputs.Select(input => $"%{input}"));
            var mark = Outputs.Contains(index) ? " -> output" : "";
            text.Append(
                CultureInfo.InvariantCulture,
                $"%{index} {node.Name} = {node.Operator}({inputs}) {NodeShapes.Show(node.Shape)}{mark}\n");
        }

        return text.ToString();
    }
}
