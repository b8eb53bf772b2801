using System.Collections.Immutable;
using Ocs.Torch;
using Ocs.Training.Distillation;
using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;

namespace Ocs.Training;

/// <summary>
/// How a network is trained. The defaults are those of the paper's Tab. 8 for CIFAR, with a cosine schedule of the
/// learning rate.
/// </summary>
public sealed record TrainingOptions
{
    private const double RateOfSgd = 0.1;
    private const double RateOfAdam = 0.001;

    // The rate for random weights would destroy trained ones.
    private const double DivisorForTrainedWeights = 10;
    private static readonly double[] MilestoneShares = [0.3, 0.6, 0.8, 0.9];

    // Null if the option is not given. Its value then follows from others.
    private readonly double? _learningRate;
    private readonly ScheduleKind? _schedule;
    private readonly double? _gamma;
    private readonly int? _stepEpochs;

    /// <summary>The defaults.</summary>
    public static TrainingOptions Standard { get; } = new();

    /// <summary>The paper's schedule: the learning rate falls to a fifth at each milestone.</summary>
    public static TrainingOptions Paper { get; } = new() { Gamma = 0.2 };

    /// <summary>Epochs of the whole run: T of the paper, at least 1.</summary>
    public int Epochs { get; init; } = 300;

    /// <summary>
    /// Samples of a training step, or of each part of it with <see cref="AccumulationSteps"/>; at least 1.
    /// </summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>
    /// Batches whose mean gradient makes one step of the optimiser, at least 1; accumulate_grad_batches in PyTorch
    /// Lightning. A step has this many times <see cref="BatchSize"/> samples, in the memory of one batch. The schedule,
    /// the steps of an epoch and <see cref="DropLast"/> count steps of the optimiser. A batch norm sees each batch
    /// separately.
    /// </summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>
    /// Whether backward recomputes most values instead of keeping them (activation checkpointing, Chen et al. 2016,
    /// arXiv 1604.06174). It takes less memory and up to a third more time. Results differ only by the rounding of some
    /// sums. Such steps cannot be captured as CUDA graphs.
    /// </summary>
    public bool Recompute { get; init; }

    /// <summary>The update rule of a step.</summary>
    public OptimizerKind Optimizer { get; init; }

    /// <summary>
    /// The learning rate that the schedule starts from, above 0. If none is given, it is 0.1 with sgd, and 0.001 with
    /// adam and adamw.
    /// </summary>
    public double LearningRate
    {
        get => _learningRate ?? (Optimizer == OptimizerKind.Sgd ? RateOfSgd : RateOfAdam);
        init => _learningRate = value;
    }

    /// <summary>Momentum of the optimiser sgd, in [0, 1).</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>
    /// Whether sgd uses Nesterov momentum. The paper does not state it; the authors' program uses it.
    /// </summary>
    public bool Nesterov { get; init; } = true;

    /// <summary>The decay of the mean gradient in adam and adamw, in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>The decay of the mean squared gradient in adam and adamw, in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>The term that adam and adamw add to the denominator, above 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>
    /// L2 penalty on the parameters, not negative: part of the gradient with sgd and adam. With adamw it is decoupled:
    /// the factor that weights shrink by in a step, for each unit of the learning rate.
    /// </summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>
    /// Whether the weight decay also applies to norms, biases and other parameters that are not a matrix or kernel of a
    /// layer. Many recipes for adamw exclude them.
    /// </summary>
    public bool DecayNormsAndBiases { get; init; } = true;

    /// <summary>
    /// Factor of the learning rate from each twelfth of the network's layers to the one before it, in (0, 1]; the last
    /// layer has the whole rate. For fine-tuning, such as 0.75 (Bao et al. 2022, arXiv 2106.08254). 1 for the same rate
    /// everywhere.
    /// </summary>
    public double LayerDecay { get; init; } = 1;

    /// <summary>
    /// The largest 2-norm of all gradients together, above 0. If it is exceeded, all gradients are scaled down to it
    /// before the optimiser's step. The gradient of the penalty (Eq. 8) counts. Null for no limit.
    /// </summary>
    public double? ClipGradientNorm { get; init; }

    /// <summary>
    /// Decay of a moving average of the weights, in (0, 1), such as 0.999 for an average over about 1000 steps. The
    /// average is evaluated and saved in place of the weights. Running statistics of norms are averaged too. Null for
    /// no average.
    /// </summary>
    public double? EmaDecay { get; init; }

    /// <summary>
    /// Probability mass of the target that is spread over all classes, in [0, 1). It applies to the task chosen by the
    /// data; a task of your own has its own option.
    /// </summary>
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// The probability in [0, 1) with which training skips the last residual branch, drawn for each sample. It rises
    /// linearly over the branches, from 0 at the first one (Huang et al. 2016, arXiv 1603.09382). Null for the
    /// network's own rates.
    /// </summary>
    public double? StochasticDepth { get; init; }

