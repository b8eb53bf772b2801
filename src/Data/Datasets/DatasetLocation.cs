namespace Ocs.Data;

/// <summary>The forms in which a data set may lie on disk.</summary>
internal enum DatasetLayout
{
    /// <summary>MNIST's idx files, gzipped or not.</summary>
    Idx,

    /// <summary>CIFAR's "binary version".</summary>
    Binary,

    /// <summary>CIFAR's "python version": pickled dictionaries.</summary>
    Python,

    /// <summary>train/CLASS/*.png and test/CLASS/*.png.</summary>
    Png,

    /// <summary>train/CLASS and val/CLASS with JPEG and PNG files of any size.</summary>
    Folder,

    /// <summary>Images with a mask each.</summary>
    Masks,
}

/// <summary>Where a data set was found.</summary>
/// <param name="Name">Its name in the catalog.</param>
/// <param name="Layout">The form in which it lies there.</param>
/// <param name="Path">A folder, or a .tar.gz file.</param>
internal sealed record DatasetLocation(string Name, DatasetLayout Layout, string Path);

/// <summary>Whether a data set is there and whole.</summary>
/// <param name="Name">Its name in the catalog.</param>
/// <param name="Location">Where it was found; null if nowhere.</param>
/// <param name="TrainSamples">Training images read.</param>
/// <param name="TestSamples">Test images read.</param>
/// <param name="Problem">What is wrong, in one sentence; null if nothing is.</param>
internal sealed record DatasetCheck(
    string Name, DatasetLocation? Location, int TrainSamples, int TestSamples, string? Problem)
{
    /// <summary>Every image that belongs to the set is there.</summary>
    public bool Whole => Problem is null;
}
