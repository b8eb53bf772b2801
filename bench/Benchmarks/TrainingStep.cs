using System.Diagnostics;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;

namespace Ocs.Benchmarks;

/// <summary>
/// The training step of <see cref="OneCycleTrainer"/> on one fixed batch of random images.
/// </summary>
internal sealed class TrainingStep : IDisposable
{
    private const double Rate = 0.1;

    private readonly Sgd _optimizer = new(new() { LearningRate = Rate });
    private readonly Executor _executor;
    private readonly Tensor _images;
    private readonly Tensor _labels;
    private readonly DType? _autocast;
    private readonly bool _recompute;
    private readonly GradientReducer? _reducer;

    /// <param name="graph">A network of the zoo, or a cut one.</param>
    /// <param name="format">The layout; null for the faster one by our trial.</param>
    /// <param name="autocast">The narrow type of mixed precision, or null for float32.</param>
    /// <param name="batch">N.</param>
    /// <param name="group">The group that averages gradients; null for one process.</param>
    /// <param name="recompute">Whether backward recomputes values.</param>
    public TrainingStep(
        Graph graph, MemoryFormat? format, DType? autocast = null, int batch = 128, ProcessGroup? group = null,
        bool recompute = false)
    {
        (_autocast, _recompute) = (autocast, recompute);
        Graph = graph;
        Parameters = ParameterTable.Initialize(Graph, seed: 0);
        using var images = Tensor.Empty([batch, .. graph.InputNodes.First().Shape.Skip(1)]);
        Aten.NormalInPlace(images, 0, 1);
        _labels = Tensor.FromArray<long>([.. Enumerable.Range(0, batch).Select(n => n * 7L % 10)], [batch]);
        Format = format ?? Faster(images);
        _executor = new(Graph, Parameters, Format) { Recompute = recompute };
        _images = images.Contiguous(Format);
        _reducer = group is null ? null : new(group, [.. Parameters.Trainable.Select(name => Parameters[name])]);
    }

    public Graph Graph { get; }

    public ParameterTable Parameters { get; }

    public MemoryFormat Format { get; }

    /// <summary>
    /// Takes a step and returns its milliseconds, including Eq. 8 and 9 if a pruner is in sparsity learning.
    /// </summary>
    public double Run(OneCyclePruner? pruner = null)
    {
        var start = Stopwatch.GetTimestamp();
        _reducer?.BeginForward();
        using (var loss = Loss())
        {
            if (double.IsNaN(loss.Item<double>()))
            {
                throw new InvalidOperationException("the loss is not a number");
            }

            if (_reducer is null)
            {
                Autograd.Backward(loss);
            }
            else
            {
                _reducer.Backward(loss);
            }

            pruner?.AddPenaltyGradient();
            _optimizer.Step(Parameters, Rate);
            pruner?.Shrink(Rate);
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Takes a sparsity-learning step and returns the milliseconds of Eq. 8 and 9 alone.</summary>
    public double Extra(OneCyclePruner pruner)
    {
        using var loss = Loss();
        Autograd.Backward(loss);
        var start = Stopwatch.GetTimestamp();
        pruner.AddPenaltyGradient();
        var penalty = Stopwatch.GetElapsedTime(start);
        _optimizer.Step(Parameters, Rate);
        start = Stopwatch.GetTimestamp();
        pruner.Shrink(Rate);
        return (penalty + Stopwatch.GetElapsedTime(start)).TotalMilliseconds;
    }

    private Tensor Loss()
    {
        using var _ = Autocast.To(_autocast);
        using var logits = _executor.Forward(_images, training: true);
        return Aten.CrossEntropy(logits, _labels);
    }

    private MemoryFormat Faster(Tensor images)
    {
        MemoryFormat[] formats = [MemoryFormat.Contiguous, MemoryFormat.ChannelsLast];
        var seconds = MemoryFormatTrial.Seconds(
            [.. formats.Select(format => new StepCandidate(Graph, Parameters, format, _autocast, _recompute))],
            [images]);
        return TurnTimes.Ranked(formats, seconds)[0].Choice;
    }

    public void Dispose()
    {
        _reducer?.Dispose();
        _images.Dispose();
        _labels.Dispose();
        _optimizer.Dispose();
        Parameters.Dispose();
    }
}
