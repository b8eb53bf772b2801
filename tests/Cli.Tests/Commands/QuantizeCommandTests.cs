namespace Ocs.Cli.Tests.Commands;

/// <summary>`ocs quantize`, `ocs export --int8` and `--float16`, and what reads their files.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class QuantizeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _float;
    private readonly string _int8;

    public QuantizeCommandTests()
    {
        (_float, _int8) = (_folder.PathOf("float.onnx"), _folder.PathOf("int8.onnx"));
        Assert.Equal(0, CommandLine.Run("export", "cifar_resnet8", "--input-channels", "1", "--onnx", _float).Code);
    }

    private string[] Quantize =>
        ["quantize", _float, "--out", _int8, "--data", "fashion-mnist", "--data-limit", "16"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_int8_file_is_written_verified_timed_and_evaluated()
    {
        var written = CommandLine.Run([.. Quantize, "--calibration", "percentile", "--json"]).Json.GetProperty("int8");
        var verified = CommandLine.Run("verify", _float, _int8, "--tolerance", "0.3");
        var timed = CommandLine.Run("bench", _float, _int8, "--runs", "2", "--warm-up", "0", "--threads", "1");
        var evaluated = CommandLine.Run(
            "eval", _int8, "--data", "fashion-mnist", "--data-limit", "100", "--json").Json;
        var before = CommandLine.Run(
            "eval", _float, "--data", "fashion-mnist", "--data-limit", "100", "--runtime", "onnxruntime",
            "--json").Json;

        Assert.Equal(new FileInfo(_int8).Length, written.GetProperty("bytes").GetInt64());
        Assert.Equal(
            (16, 10, 0),
            (
                written.GetProperty("samples").GetInt32(),
                written.GetProperty("int8_layers").GetInt32(),
                written.GetProperty("float_layers").GetArrayLength()));
        Assert.Equal(0, verified.Code);
        Assert.Equal(
            $"{_int8} has int8 layers, which only ONNX Runtime runs; give the float file, too, and a --tolerance of "
            + "0.1, say.",
            CommandLine.Fails("verify", _int8));
        Assert.Equal(0, timed.Code);
        Assert.Contains(
            $"{_int8} is timed under ONNX Runtime only: its layers are int8.", timed.Error, StringComparison.Ordinal);
        Assert.Equal(100, evaluated.GetProperty("samples").GetInt32());
        Assert.InRange(
            evaluated.GetProperty("loss").GetDouble() / before.GetProperty("loss").GetDouble(), 0.95, 1.05);
    }

    [Fact]
    public void Export_writes_the_same_int8_file()
    {
        CommandLine.Run(Quantize);
        var again = _folder.PathOf("again.onnx");
        var exported = CommandLine.Run(
            "export", _float, "--onnx", again, "--int8", "--data", "fashion-mnist", "--data-limit", "16");

        Assert.Equal((0, ""), (exported.Code, exported.Error));
        Assert.Matches(
            @"again\.onnx has [\d.]+ kB, 0\.\d\d of the float file's [\d.]+ kB: 10 of 10 layers with weights are "
            + @"int8\. It was calibrated with 16 samples\.",
            exported.Output);
        Assert.Equal(File.ReadAllBytes(_int8), File.ReadAllBytes(again));
    }

    [Fact]
    public void A_16_bit_file_is_verified_with_the_tolerance_of_16_bits()
    {
        var half = _folder.PathOf("half.onnx");
        var exported = CommandLine.Run("export", _float, "--onnx", half, "--float16", "--json").Json;
        var onnx = exported.GetProperty("onnx");

        Assert.True(onnx.GetProperty("equal").GetBoolean());
        Assert.Equal(0.01, onnx.GetProperty("tolerance").GetDouble());
        Assert.Equal(new FileInfo(half).Length, onnx.GetProperty("bytes").GetInt64());
        Assert.InRange((double)new FileInfo(half).Length / new FileInfo(_float).Length, 0.5, 0.55);
        Assert.Equal(0, CommandLine.Run("verify", half).Code);
        Assert.Equal(0, CommandLine.Run("verify", _float, half).Code);
    }

    [Fact]
    public void A_16_bit_file_is_cut_to_one_of_half_the_bytes()
    {
        var (half, cut, wide) = (_folder.PathOf("half.onnx"), _folder.PathOf("cut.onnx"), _folder.PathOf("wide.onnx"));
        CommandLine.Run("export", _float, "--onnx", half, "--float16");
        var pruned = CommandLine.Run("prune", half, "--target", "0.5", "--out", cut, "--json");
        var (before, after) = (
            pruned.Json.GetProperty("parameters_before").GetInt64(),
            pruned.Json.GetProperty("parameters_after").GetInt64());

        Assert.Equal(0, pruned.Code);
        Assert.DoesNotContain("now; it was", pruned.Error, StringComparison.Ordinal);
        Assert.Equal(
            2.0 * (before - after), new FileInfo(half).Length - new FileInfo(cut).Length, 0.05 * 2 * (before - after));
        Assert.Equal(0, CommandLine.Run("verify", cut).Code);
        var exported = CommandLine.Run("export", half, "--onnx", wide, "--float32");
        Assert.Equal(0, exported.Code);
        Assert.Contains("The weights are written as 32-bit floats", exported.Error, StringComparison.Ordinal);
        Assert.Equal(
            "--float16 and --float32 are two kinds of floats; give one.",
            CommandLine.Fails("export", half, "--onnx", wide, "--float16", "--float32"));
    }

    [Fact]
    public void An_int8_file_is_cut_as_a_float_network()
    {
        var cut = _folder.PathOf("cut.onnx");
        CommandLine.Run(Quantize);
        var pruned = CommandLine.Run("prune", _int8, "--target", "0.4", "--out", cut);

        Assert.Equal(0, pruned.Code);
        Assert.Contains(
            "values and weights of 8 or 16 bits are read as floats: they keep their ranges, not their rounding",
            pruned.Error, StringComparison.Ordinal);
        Assert.Contains($"{cut}: The file has floats", pruned.Error, StringComparison.Ordinal);
        Assert.Equal(0, CommandLine.Run("verify", cut).Code);
        Assert.Equal(
            0, CommandLine.Run("quantize", cut, "--out", _int8, "--data", "fashion-mnist", "--data-limit", "16").Code);
    }

    [Fact]
    public void Bad_input_is_one_sentence_and_nothing_is_written()
    {
        Assert.Equal(
            $"{_float} is not in a run's folder, so state the data set: --data NAME "
            + "(`ocs data list` lists the data sets).",
            CommandLine.Fails("quantize", _float, "--out", _int8));
        Assert.Equal("--data-limit must be 1 or more, but is 0.", CommandLine.Fails([.. Quantize[..^1], "0"]));
        Assert.Equal(
            "No node is named 'layer9.*', which should stay float.",
            CommandLine.Fails([.. Quantize, "--exclude", "layer9.*"]));
        Assert.Contains("min-max", CommandLine.Fails([.. Quantize, "--calibration", "min"]), StringComparison.Ordinal);
        Assert.Equal(
            "--out takes a file that ends in .onnx, but was given 'x.ocs'.",
            CommandLine.Fails("quantize", _float, "--out", "x.ocs", "--data", "fashion-mnist"));
        Assert.Equal(
            "--calibration says how --int8 is calibrated; give that, too, or leave it out.",
            CommandLine.Fails("export", _float, "--onnx", _int8, "--calibration", "entropy"));
        Assert.Equal(
            "--int8 writes one file of int8 weights; leave --float16 out.",
            CommandLine.Fails("export", _float, "--onnx", _int8, "--int8", "--float16"));
        Assert.False(File.Exists(_int8));
    }
}
