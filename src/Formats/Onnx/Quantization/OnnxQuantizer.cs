using System.Collections.Immutable;
using Google.Protobuf;
using Ocs.Formats.Onnx.Export;
using Ocs.Graphs;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Quantization;

/// <summary>
/// Writes a network as an 8-bit quantized ONNX file. The caller runs the float file with calibration samples, and
/// passes on its activations.
/// </summary>
internal sealed class OnnxQuantizer
{
    // The first whose DequantizeLinear has a scale for each channel.
    private const int LowestOpset = 13;

    private readonly ModelProto _model;
    private readonly QuantizationPlan _plan;
    private readonly Dictionary<string, ActivationRange> _ranges;

    private OnnxQuantizer(ModelProto model, long floatBytes, QuantizationPlan plan, CalibrationMethod method)
    {
        (_model, _plan, FloatBytes) = (model, plan, floatBytes);
        Observed = [.. plan.Made.Values.Concat(plan.Needed).Distinct(StringComparer.Ordinal)];
        _ranges = Observed.ToDictionary(
            name => name, name => new ActivationRange(name, method), StringComparer.Ordinal);
    }

    /// <summary>The values to observe: inputs or outputs of the calibration file.</summary>
    public ImmutableArray<string> Observed { get; }

    /// <summary>The size of the float file.</summary>
    public long FloatBytes { get; }

    /// <summary>The number of layers whose weights become int8.</summary>
    public int Layers => _plan.Layers;

    /// <summary>The layers with weights that stay float.</summary>
    public IReadOnlyList<string> FloatLayers => _plan.FloatLayers;

    /// <summary>Prepares a network; batch norms are folded into the layers before them.</summary>
    /// <exception cref="OcsInputException">
    /// An option does not fit the network, or the file would be too large.
    /// </exception>
    public static OnnxQuantizer Of(
        Graph graph, ParameterTable parameters, OnnxOptions onnx, QuantizationOptions options)
    {
        if (!OnnxFile.IsOneFile(graph))
        {
            throw new OcsInputException(
                $"{graph.Name} has more than 2 GB of weights, and int8 files of such networks are not written; "
                + "prune it first.");
        }

        onnx = onnx with
        {
            FoldBatchNorm = true,
            Floats = OnnxFloats.Float32,
            Opset = OpsetOf(graph, onnx),
        };
        var model = OnnxFile.ToModel(graph, parameters, onnx);
        var floatBytes = model.CalculateSize();
        ConstantTransposes.Fold(model.Graph);
        InputChannels.Pad(model.Graph, node => QuantizationPlan.IsExcluded(node, options.Exclude));
        return new(model, floatBytes, QuantizationPlan.Of(model.Graph, options.Exclude), options.Calibration);
    }

    private static int? OpsetOf(Graph graph, OnnxOptions onnx) => onnx.OpsetOf(graph) >= LowestOpset
        ? onnx.Opset
        : onnx.Opset is null && graph.Origin?.Kept is null
            ? LowestOpset
            : throw new OcsInputException(
                $"{graph.Name} would be written in opset {onnx.OpsetOf(graph)}, which has no scale for each channel; "
                + (onnx.Opset is null
                    ? $"it has nodes that are kept as they are, so export it again with opset {LowestOpset} or later."
                    : $"int8 files have opset {LowestOpset} or later: leave the opset out, or choose such a one."));

    /// <summary>Writes the float network with the <see cref="Observed"/> values as further outputs.</summary>
    public void WriteForCalibration(Stream stream)
    {
        var model = _model.Clone();
        var type = new TypeProto { TensorType = new() { ElemType = (int)DataType.Float } };
        var known = model.Graph.Input.Concat(model.Graph.Output).Select(value => value.Name);
        model.Graph.Output.AddRange(
            Observed.Except(known).Select(name => new ValueInfoProto { Name = name, Type = type }));
        model.WriteTo(stream);
    }

    /// <summary>Adds the numbers of a value for some samples.</summary>
    public void Observe(string name, ReadOnlySpan<float> numbers) => _ranges[name].Add(numbers);

    /// <summary>Writes the file, once.</summary>
    /// <returns>Its bytes.</returns>
    public long Write(string path)
    {
        var scales = _ranges.ToDictionary(pair => pair.Key, pair => pair.Value.ToScale(), StringComparer.Ordinal);
        QdqRewriting.Apply(_model.Graph, _plan, name => scales[name]);
        path = AtomicFile.TargetOf(path);
        var older = WeightsBeside.Of(path);
        WholeFile.Write(path, stream => _model.WriteTo(stream));
        older.DiscardStale();
        return _model.CalculateSize();
    }
}
