namespace Ocs.Data;

/// <summary>Which part of a data set: what is learnt from, or what the accuracy is measured on.</summary>
public enum DatasetSplit
{
    Train,
    Test,
}
