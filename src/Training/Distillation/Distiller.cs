using Ocs.Data;
using Ocs.Graphs;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Distributed;

namespace Ocs.Training.Distillation;

/// <summary>
/// Adds the teacher's term to the loss of a task. The weights of an epoch and the sums of the losses are tensors on the
/// device, so that steps can be captured.
/// </summary>
internal sealed class Distiller : IDisposable
{
    private readonly DistillationOptions _options;
    private readonly ITask _task;
    private readonly Teacher _teacher;

    // Of the task and of the teacher: the weight in the loss, float32, and the sum over the epoch's samples, float64.
    private readonly Tensor[] _weights;
    private readonly Tensor[] _sums;

    /// <summary>Copies the teacher. <see cref="TeacherCheck"/> must have accepted it.</summary>
    /// <param name="teacher">The teacher, lent.</param>
    /// <param name="options">The options.</param>
    /// <param name="task">The task.</param>
    /// <param name="data">The samples.</param>
    /// <param name="device">Where steps are taken.</param>
    public Distiller(Network teacher, DistillationOptions options, ITask task, IDataset data, Device device)
    {
        (_options, _task) = (options, task);
        _teacher = new(teacher, data, device);
        _weights = [Tensor.Zeros([], DType.Float32, device), Tensor.Zeros([], DType.Float32, device)];
        _sums = [Tensor.Zeros([], DType.Float64, device), Tensor.Zeros([], DType.Float64, device)];
    }

    /// <summary>The digest of the teacher.</summary>
    public string Digest => _teacher.Digest;

    /// <summary>
    /// The sums over the epoch's samples of this process: of the task's loss and of the teacher's term. Reading them
    /// waits for the device.
    /// </summary>
    public double[] Sums
    {
        get => [.. _sums.Select(sum => sum.Item<double>())];
        set => Fill(_sums, value);
    }

    /// <summary>Sets the weights of an epoch.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="isNew">Whether the epoch begins. Otherwise <see cref="Sums"/> are continued.</param>
    public void BeginEpoch(int epoch, bool isNew)
    {
        var share = Math.Min(1, (epoch + 1.0) / (_options.WarmupEpochs + 1));
        Fill(_weights, _options.Kind == DistillationKind.Kd
            ? [1 - (share * _options.Weight), share * _options.Weight]
            : [1, share]);
        if (isNew)
        {
            Sums = [0, 0];
        }
    }

    /// <summary>
    /// The teacher's outputs for a batch. Call it before the network runs, when no values are kept for the backward
    /// pass yet.
    /// </summary>
    /// <param name="batch">The samples, lent as long as the result is used.</param>
    /// <param name="format">The layout of the network that learns.</param>
    public Lesson Teach(Batch batch, MemoryFormat format) => new(this, batch, _teacher.Outputs(batch, format));

    /// <summary>
    /// The mean loss of task and teacher with their weights, [], owned by the caller; adds both to the sums.
    /// </summary>
    /// <param name="outputs">The network's outputs, [N, ...] each.</param>
    /// <param name="taught">The teacher's.</param>
    /// <param name="batch">The samples.</param>
    public Tensor Loss(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> taught, Batch batch)
    {
        using var loss = _task.Loss(outputs, batch);
        using var term = Term(outputs, taught, batch);
        Count(_sums[0], loss, batch.Count);
        Count(_sums[1], term, batch.Count);
        using var ofTask = Aten.Mul(loss, _weights[0]);
        using var ofTeacher = Aten.Mul(term, _weights[1]);
        return Aten.Add(ofTask, ofTeacher);
    }

    /// <summary>
    /// The epoch's mean losses of task and teacher over the samples of all processes. Every process must call it.
    /// </summary>
    public (double Task, double Teacher) Means(Replicas replicas, int samples)
    {
        var sums = replicas.Sum(Sums);
        return (sums[0] / samples, sums[1] / samples);
    }

    public void Dispose()
    {
        _teacher.Dispose();
        _weights.Release();
        _sums.Release();
    }

    // The sum over all outputs whose activation the task knows.
    private Tensor Term(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> taught, Batch batch)
    {
        Tensor? total = null;
        for (var i = 0; i < outputs.Count; i++)
        {
            if (Term(i, outputs[i], taught[i], batch) is not { } term)
            {
                continue;
            }

            using var first = total;
            using var second = total is null ? null : term;
            total = total is null ? term : Aten.Add(total, term);
        }

        return total!;
    }

    private Tensor? Term(int index, Tensor output, Tensor taught, Batch batch) => _task.ActivationOf(index) switch
    {
        OutputActivation.Softmax when _options.Kind == DistillationKind.Dkd =>
            DistillationLoss.Decoupled(output, taught, ClassesOf(index, output, batch), _options),
        OutputActivation.Softmax => DistillationLoss.Softmax(output, taught, _options.Temperature),
        OutputActivation.SoftmaxOverLast => DistillationLoss.SoftmaxOverLast(output, taught, _options.Temperature),
        OutputActivation.Sigmoid => DistillationLoss.Sigmoid(output, taught, _options.Temperature),
        OutputActivation.Identity => DistillationLoss.Squared(output, taught),
        _ => null,
    };

    private static Tensor ClassesOf(int index, Tensor output, Batch batch) =>
        index < batch.Targets.Count && batch.Targets[index] is { DType: DType.Int64 } target
        && target.ElementCount * output.Shape[1] == output.ElementCount
            ? target
            : throw new OcsInputException(
                $"`{nameof(DistillationKind)}.{nameof(DistillationKind.Dkd)}` compares output {index} for the right "
                + $"classes, but target {index} of the batch has no class number (int64) for each sample; "
                + $"give one, or choose `{nameof(DistillationKind)}.{nameof(DistillationKind.Kd)}`.");

    private static void Count(Tensor sum, Tensor mean, int samples)
    {
        using var _ = Autograd.NoGrad();
        using var detached = mean.Detach();
        Aten.AddInPlace(sum, detached, samples);
    }

    private static void Fill(Tensor[] tensors, double[] values)
    {
        for (var i = 0; i < tensors.Length; i++)
        {
            Aten.FillInPlace(tensors[i], values[i]);
        }
    }
}
