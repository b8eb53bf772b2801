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
        BatchLoader loader = new(data.Train, BatchLoaderOptions.Train(training.BatchSize, data.Augmentation, training.Seed) with
        {
            DropLast = training.DropLast,
            Device = device,
            Shard = replicas.Shard,
            Resident = device.Kind == DeviceKind.Cuda,
        });
        replicas.RequireImages(loader);
        return loader;
    }
}
