using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>A data set that the catalog knows: where it lies, how it is recognized, how it is read.</summary>
internal abstract class DatasetSource
{
    /// <summary>The name in the catalog.</summary>
    public abstract string Name { get; }

    /// <summary>What to do if it is nowhere to be found, as an imperative.</summary>
    public abstract string Advice { get; }

    /// <summary>Sub-folders of a data root in which the set's own distributors put it.</summary>
    public abstract ImmutableArray<string> SubFolders { get; }

    /// <summary>Folders outside any data root in which a system package puts it.</summary>
    public virtual ImmutableArray<string> SystemFolders => [];

    /// <summary>What training usually does to its images.</summary>
    public abstract AugmentationOptions TrainAugmentation { get; }

    /// <summary>Images in a whole split.</summary>
    public abstract int Samples(DatasetSplit split);

    /// <summary>The set in this very folder, or null.</summary>
    public abstract DatasetLocation? Recognize(string folder);

    public abstract ImageDataset Read(DatasetLocation location, DatasetSplit split);
}
