using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Search;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Steps;

namespace Ocs.Training.Distributed;

/// <summary>
/// The processes that train copies of one network on parts of each batch. The copies stay equal. With one process,
/// every method returns its argument.
/// </summary>
/// <remarks>
/// The loss of a step is the mean over the samples of all parts, as with one process; parts may differ in size.
/// Everything else that processes exchange in a step is sent with the gradients, as the gradient of a tensor of four
/// numbers. A separate message would cost two latencies for each step and process.
/// </remarks>
internal sealed class Replicas(ProcessGroup? group) : IProcessExchange, IDisposable
{
    private GradientReducer? _reducer;
    private Tensor? _tally;
    private bool _stopped;
    private bool _saveIsDue;
    private float _lossOfParts;
    private int _imagesOfParts;

    /// <summary>One process.</summary>
    public static Replicas None { get; } = new(group: null);

    public int Count => group?.Size ?? 1;

    /// <summary>Whether this process writes files and shows progress.</summary>
    public bool IsFirst => group is null or { Rank: 0 };

    /// <summary>This process's part of each batch.</summary>
    public Shard Shard => group is null ? Shard.Whole : new(group.Rank, group.Size);

    /// <summary>Throws if a batch of an epoch has fewer samples than there are processes.</summary>
    public void RequireSamples(IBatchSource source)
    {
        var last = source.SamplesOf(source.BatchesPerEpoch - 1);
        if (last < Count)
        {
            throw new OcsInputException(
                $"The last batch of an epoch has {last} samples, which {Count} processes cannot share; "
                + $"take `{nameof(TrainingOptions.DropLast)} = true`, a larger `{nameof(TrainingOptions.BatchSize)}`, "
                + "or fewer processes.");
        }
    }

    /// <summary>Throws in every process if a text differs between them.</summary>
    public void RequireEqual(string what, string text)
    {
        if (group is null)
        {
            return;
        }

        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        var digests = Gather(digest);
        var others = Enumerable.Range(1, Count - 1)
            .Where(rank => !digests[rank].AsSpan().SequenceEqual(digests[0])).ToList();
        if (others.Count > 0)
        {
            throw new OcsInputException(
                $"The processes of the run do not have the same {what}: rank {string.Join(", ", others)} differs from "
                + $"rank 0 (SHA-256 {Convert.ToHexStringLower(digests[others[0]])[..12]}, "
                + $"not {Convert.ToHexStringLower(digests[0])[..12]}); start all of them with the same program, "
                + "configuration and data.");
        }
    }

    /// <summary>Begins a run in processes that differ only in the random numbers of dropout.</summary>
    /// <param name="run">The run.</param>
    /// <param name="where">Where it is resumed; empty for a new run.</param>
    /// <param name="position">Steps that it has taken.</param>
    public void BeginAlike(TrainingContext run, string where, long position)
    {
        var data = run.Data;
        RequireEqual(
            where.Length == 0 ? "options, network or data" : "options, network, data or checkpoint",
            $"{run.OptionsText} {run.Training} {run.Original.Name} {run.Original.Macs} {data.Train.Name} "
            + $"{data.Train.Count} {data.Test.Count}{run.Distiller?.Digest}{where}");
        Begin(run.Network.Parameters, run.Generator, run.Device, run.Training.Seed, position);
    }

    /// <summary>
    /// Gives every process the parameters of rank 0, and its own random numbers for dropout from a step of the run on.
    /// </summary>
    public void Begin(ParameterTable parameters, Generator generator, Device device, ulong seed, long step)
    {
        if (group is null)
        {
            return;
        }

        foreach (var name in parameters.Names)
        {
            group.Broadcast(parameters[name]);
        }

        if (group.Rank > 0)
        {
            var own = Rng.ForStream(seed, $"replica {group.Rank}", step).NextUInt64();
            using var drawn = new Generator(own);
            generator.SetState(drawn.GetState());
            if (device.Kind != DeviceKind.Cpu)
            {
                TorchRuntime.Seed(own);
            }
        }
    }

    /// <summary>From now on gradients of these tensors are averaged.</summary>
    public void Reduce(ParameterTable parameters)
    {
        if (group is null)
        {
            return;
        }

        Dispose();
        var tensors = parameters.Trainable.Select(name => parameters[name]).ToList();
        _tally = Tensor.Zeros([4], DType.Float32, tensors[0].Device);
        _tally.RequiresGrad = true;
        _reducer = new(group, [.. tensors, _tally]);
    }

