using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>Owns the tensors of every parameter and buffer of a graph.</summary>
public sealed class ParameterTable : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors;
    private readonly Graph _graph;

    private ParameterTable(Graph graph, Dictionary<string, Tensor> tensors)
    {
        _tensors = tensors;
        _graph = graph;
        Names = [.. graph.Parameters.Select(spec => spec.Name)];
        Trainable = [.. graph.Parameters.Where(spec => spec.IsTrainable).Select(spec => spec.Name)];
        foreach (var name in Trainable)
        {
            _tensors[name].RequiresGrad = true;
        }
    }

    /// <summary>Every name, in the graph's order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The names of what gradients train, in the graph's order.</summary>
    public IReadOnlyList<string> Trainable { get; }

    /// <summary>The tensor of a parameter; the table still owns it.</summary>
    public Tensor this[string name] => _tensors[name];

    /// <summary>What a parameter is for.</summary>
    public ParameterRole RoleOf(string name) => _graph.Parameter(name).Role;

    /// <summary>New parameters, drawn as the graph's specifications say from the numbers of a seed.</summary>
    public static ParameterTable Initialize(Graph graph, ulong seed, Device device = default)
    {
        using var generator = new Generator(seed);
        return Initialize(graph, generator, device);
    }

    /// <summary>The same from a generator, which goes on behind what was drawn.</summary>
    public static ParameterTable Initialize(Graph graph, Generator generator, Device device = default)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var spec in graph.Parameters)
        {
            using var drawn = Draw(spec, generator);
            tensors.Add(spec.Name, drawn.To(device));
        }

        return new(graph, tensors);
    }

    /// <summary>A table of given tensors, which it owns from then on. Names and shapes must be the graph's.</summary>
    public static ParameterTable FromTensors(Graph graph, IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var spec in graph.Parameters)
        {
            if (!tensors.TryGetValue(spec.Name, out var tensor))
            {
                throw new OcsInputException(
                    $"The weights lack '{spec.Name}', so they are not those of '{graph.Name}'; "
                    + "give the network that they were trained for.");
            }

            if (!tensor.Shape.SequenceEqual(spec.Shape.AsSpan()))
            {
                throw new OcsInputException(
                    $"Weight '{spec.Name}' has shape [{string.Join(", ", tensor.Shape.ToArray())}], "
                    + $"but '{graph.Name}' needs {NodeShapes.Show(spec.Shape)}; "
                    + "give the network that it was trained for.");
            }
        }

        if (tensors.Keys.FirstOrDefault(name => !graph.HasParameter(name)) is { } foreign)
        {
            throw new OcsInputException(
                $"The weights hold '{foreign}', which '{graph.Name}' does not have; "
                + "give the network that they were trained for.");
        }

        return new(graph, new(tensors, StringComparer.Ordinal));
    }

    /// <summary>
    /// The first parameter or buffer with a value that is NaN or infinite; null if all are numbers.
    /// </summary>
    public string? FirstNotFinite
    {
        get
        {
            using var _ = Autograd.NoGrad();
            return Names.FirstOrDefault(name => !IsFinite(_tensors[name]));
        }
    }

    /// <summary>Puts another tensor in a parameter's place; the table owns it, and disposes the old one.</summary>
    internal void Replace(string name, Tensor value)
    {
        var old = _tensors[name];
        if (old.RequiresGrad)
        {
            value.RequiresGrad = true;
        }

        _tensors[name] = value;
        old.Dispose();
    }

    /// <summary>Drops every gradient.</summary>
    public void ClearGradients()
    {
        foreach (var name in Trainable)
        {
            _tensors[name].SetGradient(null);
        }
    }

    /// <summary>Copies of all tensors, for a graph of the same parameters.</summary>
    public ParameterTable Clone(Graph graph)
    {
        using var _ = Autograd.NoGrad();
        return new(graph, Names.ToDictionary(
            name => name,
            name =>
            {
                using var detached = _tensors[name].Detach();
                return detached.Clone();
            },
            StringComparer.Ordinal));
    }

    /// <summary>
    /// Copies of what a forward pass changes, and the other tensors themselves, whose gradients are apart.
    /// </summary>
    internal ParameterTable Share()
    {
        using var _ = Autograd.NoGrad();
        return new(_graph, Names.ToDictionary(
            name => name,
            name =>
            {
                var detached = _tensors[name].Detach();
                if (_graph.Parameter(name).IsTrainable)
                {
                    return detached;
                }

                using (detached)
                {
                    return detached.Clone();
                }
            },
            StringComparer.Ordinal));
    }

    /// <summary>The parameters on a device, apart from autograd.</summary>
    /// <remarks>On the device where they are, both tables share the memory of their tensors.</remarks>
    public ParameterTable To(Device device) => new(_graph, Names.ToDictionary(
        name => name,
        name =>
        {
            using var detached = _tensors[name].Detach();
            return detached.To(device);
        },
        StringComparer.Ordinal));

    /// <summary>Releases the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static bool IsFinite(Tensor tensor)
    {
        if (tensor.DType == DType.Int64)
        {
            return true;
        }

        using var magnitudes = Aten.Abs(tensor);
        using var largest = Aten.Max(magnitudes);
        return double.IsFinite(largest.Item<double>());
    }

    private static Tensor Draw(ParameterSpec spec, Generator generator)
    {
        if (spec.Role == ParameterRole.Counter)
        {
            return Tensor.Full(spec.Shape.AsSpan(), spec.Initialization.Value, DType.Int64);
        }

        var (kind, value) = spec.Initialization;
        var tensor = Tensor.Full(spec.Shape.AsSpan(), value);
        if (kind == InitializationKind.Normal)
        {
            Aten.NormalInPlace(tensor, 0, value, generator);
        }
        else if (kind == InitializationKind.Uniform)
        {
            Aten.UniformInPlace(tensor, -value, value, generator);
        }

        return tensor;
    }
}
