namespace Ocs.EndToEnd.Tests;

/// <summary>No command writes beside its run's folder, speaks to another machine, or looks up a name.</summary>
public sealed class FootprintTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void No_command_leaves_a_file_elsewhere_or_opens_a_connection()
    {
        var footprint = new Footprint(_folder.PathOf("."));
        var config = _folder.Write("work/run.yaml", """
            model: cifar_resnet8
            data: fashion-mnist
            data-limit: 256
            training: { epochs: 2, batch-size: 64 }
            pruning: { target: 0.3, sparsity-start-epoch: 0, latest-cut-epoch: 0 }
            """);
        string[] commands =
        [
            $"train {config} --out run",
            $"baseline {config} --out dense",
            $"train {config} --dry-run",
            $"train {config} --processes 2 --out ranks",
            "report run dense",
            "eval run/model.ocs --data fashion-mnist --data-limit 256",
            "inspect run/model.ocs",
            "export run/model.ocs --onnx exported.onnx",
            "verify run/pruned.onnx",
            "bench run/pruned.onnx --runs 3",
            "prune exported.onnx --target 0.5 --out smaller.onnx",
            "data list",
            "data check fashion-mnist",
            "models",
        ];
        var touched = commands
            .SelectMany(command => footprint.Of(command.Split(' ')).Select(place => $"ocs {command}: {place}"))
            .ToList();
        Assert.True(touched.Count == 0, string.Join('\n', touched));
    }
}
