using Ocs.Data;
using Ocs.Torch;
using Ocs.Training.Distributed;

namespace Ocs.Training;

/// <summary>The batches of training images that a process takes.</summary>
internal static class TrainingBatches
{
    /// <summary>A loader of the training images, or of this process's part of them.</summary>
    /// <exception cref="OcsInputException">There are too few images for the processes.</exception>
    public static BatchLoader Of(TrainingData data, TrainingOptions training, Device device, Replicas replicas)
    {
        var imagesOfStep = (long)training.BatchSize * training.AccumulationSteps;
        if (training.AccumulationSteps > 1 && imagesOfStep > data.Train.Count)
        {
            throw new OcsInputException(
                $"A step of {training.AccumulationSteps} batches of {training.BatchSize} images is more than the {data.Train.Count} images of "
                + $"{data.Train.Name}; give fewer `{nameof(training.AccumulationSteps)}`, or a smaller `{nameof(training.BatchSize)}`.");
        }

        BatchLoader loader = new(data.Train, BatchLoaderOptions.Train((int)imagesOfStep, data.Augmentation, training.Seed) with
        {
            DropLast = training.DropLast,
            Device = device,
            Shard = replicas.Shard,
            Resident = device.Kind == DeviceKind.Cuda,
        });
        replicas.RequireImages(loader);
        return loader;
    }

    /// <summary>The most images that a process takes through the network at once in training.</summary>
    public static int PartSize(TrainingOptions training, int processes) => (training.BatchSize + processes - 1) / processes;

    /// <summary>The first images of a process's batch, as many as it takes through the network at once; the caller owns the tensor.</summary>
    public static Tensor FirstPart(Batch batch, int partSize) => batch.Count <= partSize
        ? batch.Images.Alias()
        : Aten.Narrow(batch.Images, 0, 0, partSize);
}
