namespace Ocs.Data;

/// <summary>Normalized images. A network trained on them stores the normalization in its file.</summary>
public interface INormalizedImages : IDataset
{
    /// <summary>The normalization of the network's input.</summary>
    Normalization Normalization { get; }
}
