namespace Ocs.Training.Checkpoints;

/// <summary>
/// What is not the same in all processes of a run: where the first process's stands in the state of the trainer, this
/// is another one's. Its running statistics lie beside it, in <see cref="Checkpoint.Statistics"/>.
/// </summary>
/// <param name="Generator">The state of its generator: dropout and its like draw from it.</param>
/// <param name="DeviceGenerator">The same of the device that trains, where it is not the CPU.</param>
/// <param name="Own">Samples of the epoch that it has seen.</param>
/// <param name="Score">The sum of their scores.</param>
internal sealed record ReplicaState(byte[] Generator, byte[]? DeviceGenerator, long Own, double Score);
