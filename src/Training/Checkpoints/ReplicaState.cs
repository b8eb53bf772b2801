namespace Ocs.Training.Checkpoints;

/// <summary>
/// The state that differs between the processes of a run. The first process's is part of `TrainerState`; this is that
/// of another one. Its running statistics are in <see cref="Checkpoint.Statistics"/>.
/// </summary>
/// <param name="Generator">The state of its generator: dropout and its like draw from it.</param>
/// <param name="DeviceGenerator">The same of the device that trains, where it is not the CPU.</param>
/// <param name="Own">Samples of the epoch that it has seen.</param>
/// <param name="Score">The sum of their scores.</param>
internal sealed record ReplicaState(byte[] Generator, byte[]? DeviceGenerator, long Own, double Score);
