namespace Ocs.RunLog;

/// <summary>The end of a log at a checkpoint, so that a resumed run has every epoch once.</summary>
/// <param name="Bytes">The length of the log.</param>
/// <param name="Sha256">The check sum of these bytes, in hexadecimal digits.</param>
/// <param name="NextEpoch">The first epoch that is not in it.</param>
public sealed record RunLogPosition(long Bytes, string Sha256, int NextEpoch);
