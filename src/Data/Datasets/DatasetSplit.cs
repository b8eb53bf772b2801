namespace Ocs.Data;

/// <summary>Which part of a data set: what is learnt from, or what the accuracy is measured on.</summary>
public enum DatasetSplit
{
    /// <summary>What is learnt from.</summary>
    Train,

    /// <summary>What the accuracy is measured on.</summary>
    Test,
}