    /// <summary>To be called before the forward pass of a step.</summary>
    public void BeginStep() => _reducer?.BeginForward();

    /// <summary>
    /// Whether to stop. All processes get the same answer; it was exchanged in their last common step.
    /// </summary>
    public bool IsStopped(CancellationToken stop) => group is null ? stop.IsCancellationRequested : _stopped;

    /// <summary>Whether to save. All processes get the answer of rank 0 from their last step.</summary>
    public bool IsSaveDue(bool own) => group is null ? own : _saveIsDue;

    /// <summary>
    /// Adds to the gradients of the mean loss of all parts. After the last part of each process they are the same in
    /// all of them.
    /// </summary>
    /// <param name="loss">The mean loss of a part of this process.</param>
    /// <param name="images">The images of this part.</param>
    /// <param name="share">The parts of all processes in the step.</param>
    /// <param name="isLast">Whether it is the last part that this process has of the step.</param>
    /// <returns>The mean loss of all parts; null before the last.</returns>
    public double? Backward(Tensor loss, int images, StepShare share, bool isLast)
    {
        var value = loss.Item<double>();
        if (_reducer is null)
        {
            Autograd.Backward(loss);
            return value;
        }

        // The reducer divides by the number of processes; parts larger than the average count more.
        using var weighted = Aten.Mul(loss, (double)images * Count / share.Samples);
        (_lossOfParts, _imagesOfParts) = (_lossOfParts + ((float)value * images), _imagesOfParts + images);
        if (!isLast)
        {
            // The reducer ignores gradients that it was not told to expect.
            Autograd.Backward(weighted);
            return null;
        }

        using var own = Tensor.FromArray<float>(
            [
                _lossOfParts, _imagesOfParts,
                share.Stop.IsCancellationRequested ? 1 : 0, share.IsSaveDue && IsFirst ? 1 : 0,
            ],
            [4]);
        (_lossOfParts, _imagesOfParts) = (0, 0);
        using var here = own.To(loss.Device);
        using var product = Aten.Mul(_tally!, here);
        using var tally = Aten.Sum(product);
        using var total = Aten.Add(weighted, tally);
        _reducer.Backward(total);
        using var means = _tally!.GetGradient()!;
        var sums = means.ToArray<float>();
        _tally.SetGradient(null);
        (_stopped, _saveIsDue) = (sums[2] > 0, sums[3] > 0);
        return (double)sums[0] / sums[1];
    }

    /// <summary>Sums over the processes, number by number.</summary>
    public double[] Sum(params double[] values)
    {
        if (group is null)
        {
            return values;
        }

        using var sums = Tensor.FromArray(values, [values.Length]);
        group.AllReduce(sums);
        return sums.ToArray<double>();
    }

    /// <summary>Means over the processes, number by number, so that all decide alike.</summary>
    public double[] Mean(params double[] values) =>
        group is null ? values : Array.ConvertAll(Sum(values), sum => sum / Count);

    /// <summary>
    /// Averages the running statistics of batch norms over the processes. In training each process normalizes by the
    /// statistics of its own part, as PyTorch's DistributedDataParallel does.
    /// </summary>
    public void AverageStatistics(Graph graph, ParameterTable parameters)
    {
        if (group is null)
        {
            return;
        }

        foreach (var spec in graph.Parameters.Where(spec => spec.Role == ParameterRole.Buffer))
        {
            group.AllReduce(parameters[spec.Name]);
            Aten.MulInPlace(parameters[spec.Name], 1.0 / Count);
        }
    }

    /// <summary>
    /// The own state of each process after the first, and by rank its running statistics, which the caller owns. All
    /// processes must call it.
    /// </summary>
    public (ImmutableArray<ReplicaState> Others, IReadOnlyDictionary<int, Tensor> Statistics) States(
        RunningNetwork network, Generator generator, Device device, EpochProgress? progress)
    {
        if (group is null)
        {
            return ([], new Dictionary<int, Tensor>());
        }

        var generators = Gather(generator.GetState());
        var ofDevice = device.Kind == DeviceKind.Cpu ? null : Gather(TorchRuntime.GetRngState(device));
        var counts = Gather([progress?.Own ?? 0, BitConverter.DoubleToInt64Bits(progress?.Score ?? 0)]);
        return (
            [
                .. Enumerable.Range(1, Count - 1).Select(rank => new ReplicaState(
                    generators[rank], ofDevice?[rank], counts[rank][0],
                    BitConverter.Int64BitsToDouble(counts[rank][1]))),
            ],
            Statistics(network));
    }