    /// <summary>How the network learns from a teacher, if <see cref="TrainerSetup.Teacher"/> is set.</summary>
    public DistillationOptions Distillation { get; init; } = new();

    /// <summary>
    /// The schedule of the learning rate. If it is not given: multi-step if <see cref="MilestoneEpochs"/> is given,
    /// step if <see cref="StepEpochs"/> is, multi-step if only <see cref="Gamma"/> is, otherwise cosine.
    /// </summary>
    public ScheduleKind Schedule
    {
        get => _schedule ?? (MilestoneEpochs, _stepEpochs, _gamma) switch
        {
            (not null, _, _) => ScheduleKind.MultiStep,
            (_, not null, _) => ScheduleKind.Step,
            (_, _, not null) => ScheduleKind.MultiStep,
            _ => ScheduleKind.Cosine,
        };
        init => _schedule = value;
    }

    /// <summary>
    /// Epochs at which the multi-step schedule multiplies the rate by <see cref="Gamma"/>. Null for those of Tab. 8 in
    /// proportion: 90, 180, 240 and 270 of 300.
    /// </summary>
    public ImmutableArray<int>? MilestoneEpochs { get; init; }

    /// <summary>The factor of the multi-step and the step schedule, in (0, 1].</summary>
    public double Gamma
    {
        get => _gamma ?? 0.2;
        init => _gamma = value;
    }

    /// <summary>Epochs between two steps of the step schedule, at least 1.</summary>
    public int StepEpochs
    {
        get => _stepEpochs ?? 30;
        init => _stepEpochs = value;
    }

    /// <summary>Epochs in which the rate rises linearly from 0, not negative.</summary>
    public int WarmupEpochs { get; init; }

    /// <summary>Steps in which the rate rises, instead of whole epochs; not negative.</summary>
    /// <value>Null: those of <see cref="WarmupEpochs"/>.</value>
    public int? WarmupSteps { get; init; }

    /// <summary>
    /// The lowest learning rate of every schedule, not negative. The cosine and the linear schedule end there.
    /// </summary>
    public double MinimumLearningRate { get; init; }

    /// <summary>Seed of weights, order and augmentation.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether an incomplete last step of an epoch is skipped.</summary>
    public bool DropLast { get; init; } = true;

    /// <summary>The memory layout of values.</summary>
    public LayoutChoice Layout { get; init; }

    /// <summary>Whether a cut network is padded with zero channels while it trains.</summary>
    public PaddingChoice Padding { get; init; }

    /// <summary>The precision of convolutions and matrix products in a step.</summary>
    public Precision Precision { get; init; }

    /// <summary>The precision in which float32 matrix products and convolutions may be computed internally.</summary>
    public MatmulPrecision MatmulPrecision { get; init; }

    /// <summary>
    /// Whether cuDNN times its algorithms and uses the fastest. The choice may differ between runs, and with it the
    /// last bits.
    /// </summary>
    public bool CudnnBenchmark { get; init; } = true;

    /// <summary>Whether a step on a CUDA device is captured and launched with one call.</summary>
    public CudaGraphChoice CudaGraph { get; init; }

    /// <summary>
    /// Samples of a batch in evaluation, at least 1. On a CPU, activations should fit into its caches: ResNet-56 runs
    /// 1.1 x as fast with 100 as with 500.
    /// </summary>
    public int EvaluationBatchSize { get; init; } = 100;

    /// <summary>Minutes between checkpoints within an epoch. With 0 checkpoints are saved only after epochs.</summary>
    public double CheckpointMinutes { get; init; } = 10;

    /// <summary>Checkpoints that are kept, at least 2, so that one is intact even if the last one is damaged.</summary>
    public int CheckpointsKept { get; init; } = 2;

    /// <summary>The given milestones, or those that follow from the number of epochs.</summary>
    public ImmutableArray<int> Milestones => MilestoneEpochs
        ?? [.. MilestoneShares.Select(share => (int)Math.Round(share * Epochs, MidpointRounding.AwayFromZero))
            .Where(epoch => epoch > 0 && epoch < Epochs).Distinct()];

    /// <summary>
    /// The options for trained weights: a learning rate that is not given is a tenth of the usual one.
    /// </summary>
    public TrainingOptions ForTrainedWeights() =>
        _learningRate is null ? this with { LearningRate = LearningRate / DivisorForTrainedWeights } : this;

    /// <summary>The same options with all values that follow from others filled in.</summary>
    public TrainingOptions Resolved() => this with
    {
        LearningRate = LearningRate,
        Schedule = Schedule,
        MilestoneEpochs = Milestones,
        Gamma = Gamma,
        StepEpochs = StepEpochs,
    };

