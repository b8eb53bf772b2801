using System.Text.Json;
using Ocs.Torch;

namespace Ocs.Cli.Tests.Commands;

/// <summary>`ocs bench`.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class BenchCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_states_latency_and_cost_of_every_network_and_batch_size()
    {
        var threads = TorchRuntime.Threads;

        var bench = CommandLine.Run(
            "bench", "cifar_resnet8", "cifar_resnet20", "--runtimes", "libtorch", "--batch", "1,2", "--runs", "3",
            "--warm-up", "1", "--threads", "1", "--json");

        Assert.Equal((0, ""), (bench.Code, bench.Error));
        Assert.Equal(
            ["threads", "runs", "warm_ups", "rows"], bench.Json.EnumerateObject().Select(property => property.Name));
        var rows = bench.Json.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(
            ["cifar_resnet8 1", "cifar_resnet20 1", "cifar_resnet8 2", "cifar_resnet20 2"],
            rows.Select(row => $"{row.GetProperty("model").GetString()} {row.GetProperty("batch").GetInt32()}"));
        Assert.Equal(40_813_184, rows[1].GetProperty("macs").GetInt64());
        Assert.All(rows, row =>
            Assert.Equal(Number(row, "batch") / Number(row, "median_ms") * 1000, Number(row, "images_per_second"), 6));
        Assert.All(rows, row => Assert.True(Number(row, "p95_ms") >= Number(row, "median_ms")));
        for (var i = 0; i < rows.Length; i++)
        {
            var first = rows[i - i % 2];
            Assert.Equal(Number(first, "median_ms") / Number(rows[i], "median_ms"), Number(rows[i], "speed_up"), 9);
            Assert.Equal(Number(first, "macs") / Number(rows[i], "macs"), Number(rows[i], "theoretical_speed_up"), 9);
        }

        Assert.Equal(threads, TorchRuntime.Threads);
    }

    [Fact]
    public void Both_runtimes_and_onnx_files_are_timed()
    {
        var onnx = _folder.PathOf("network.onnx");
        CommandLine.Run("export", "cifar_resnet8", "--onnx", onnx);

        var bench = CommandLine.Run("bench", "cifar_resnet8", onnx, "--runs", "2", "--warm-up", "0", "--threads", "1");
        var rows = CommandLine.Run(
            "bench", "cifar_resnet8", onnx, "--runs", "2", "--threads", "1",
            "--json").Json.GetProperty("rows").EnumerateArray().ToArray();

        Assert.Equal(0, bench.Code);
        Assert.Contains("Median of 2 runs in turns, 1 thread;", bench.Output, StringComparison.Ordinal);
        Assert.Equal([true, true, false, false], rows.Select(row => row.GetProperty("runtime").GetString()!.StartsWith(
            "libtorch", StringComparison.Ordinal)));
        Assert.Equal(
            ["cifar_resnet8", onnx, "cifar_resnet8", onnx], rows.Select(row => row.GetProperty("model").GetString()));
        Assert.Single(rows.Select(row => row.GetProperty("macs").GetInt64()).Distinct());
    }

    [Theory]
    [InlineData("10000000")]
    [InlineData("2000000000")]
    public void A_batch_that_does_not_fit_into_memory_is_refused_before_anything_is_taken(string batch)
    {
        var sentence = CommandLine.Fails(
            "bench", "cifar_resnet8", "mobilenet_v2", "--input-size", "3x224x224", "--runtimes", "libtorch",
            "--batch", batch);
        Assert.Matches(
            $@"^A batch of {batch} takes at least [\d.]+ GB, but [\d.]+ GB of memory are free; "
            + @"give a smaller --batch\.$",
            sentence);
    }

    [Fact]
    public void Networks_of_the_zoo_are_built_for_the_size_that_is_asked_for()
    {
        var rows = CommandLine.Run(
            "bench", "cifar_resnet8", "--input-size", "1x20x24", "--runtimes", "libtorch", "--runs", "1",
            "--json").Json.GetProperty("rows");
        var inspected = CommandLine.Run("inspect", "cifar_resnet8", "--input-size", "1x20x24", "--json").Json;
        Assert.Equal([1, 20, 24], inspected.GetProperty("input").EnumerateArray().Select(size => size.GetInt32()));
        Assert.Equal(inspected.GetProperty("macs").GetInt64(), rows[0].GetProperty("macs").GetInt64());
        Assert.NotEqual(
            CommandLine.Run("inspect", "cifar_resnet8", "--json").Json.GetProperty("macs").GetInt64(),
            rows[0].GetProperty("macs").GetInt64());
    }

    private static double Number(JsonElement row, string name) => row.GetProperty(name).GetDouble();
}
