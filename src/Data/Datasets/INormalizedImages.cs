namespace Ocs.Data;

/// <summary>Images as a network's input, whose normalization its file remembers.</summary>
public interface INormalizedImages : IDataset
{
    /// <summary>What turns pixels into the network's input.</summary>
    Normalization Normalization { get; }
}
