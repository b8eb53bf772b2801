using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ocs.Cli.Tests.Commands;

/// <summary>`ocs prune`, `ocs export` and `ocs eval` on files.</summary>
[NoTensorLeaks]
public sealed class FileCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Prune_writes_a_smaller_network_and_says_what_left()
    {
        var file = _folder.PathOf("small.ocs");

        var pruned = CommandLine.Run(
            "prune", "cifar_resnet8", "--input-channels", "1", "--target", "0.5", "--out", file, "--json").Json;

        Assert.Equal(
            [
                "model", "target", "macs_before", "macs_after", "parameters_before", "parameters_after",
                "memory_before", "memory_after", "latency", "speed", "groups", "gate", "out",
            ],
            Names(pruned));
        Assert.True(pruned.GetProperty("macs_after").GetInt64() <= 0.5 * pruned.GetProperty("macs_before").GetInt64());
        Assert.All(
            pruned.GetProperty("groups").EnumerateArray(),
            group => Assert.Equal(["id", "channels", "kept"], Names(group)));
        Assert.True(pruned.GetProperty("gate").GetProperty("passed").GetBoolean());
        var inspected = CommandLine.Run("inspect", file, "--json").Json;
        Assert.Equal(pruned.GetProperty("macs_after").GetInt64(), inspected.GetProperty("macs").GetInt64());
    }

    // A machine that does other things besides may be half as fast a moment later: then it is asked again.
    [Fact]
    public void Prune_reaches_a_latency_by_what_it_measured()
    {
        string[] prune =
        [
            "prune", "cifar_resnet8", "--input-channels", "1", "--out", _folder.PathOf("fast.ocs"), "--json",
            "--target-latency",
        ];
        CommandResult result;
        var (attempts, goal) = (0, 0.0);
        do
        {
            var sentence = CommandLine.Run([.. prune, "100000"]).Error;
            goal = 0.7 * double.Parse(
                Regex.Match(sentence, @"takes ([\d.]+) ms already").Groups[1].Value, CultureInfo.InvariantCulture);
            result = CommandLine.Run([.. prune, goal.ToString(CultureInfo.InvariantCulture)]);
        }
        while (result.Code != 0 && attempts++ < 5);

        var latency = result.Json.GetProperty("latency");
        double Ms(string name) => latency.GetProperty(name).GetDouble();
        Assert.Equal(goal, Ms("target_ms"), 1e-9);
        Assert.InRange(Ms("predicted_ms"), 0, Ms("target_ms") * (1 + 1e-6));
        Assert.True(Ms("measured_ms") > 0);
        Assert.True(latency.GetProperty("measurements").GetInt32() > 10);
    }

    [Theory]
    [InlineData("fast.onnx", "onnxruntime")]
    [InlineData("fast.ocs", "libtorch")]
    public void A_latency_is_measured_under_the_runtime_that_the_file_is_for(string file, string runtime)
    {
        var refused = CommandLine.Run(
            "prune", "cifar_resnet8", "--out", _folder.PathOf(file), "--target-latency", "100000");

        Assert.Contains($" ms already in {runtime}, ", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_as_onnx_is_timed_and_told_how_to_ship()
    {
        var (plain, folded) = (_folder.PathOf("plain.onnx"), _folder.PathOf("folded.onnx"));
        string[] prune = ["prune", "cifar_resnet8", "--target", "0.5", "--out"];

        var unfolded = CommandLine.Run([.. prune, plain]);
        var shipped = CommandLine.Run([.. prune, folded, "--fold-batch-norm", "--opset", "15"]);
        var speed = CommandLine.Run([.. prune, plain, "--json"]).Json.GetProperty("speed");

        Assert.Matches(
            @"Under ONNX Runtime \S+ one image takes [\d.]+ ms whole and [\d.]+ ms cut, in turns on one thread: "
            + @"[\d.]+ x as fast",
            unfolded.Output);
        Assert.Contains("`ocs prune --fold-batch-norm` folds them", unfolded.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"The file to ship: {folded}; its batch norms are folded", shipped.Output, StringComparison.Ordinal);
        Assert.True(new FileInfo(folded).Length < new FileInfo(plain).Length);
        Assert.True(
            speed.GetProperty("seconds_before").GetDouble() > 0 && speed.GetProperty("seconds_after").GetDouble() > 0);
    }

    [Theory]
    [InlineData("macs", "--saliency", "l1-norm", "--scope", "single-layer", "--ranking", "per-group")]
    [InlineData("parameters", "--saliency", "lamp", "--ranking", "isomorphic", "--resource", "parameters")]
    [InlineData("memory", "--saliency", "fpgm", "--resource", "memory", "--minimum-channels", "2")]
    [InlineData("macs", "--saliency", "batch-norm-scale", "--round-to", "4")]
    [InlineData(
        "macs", "--saliency", "random", "--seed", "3", "--maximum-pruned", "0.8", "--maximum-pruned", "layer1=0.7")]
    [InlineData("macs", "--saliency", "taylor", "--data", "fashion-mnist", "--batches", "1")]
    public void Any_criterion_ranking_and_budget_meets_its_target(string budget, params string[] options)
    {
        string[] prune =
        [
            "prune", "cifar_resnet8", "--input-channels", "1", "--target", "0.4", "--out",
            _folder.PathOf("small.ocs"), "--json",
        ];

        var pruned = CommandLine.Run([.. prune, .. options]).Json;

        var (before, after) =
            (pruned.GetProperty($"{budget}_before").GetInt64(), pruned.GetProperty($"{budget}_after").GetInt64());
        Assert.InRange(1 - (double)after / before, 0.4, 0.6);
        Assert.True(pruned.GetProperty("gate").GetProperty("passed").GetBoolean());
    }

    [Fact]
    public void Flags_of_older_versions_do_what_they_did_and_say_their_new_names()
    {
        string[] prune = ["prune", "cifar_resnet8", "--target", "0.4", "--out", _folder.PathOf("small.ocs"), "--json"];

        var today = CommandLine.Run([
            .. prune, "--saliency", "lamp", "--resource", "parameters", "--maximum-pruned", "0.8",
            "--minimum-channels=2"]);
        var before = CommandLine.Run(
            [.. prune, "--criterion", "lamp", "--budget", "parameters", "--max-pruned", "0.8", "--min-channels=2"]);

        Assert.Equal(today.Json.GetProperty("macs_after").GetInt64(), before.Json.GetProperty("macs_after").GetInt64());
        Assert.Contains(
            "Note: --criterion of `ocs prune` is called --saliency now.\n", before.Error, StringComparison.Ordinal);
        Assert.Contains(
            "Note: --min-channels of `ocs prune` is called --minimum-channels now.\n", before.Error,
            StringComparison.Ordinal);
        Assert.DoesNotContain("Note: ", today.Error, StringComparison.Ordinal);

        // Only where that command had them: `prune` is no command here.
        Assert.Contains(
            "--criterion", CommandLine.Fails("inspect", "prune", "--criterion", "lamp"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_ignored_or_outside_of_the_scope_stays_whole()
    {
        string[] prune = ["prune", "cifar_resnet8", "--target", "0.1", "--out", _folder.PathOf("small.ocs"), "--json"];

        var ignoring = Cut("--ignore", "layer3");
        var within = Cut("--only", "layer2");

        Assert.DoesNotContain(ignoring, member => member.StartsWith("layer3.", StringComparison.Ordinal));
        Assert.NotEmpty(within);
        Assert.All(within, member => Assert.StartsWith("layer2.", member, StringComparison.Ordinal));

        List<string> Cut(params string[] limits)
        {
            var groups = CommandLine.Run([.. prune, .. limits]).Json.GetProperty("groups").EnumerateArray()
                .Where(group => group.GetProperty("kept").GetArrayLength() < group.GetProperty("channels").GetInt32())
                .Select(group => group.GetProperty("id").GetInt32()).ToHashSet();
            return [.. CommandLine.Run("inspect", "cifar_resnet8", "--json").Json.GetProperty("groups").EnumerateArray()
                .Where(group => groups.Contains(group.GetProperty("id").GetInt32()))
                .SelectMany(group => group.GetProperty("members").EnumerateArray())
                .Select(member => member.GetProperty("parameter").GetString()!)];
        }
    }

    [Fact]
    public void Eval_states_the_names_that_scripts_rely_on()
    {
        var evaluated =
            CommandLine.Run("eval", "cifar_resnet8", "--data", "fashion-mnist", "--data-limit", "64", "--json").Json;

        Assert.Equal(
            [
                "model", "data", "samples", "accuracy", "loss", "macs", "parameters", "images_per_second",
                "top5_accuracy",
            ],
            Names(evaluated));
        Assert.Equal(64, evaluated.GetProperty("samples").GetInt32());
        Assert.InRange(evaluated.GetProperty("accuracy").GetDouble(), 0, 1);
    }

    [Fact]
    public void Exported_weights_give_the_same_network_again()
    {
        var network = _folder.PathOf("network.ocs");
        var weights = _folder.PathOf("weights.safetensors");
        var onnx = _folder.PathOf("network.onnx");
        CommandLine.Run("prune", "cifar_resnet8", "--input-channels", "1", "--target", "0.3", "--out", network);

        var exported = CommandLine.Run("export", network, "--safetensors", weights, "--onnx", onnx, "--json");

        Assert.Equal(
            [onnx, weights], exported.Json.GetProperty("files").EnumerateArray().Select(file => file.GetString()));
        Assert.True(new FileInfo(onnx).Length > 0);
        Assert.Equal(Loss(network), Loss(network, "--weights", weights));
        Assert.Equal(Loss(network), Loss(network, "--weights", network));
    }

    [Fact]
    public void ONNX_is_written_as_it_is_asked_for()
    {
        var (plain, small) = (_folder.PathOf("plain.onnx"), _folder.PathOf("small.onnx"));
        CommandLine.Run("export", "cifar_resnet8", "--onnx", plain);
        CommandLine.Run(
            "export", "cifar_resnet8", "--onnx", small, "--opset", "13", "--fold-batch-norm", "--external-data");

        Assert.False(File.Exists(plain + ".data"));
        Assert.True(new FileInfo(small + ".data").Length > new FileInfo(small).Length);
        Assert.True(Has(plain, "BatchNormalization"));
        Assert.False(Has(small, "BatchNormalization"));
    }

    private static bool Has(string path, string text) =>
        File.ReadAllText(path).Contains(text, StringComparison.Ordinal);

    private static double Loss(string model, params string[] more) => CommandLine
        .Run(["eval", model, "--data", "fashion-mnist", "--data-limit", "64", "--json", .. more]).Json.GetProperty(
            "loss").GetDouble();

    private static IEnumerable<string> Names(JsonElement element) =>
        element.EnumerateObject().Select(property => property.Name);
}
