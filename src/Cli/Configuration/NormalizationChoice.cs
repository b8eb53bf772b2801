namespace Ocs.Cli.Configuration;

/// <summary>How images are normalized.</summary>
internal enum NormalizationChoice
{
    /// <summary>By mean and deviation of the data set's training images.</summary>
    DataSet,

    /// <summary>As in the authors' program, for data sets that it knows.</summary>
    Official,

    /// <summary>By ImageNet's mean and deviation, as many published networks expect; colour images only.</summary>
    Imagenet,
}
