using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>
/// Boxes around objects, and their classes. Output 0 is [N, D, 4], offsets from D default boxes; output 1 is [N, D,
/// 1 + classes] of logits, the background first. The targets are those of <see cref="DetectionDataset"/>: boxes
/// [N, M, 4] by their edges as shares of the image, and classes [N, M] from 0, -1 for none. The loss is SSD's (Liu et
/// al. 2016, arXiv 1512.02325, section 2.2).
/// </summary>
/// <remarks>
/// Targets 2 and 3 may be missing. Target 2 [N, M, 2] has the area in square pixels, and an <see cref="ObjectKind"/>:
/// crowds and ignored objects are not trained on. Target 3 [N, 3] has the height and width of the image in pixels, and
/// its number in the data set.
/// </remarks>
public sealed class Detection : ITask<ImmutableArray<DetectedBox>>, IDisposable
{
    private const int Negatives = 3;
    private const double Near = 0.5;

    // The mean average precision of a network that has learnt nothing: a random box may be right.
    private const double Luck = 0.01;

    private static readonly Metric Map50 = new("map50", IsFraction: true);
    private static readonly Metric CocoAp = new("coco-ap", IsFraction: true);

    private readonly ConcurrentDictionary<Device, BoxConstants> _constants = new();

    /// <summary>A task for networks whose offsets are measured from certain default boxes.</summary>
    /// <param name="classNames">The names of the classes, in their order; the background has none.</param>
    /// <param name="boxes">The default boxes.</param>
    public Detection(ImmutableArray<string> classNames, DefaultBoxes boxes) =>
        (ClassNames, Boxes) = (classNames, boxes);

    /// <summary>The names of the classes, in their order; the background has none.</summary>
    public ImmutableArray<string> ClassNames { get; }

    /// <summary>The default boxes that offsets refer to.</summary>
    public DefaultBoxes Boxes { get; }

    /// <summary>How the loss is normalized.</summary>
    /// <value><see cref="DetectionLossNormalization.PerImage"/>.</value>
    public DetectionLossNormalization LossNormalization { get; init; }

    /// <summary>
    /// The number of unmatched default boxes, the hardest ones, that count in the loss for each matched one.
    /// </summary>
    /// <value>3. At least 0.</value>
    public int NegativesPerPositive { get; init; } = Negatives;

    /// <summary>A default box that overlaps an object by more than this has to find it.</summary>
    /// <value>0.5. Range 0..1.</value>
    public double MatchIou { get; init; } = Near;

    /// <summary>How scores become detections.</summary>
    public DetectionDecoding Decoding { get; init; } = new();

    /// <summary>The figure by which the best network is chosen.</summary>
    /// <value><see cref="DetectionMetric.MeanAveragePrecision50"/>.</value>
    public DetectionMetric Headline { get; init; }

    /// <inheritdoc/>
    public string Name => "detection";

    /// <summary>
    /// Pascal VOC's mean average precision at an intersection over union of 0.5 (`map50`), and COCO's average precision
    /// (`coco-ap`); 0 where there are no objects.
    /// </summary>
    public ImmutableArray<Metric> Metrics =>
        Headline == DetectionMetric.CocoAp ? [CocoAp, Map50] : [Map50, CocoAp];

    /// <summary>The task of a detector, also of one that was cut or read from an .ocs file.</summary>
    /// <param name="graph">A detector of the zoo, or any other network whose offsets state their default boxes.</param>
    /// <param name="classNames">The names of the classes, in their order; the background has none.</param>
    /// <exception cref="OcsInputException">The network states no default boxes, or has other classes.</exception>
    public static Detection For(Graph graph, ImmutableArray<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var boxes = graph.Nodes[graph.Outputs[0]].Operator as DefaultBoxes ?? throw new OcsInputException(
            $"Network '{graph.Name}' states no default boxes for its first output, as networks from ONNX files don't: "
            + "load its .ocs file, or give the boxes to the constructor of `Detection`.");
        if (boxes.Decodes)
        {
            throw new OcsInputException(
                $"The outputs of network '{graph.Name}' are decoded already, so there is no loss of them; give the "
                + "network as it was before.");
        }

        var task = new Detection(classNames, boxes);
        task.Check(graph);
        return task;
    }

    /// <inheritdoc/>
    public Tensor Loss(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        Require(outputs, batch);
        var defaults = ConstantsOn(outputs[0].Device);
        using var classes = TrainedClasses(batch);
        using var matches = BoxMatching.Match(batch.Targets[0], classes, defaults, MatchIou);
        return new MultiboxLoss(LossNormalization, NegativesPerPositive).Of(outputs[0], outputs[1], matches, defaults);
    }

