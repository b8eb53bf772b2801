namespace Ocs.Data;

/// <summary>How far the reading of many images is, after one of them.</summary>
/// <param name="Images">Images that were read, broken ones included.</param>
/// <param name="Total">Images to read.</param>
/// <param name="Broken">How many of those read are broken.</param>
public readonly record struct DataProgress(int Images, int Total, int Broken);
