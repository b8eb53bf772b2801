namespace Ocs.Data;

/// <summary>A part of a data set.</summary>
public enum DatasetSplit
{
    /// <summary>Training samples.</summary>
    Train,

    /// <summary>Validation samples.</summary>
    Test,
}