    /// <summary>Throws one <see cref="OcsInputException"/> that names every option out of range.</summary>
    public void Validate()
    {
        var problems = new List<string>();
        Check(Epochs >= 1, $"`{nameof(Epochs)}` must be at least 1, but is {Epochs}");
        Check(BatchSize >= 1, $"`{nameof(BatchSize)}` must be at least 1, but is {BatchSize}");
        Check(
            LearningRate > 0 && double.IsFinite(LearningRate),
            $"`{nameof(LearningRate)}` must be above 0, but is {LearningRate}");
        Check(
            AccumulationSteps >= 1, $"`{nameof(AccumulationSteps)}` must be at least 1, but is {AccumulationSteps}");
        Check(Beta1 is >= 0 and < 1, $"`{nameof(Beta1)}` must lie in [0, 1), but is {Beta1}");
        Check(Beta2 is >= 0 and < 1, $"`{nameof(Beta2)}` must lie in [0, 1), but is {Beta2}");
        Check(Epsilon > 0 && double.IsFinite(Epsilon), $"`{nameof(Epsilon)}` must be above 0, but is {Epsilon}");
        Check(
            ClipGradientNorm is null || (ClipGradientNorm > 0 && double.IsFinite(ClipGradientNorm.Value)),
            $"`{nameof(ClipGradientNorm)}` must be above 0, or null for no limit, but is {ClipGradientNorm}");
        Check(
            EmaDecay is null or (> 0 and < 1),
            $"`{nameof(EmaDecay)}` must lie between 0 and 1, both excluded, or be null for no average, "
            + $"but is {EmaDecay}");
        Check(Momentum is >= 0 and < 1, $"`{nameof(Momentum)}` must lie in [0, 1), but is {Momentum}");
        Check(!Nesterov || Momentum > 0, $"`{nameof(Nesterov)}` needs a momentum above 0");
        Check(WeightDecay >= 0, $"`{nameof(WeightDecay)}` must not be negative, but is {WeightDecay}");
        Check(LayerDecay is > 0 and <= 1, $"`{nameof(LayerDecay)}` must lie in (0, 1], but is {LayerDecay}");
        Check(
            LabelSmoothing is >= 0 and < 1,
            $"`{nameof(LabelSmoothing)}` must lie in [0, 1), but is {LabelSmoothing}");
        Check(
            StochasticDepth is null or (>= 0 and < 1),
            $"`{nameof(StochasticDepth)}` must lie in [0, 1), or be null for what the network has, "
            + $"but is {StochasticDepth}");
        Check(
            MilestoneEpochs is not { } milestones || milestones.All(epoch => epoch >= 0),
            $"`{nameof(MilestoneEpochs)}` must not be negative");
        Check(
            Schedule != ScheduleKind.MultiStep || Milestones.All(epoch => epoch < Epochs),
            $"`{nameof(MilestoneEpochs)}` {string.Join(", ", Milestones.Where(epoch => epoch >= Epochs))} "
            + $"do not come within {Epochs} epochs; "
            + "lower them, or leave them out for three, six, eight and nine tenths of the epochs");
        Check(Gamma is > 0 and <= 1, $"`{nameof(Gamma)}` must lie in (0, 1], but is {Gamma}");
        Check(StepEpochs >= 1, $"`{nameof(StepEpochs)}` must be at least 1, but is {StepEpochs}");
        Check(
            WarmupEpochs >= 0 && WarmupEpochs < Math.Max(Epochs, 1),
            $"`{nameof(WarmupEpochs)}` must lie in [0, epochs), but is {WarmupEpochs}");
        Check(
            WarmupSteps is null || (WarmupSteps >= 0 && WarmupEpochs == 0),
            WarmupSteps < 0
                ? $"`{nameof(WarmupSteps)}` must not be negative, but is {WarmupSteps}"
                : $"`{nameof(WarmupSteps)}` and `{nameof(WarmupEpochs)}` are two lengths of one warm-up; "
                    + "leave one of them out");
        Check(
            MinimumLearningRate == 0 || (MinimumLearningRate > 0 && MinimumLearningRate <= LearningRate),
            $"`{nameof(MinimumLearningRate)}` must lie in [0, {nameof(LearningRate)}], but is {MinimumLearningRate}");
        Check(
            EvaluationBatchSize >= 1,
            $"`{nameof(EvaluationBatchSize)}` must be at least 1, but is {EvaluationBatchSize}");
        Check(
            CheckpointMinutes >= 0,
            $"`{nameof(CheckpointMinutes)}` must not be negative, but is {CheckpointMinutes}");
        Check(CheckpointsKept >= 2, $"`{nameof(CheckpointsKept)}` must be at least 2, but is {CheckpointsKept}");
        problems.AddRange(Distillation.Problems(Epochs));
        if (problems.Count > 0)
        {
            throw new OcsInputException($"Training options: {string.Join("; ", problems)}.");
        }

        void Check(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
