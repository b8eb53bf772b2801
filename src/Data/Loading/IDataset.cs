using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>
/// Samples to train on or to measure on: in memory, on disk or from a stream. <see cref="TensorDataset"/> holds
/// tensors, <see cref="SampleDataset"/> makes one sample at a time. A class that implements this interface makes whole
/// batches.
/// </summary>
public interface IDataset
{
    /// <summary>What it is called in messages and in the record of a run.</summary>
    string Name { get; }

    /// <summary>Samples of an epoch, N.</summary>
    int Count { get; }

    /// <summary>
    /// The shape of a sample for each input of the network, without the dimension of the batch: [[C, H, W]] for images.
    /// </summary>
    ImmutableArray<ImmutableArray<long>> InputShapes { get; }

    /// <summary>What gives the batches; the caller disposes it.</summary>
    /// <param name="options">
    /// The size of a batch, the order, the seed, the part of each batch that this process takes, and the device. The
    /// augmentation is for images; other data sets take no notice of it.
    /// </param>
    /// <exception cref="OcsInputException">An option is out of range, or does not fit the data set.</exception>
    IBatchSource Open(BatchLoaderOptions options);
}