    /// <summary>Output 1 has the logits of the classes of each default box.</summary>
    public OutputActivation ActivationOf(int output) =>
        output == 1 ? OutputActivation.SoftmaxOverLast : OutputActivation.None;

    /// <inheritdoc/>
    public IMetricTally CreateTally()
    {
        Decoding.Require();
        return new DetectionTally(this);
    }

    /// <summary>A network that has learnt nothing finds next to nothing.</summary>
    public Guessing? Guess(IDataset data) => new(Metrics[0], 0, Luck, data.Count);

    /// <inheritdoc/>
    public void Check(Graph graph, IDataset data)
    {
        Check(graph);
        if (data is DetectionDataset set && !set.ClassNames.SequenceEqual(ClassNames))
        {
            throw new OcsInputException(
                $"The classes of {data.Name} are {string.Join(", ", set.ClassNames)}, but those of the task are "
                + $"{string.Join(", ", ClassNames)}; give the task those of the data.");
        }
    }

    /// <summary>The objects of each image, the surest first; boxes are shares of its width and height.</summary>
    /// <param name="outputs">The network's outputs.</param>
    public ImmutableArray<ImmutableArray<DetectedBox>> Decode(IReadOnlyList<Tensor> outputs)
    {
        Decoding.Require();
        using var _ = Autograd.NoGrad();
        using var offsets = outputs[0].To(DType.Float32);
        using var logits = outputs[1].To(DType.Float32);
        using var decoded = (Boxes with { Decodes = true }).Run(new([offsets], [], training: false, inPlace: false));
        using var shares = Aten.Softmax(logits, 2);
        var (boxes, scores) = (Read(decoded), Read(shares));
        var (boxLength, scoreLength) = (4 * Boxes.Count, scores.Length / (int)shares.Shape[0]);
        return
        [
            .. Enumerable.Range(0, (int)shares.Shape[0]).Select(image => NonMaximumSuppression.Detect(
                boxes.AsSpan(image * boxLength, boxLength),
                scores.AsSpan(image * scoreLength, scoreLength),
                Decoding)),
        ];
    }

    /// <summary>Releases the default boxes on the devices where they were used.</summary>
    public void Dispose()
    {
        foreach (var constants in _constants.Values)
        {
            constants.Dispose();
        }

        _constants.Clear();
    }

    private BoxConstants ConstantsOn(Device device) =>
        _constants.GetOrAdd(device, place => new BoxConstants(Boxes, place));

    private void Check(Graph graph)
    {
        var shapes = graph.Outputs.Select(output => graph.Nodes[output].Shape).ToList();
        long[] offsets = [1, Boxes.Count, 4];
        long[] scores = [1, Boxes.Count, ClassNames.Length + 1];
        if (shapes.Count != 2 || !shapes[0].SequenceEqual(offsets) || !shapes[1].SequenceEqual(scores))
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' gives {string.Join(" and ", shapes.Select(shape => NodeShapes.Show(shape)))}, "
                + $"but {ClassNames.Length} classes of objects need [1, {Boxes.Count}, 4] and "
                + $"[1, {Boxes.Count}, {ClassNames.Length + 1}]; build the network for {ClassNames.Length} classes.");
        }
    }

    private static void Require(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        var targets = batch.Targets;
        if (targets.Count < 2 || targets[0].Rank != 3 || targets[0].Shape[2] != 4 || targets[1].Rank != 2
            || targets[1].DType != DType.Int64 || targets[1].Shape[1] != targets[0].Shape[1])
        {
            throw new OcsInputException(
                "A detector's targets are boxes [N, M, 4] and classes [N, M] of 64-bit integers, but the batch has "
                + $"{string.Join(" and ", targets.Select(target => NodeShapes.Show([.. target.Shape])))}; "
                + $"give them as `{nameof(DetectionDataset)}` does.");
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(outputs.Count, 2);
    }

    // Crowds and ignored objects are none to train on.
    private static Tensor TrainedClasses(Batch batch)
    {
        if (batch.Targets.Count < 3)
        {
            return batch.Targets[1].Alias();
        }

        using var kinds = Aten.Select(batch.Targets[2], 2, 1);
        using var isTrained = Aten.Call("aten::eq", "Scalar", kinds, 0.0)[0];
        using var none = Tensor.Full([], -1, DType.Int64, batch.Targets[1].Device);
        return Aten.Where(isTrained, batch.Targets[1], none);
    }

    private static float[] Read(Tensor tensor)
    {
        using var here = tensor.To(Device.Cpu);
        using var contiguous = here.Contiguous();
        return contiguous.ToArray<float>();
    }
}
