using Ocs.Data;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Distributed;

namespace Ocs.Training;

/// <summary>The batches of training samples that a process takes.</summary>
internal static class TrainingBatches
{
    /// <summary>The batches to train on, or this process's part of them.</summary>
    /// <exception cref="OcsInputException">There are too few samples for a step, or for the processes.</exception>
    public static IBatchSource Of(TrainingData data, TrainingOptions training, Device device, Replicas replicas)
    {
        var ofStep = (long)training.BatchSize * training.AccumulationSteps;
        if (training.AccumulationSteps > 1 && ofStep > data.Train.Count)
        {
            throw new OcsInputException(
                $"A step of {training.AccumulationSteps} batches of {training.BatchSize} samples is more than the "
                + $"{data.Train.Count} samples of {data.Train.Name}; give fewer "
                + $"`{nameof(training.AccumulationSteps)}`, or a smaller `{nameof(training.BatchSize)}`.");
        }

        var classes = data.Augmentation.NeedsClasses ? ClassesOf(data) : 0;
        var options = BatchLoaderOptions.Train((int)ofStep, data.Augmentation, training.Seed) with
        {
            DropLast = training.DropLast,
            Device = device,
            Shard = replicas.Shard,
            Resident = device.Kind == DeviceKind.Cuda,
        };
        var source = data.Train.Open(options);
        source = data.Augmentation.ChangesBatches ? new MixedBatches(source, options, classes) : source;
        replicas.RequireSamples(source);
        return source;
    }

    private static int ClassesOf(TrainingData data) =>
        data is { Train: LabelledImages images, Task: null or Classification }
            ? images.ClassNames.Length
            : throw new OcsInputException(
                $"{AugmentationOptions.NeedClasses}, but {data.Train.Name} has others; leave them out.");

    /// <summary>The largest number of samples that a process runs through the network at once in training.</summary>
    public static int PartSize(TrainingOptions training, int processes) =>
        (training.BatchSize + processes - 1) / processes;
}
