using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Surgery;

/// <summary>
/// Repairs layers that read removed channels. The weight and bias of each such layer are changed so that its output
/// channels have the mean and the deviation that they had in the whole network. So the mean contribution of removed
/// channels becomes part of the bias. A layer norm over fewer channels is repaired in the same way. Layers without a
/// bias are skipped: a batch norm follows them, and its statistics are estimated again.
/// </summary>
/// <remarks>
/// A layer is measured on its inputs in the whole network, once with and once without the removed channels. So one pass
/// over the batches repairs all layers. Folding the mean is textbook; matching the deviation of each channel follows
/// 2605.21426.
/// </remarks>
internal sealed class LayerRepair
{
    // Limits the scale for channels that hardly vary any more.
    private const double LargestScale = 2;
    private readonly List<Correction> _corrections = [];

    private LayerRepair()
    {
    }

    /// <summary>How many layers are repaired.</summary>
    public int Count => _corrections.Count;

    /// <summary>Measures the layers of the whole network, with and without the removed channels.</summary>
    /// <param name="coupling">The coupling of the whole network.</param>
    /// <param name="subnetwork">What stays.</param>
    /// <param name="plan">The cut.</param>
    /// <param name="whole">The parameters of the whole network, lent.</param>
    /// <param name="batches">Inputs to measure on, lent, a batch of each input a time.</param>
    /// <param name="sum">
    /// Sums numbers over the processes of a run, so that all repair alike; null if there is one process.
    /// </param>
    public static LayerRepair Measure(
        CouplingGraph coupling, Subnetwork subnetwork, CutPlan plan, ParameterTable whole,
        IEnumerable<IReadOnlyList<Tensor>> batches, Func<double[], double[]>? sum = null)
    {
        using var _ = Autograd.NoGrad();
        var graph = plan.Before;
        Layer[] layers =
        [
            .. Enumerable.Range(0, graph.Nodes.Length)
                .Where(index => LosesInputs(plan, index))
                .Select(index => new Layer(coupling, subnetwork, plan, whole, index)),
        ];
        var repair = new LayerRepair();
        if (layers.Length == 0)
        {
            return repair;
        }

        try
        {
            var values = layers
                .SelectMany(layer => layer.Values)
                .Distinct()
                .ToImmutableArray();
            var executor = new Executor(graph with { Outputs = values }, whole);
            foreach (var batch in batches)
            {
                var outputs = executor.ForwardAll([.. batch], training: false);
                try
                {
                    foreach (var layer in layers)
                    {
                        layer.Observe(node => outputs[values.IndexOf(node)]);
                    }
                }
                finally
                {
                    OutputComparison.Release(outputs);
                }
            }

            if (sum is not null)
            {
                Array.ForEach(layers, layer => layer.Pool(sum));
            }

            repair._corrections.AddRange(layers.Select(layer => layer.Correct()));
            return repair;
        }
        finally
        {
            Array.ForEach(layers, layer => layer.Dispose());
        }
    }

    /// <summary>Repairs the parameters of the cut network.</summary>
    public void Apply(ParameterTable cut)
    {
        using var _ = Autograd.NoGrad();
        foreach (var (weightName, biasName, scales, shifts) in _corrections)
        {
            var (weight, bias) = (cut[weightName], cut[biasName]);
            using var scale = OnDeviceOf(weight, scales);
            using var shift = OnDeviceOf(weight, shifts);
            var shape = new long[weight.Rank];
            Array.Fill(shape, 1);
            shape[0] = scales.Length;
            using var scaleOfRows = Aten.View(scale, shape);
            Aten.MulInPlace(weight, scaleOfRows);
            Aten.MulInPlace(bias, scale);
            Aten.AddInPlace(bias, shift);
        }
    }

    private static Tensor OnDeviceOf(Tensor other, double[] values)
    {
        using var onCpu = Tensor.FromArray<float>([.. values.Select(value => (float)value)], [values.Length]);
        return onCpu.To(other.Device);
    }

    private static bool LosesInputs(CutPlan plan, int index)
    {
        var (before, after) = (plan.Before.Nodes[index], plan.After.Nodes[index]);
        return before.Operator is Convolution or Linear or LayerNorm { Dimensions: 1 } or GroupNorm
            && before.Parameters.Length == 2
            && !plan.Before.Nodes[before.Inputs[0]].Shape.SequenceEqual(plan.After.Nodes[after.Inputs[0]].Shape);
    }

    private readonly record struct Correction(string Weight, string Bias, double[] Scales, double[] Shifts);

    /// <summary>A layer that is measured.</summary>
    private sealed class Layer : IDisposable
    {
        private readonly Operator _after;
        private readonly int[]?[] _inputs;
        private readonly int[]?[] _outputs;
        private readonly Tensor[] _parameters;
        private readonly Node _node;
        private readonly ChannelMoments _whole;
        private readonly ChannelMoments _cut;

        public Layer(CouplingGraph coupling, Subnetwork subnetwork, CutPlan plan, ParameterTable whole, int index)
        {
            Index = index;
            _node = plan.Before.Nodes[index];
            _after = plan.After.Nodes[index].Operator;
            var shapes = plan.Before.ShapesOf(index);
            _inputs = Kept(shapes.Inputs[0], dimension => Axis.Input(0, dimension));
            _outputs = Kept(shapes.Output, Axis.Output);
            _parameters = [.. _node.Parameters.Select(name => plan.Apply(name, whole[name]))];
            var channels = _node.Operator is Convolution or GroupNorm ? 1 : shapes.Output.Length - 1;
            (_whole, _cut) = (new(channels), new(channels));

            int[]?[] Kept(ImmutableArray<long> shape, Func<int, Axis> axis) =>
            [
                .. shape.Select((_, dimension) =>
                    dimension == 0 ? null : coupling.KeptOf(index, axis(dimension), subnetwork)),
            ];
        }

        public int Index { get; }

        public IEnumerable<int> Values => [_node.Inputs[0], Index];

        public void Observe(Func<int, Tensor> valueOf)
        {
            using var before = Coordinates.Select(valueOf(Index), _outputs);
            using var input = Coordinates.Select(valueOf(_node.Inputs[0]), _inputs);
            using var after = _after.Run(new([input], _parameters, training: false, inPlace: false));
            _whole.Add(before);
            _cut.Add(after);
        }

        public void Pool(Func<double[], double[]> sum)
        {
            _whole.Pool(sum);
            _cut.Pool(sum);
        }

        public Correction Correct()
        {
            var channels = Enumerable.Range(0, _whole.Channels)
                .Select(channel => (Whole: _whole.Of(channel), Cut: _cut.Of(channel)))
                .ToArray();
            double[] scales =
            [
                .. channels.Select(channel => channel.Cut.Deviation > 0 && channel.Whole.Deviation > 0
                    ? Math.Clamp(channel.Whole.Deviation / channel.Cut.Deviation, 1 / LargestScale, LargestScale)
                    : 1),
            ];
            return new(
                _node.Parameters[0], _node.Parameters[1], scales,
                [.. channels.Select((channel, index) => channel.Whole.Mean - scales[index] * channel.Cut.Mean)]);
        }

        public void Dispose() => Array.ForEach(_parameters, tensor => tensor.Dispose());
    }
}