    private Dictionary<int, Tensor> Statistics(RunningNetwork network)
    {
        using var own = RunningStatistics.Of(network.Graph, network.Tables);
        if (own.ElementCount == 0)
        {
            return [];
        }

        var all = group!.AllGather(own);
        all[0].Dispose();
        return Enumerable.Range(1, Count - 1).ToDictionary(rank => rank, rank => all[rank]);
    }

    /// <summary>Rank 0's choice of channels.</summary>
    public Partition Agree(Partition partition)
    {
        if (group is null)
        {
            return partition;
        }

        var own = partition.Subnetwork;
        using var stays = Tensor.FromArray<byte>(
            [.. own.Kept.SelectMany((kept, index) => Stays(kept, own.Channels[index]))], [own.Channels.Sum()]);
        using var removed = Tensor.FromArray([partition.Removed], [1]);
        group.Broadcast(stays);
        group.Broadcast(removed);
        var bytes = stays.ToArray<byte>();
        var (first, kept) = (0, ImmutableArray.CreateBuilder<ImmutableArray<int>>());
        foreach (var channels in own.Channels)
        {
            kept.Add([.. Enumerable.Range(0, channels).Where(channel => bytes[first + channel] != 0)]);
            first += channels;
        }

        return partition with { Subnetwork = own with { Kept = kept.ToImmutable() }, Removed = removed.Item<double>() };
    }

    /// <summary>Throws in every process if one of them would keep other channels.</summary>
    public void RequireEqual(Subnetwork subnetwork) => RequireEqual(
        "channels to keep at the cut", string.Join(';', subnetwork.Kept.Select(kept => string.Join(',', kept))));

    /// <summary>A sentence about how far the copies' weights have drifted apart; null for one process.</summary>
    public string? Drift(ParameterTable parameters)
    {
        if (group is null)
        {
            return null;
        }

        using var _ = Autograd.NoGrad();
        var largest = 0.0;
        foreach (var name in parameters.Trainable)
        {
            using var first = parameters[name].Clone();
            group.Broadcast(first);
            Aten.SubInPlace(first, parameters[name]);
            using var size = Aten.Abs(first);
            using var maximum = Aten.Max(size);
            largest = Math.Max(largest, maximum.Item<double>());
        }

        using var all = Tensor.FromArray([largest], [1]);
        group.AllReduce(all, GroupReduction.Max);
        var drift = all.Item<double>();
        return drift == 0
            ? $"{Count} processes end with the same weights."
            : string.Create(
                CultureInfo.InvariantCulture, $"{Count} processes end with weights that differ by at most {drift:G3}.");
    }

    public void Dispose()
    {
        _reducer?.Dispose();
        _tally?.Dispose();
    }

    private static byte[] Stays(ImmutableArray<int> kept, int channels)
    {
        var stays = new byte[channels];
        foreach (var channel in kept)
        {
            stays[channel] = 1;
        }

        return stays;
    }

    /// <inheritdoc/>
    public double[][] Gather(double[] values)
    {
        if (group is null)
        {
            return [values];
        }

        var longest = Gather<long>([values.Length]);
        var padded = new double[longest.Max(length => length[0])];
        values.CopyTo(padded, 0);
        return [.. Gather<double>(padded).Zip(longest, (all, length) => all[..(int)length[0]])];
    }

    // The numbers of all processes, by rank; each gives the same count.
    private T[][] Gather<T>(T[] numbers)
        where T : unmanaged
    {
        using var own = Tensor.FromArray(numbers, [numbers.Length]);
        return Array.ConvertAll(group!.AllGather(own), Read<T>);
    }

    private static T[] Read<T>(Tensor tensor)
        where T : unmanaged
    {
        using (tensor)
        {
            return tensor.ToArray<T>();
        }
    }
}
