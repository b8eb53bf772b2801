using Ocs.Cli.Runs;
using Ocs.Cli.Runtimes;
using Ocs.Data;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Cli.Tests.Runs;

/// <summary>Batches that do not fit into memory.</summary>
public sealed class TrainingMemoryTests : IDisposable
{
    private const int Images = 1000;

    private readonly TemporaryFolder _folder = new();

    public TrainingMemoryTests() => _folder.Write("proc/meminfo", "MemAvailable: 100000 kB\n");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1000, 100, "A training step of cifar_resnet8 with 1000 images takes at least")]
    [InlineData(1000000, 100, "A training step of cifar_resnet8 with 1000 images takes at least")]
    [InlineData(64, 1000, "An evaluation of cifar_resnet8 with 1000 images takes at least")]
    public void A_batch_that_does_not_fit_is_refused(int batch, int evaluation, string sentence) =>
        Assert.StartsWith(
            sentence, Assert.Throws<OcsInputException>(() => Require(batch, evaluation)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(64, 1)]
    [InlineData(1000, 10)] // A tenth for each process.
    public void One_that_does_is_not(int batch, int processes) => Require(batch, 100, processes);

    private void Require(int batch, int evaluation, int processes = 1)
    {
        var data = new ImageDataset("blank", new byte[Images], [.. new int[Images]], 1, 1, 1, ["a"], new([0], [1]));
        using var samples = new ExperimentData(new(data, data), default, 1);
        TrainingMemory.Require(
            Models.Build("cifar_resnet8"), new() { BatchSize = batch, EvaluationBatchSize = evaluation },
            samples, Device.Cpu, processes,
            new MachineMemory(_folder.Path));
    }
}
