namespace Ocs.OnnxRuntime.Tests;

public sealed class InferenceSessionTests
{
    [Fact]
    public void A_session_states_names_types_and_shapes()
    {
        using var session = InferenceSession.Read(OnnxBytes.ReluAndRows(), "relu and rows");

        Assert.Equal(
            ["x: Float32 [any, 3]", "i: Int64 [any]"], session.Inputs.Select(input => $"{input.Name}: {input}"));
        Assert.Equal(
            ["relu: Float32 [any, 3]", "rows: Float32 [any, 3]"],
            session.Outputs.Select(output => $"{output.Name}: {output}"));
        Assert.Matches(@"^\d+\.\d+\.\d+", InferenceSession.RuntimeVersion);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Outputs_are_what_the_operators_say(int threads)
    {
        using var session = InferenceSession.Read(OnnxBytes.ReluAndRows(), "relu and rows", threads);

        var outputs = session.Run(TensorData.Of([-1f, 2, -3, 4, 5, -6], 2, 3), TensorData.Of([1L, 0, 1], 3));

        Assert.Equal("Float32 [2, 3]", outputs[0].ToString());
        Assert.Equal([0, 2, 0, 4, 5, 0], outputs[0].As<float>());
        Assert.Equal("Float32 [3, 3]", outputs[1].ToString());
        Assert.Equal([4, 5, -6, -1, 2, -3, 4, 5, -6], outputs[1].As<float>());
    }

    [Fact]
    public void A_session_runs_again_and_again_with_any_batch()
    {
        using var session = InferenceSession.Read(OnnxBytes.ReluAndRows(), "relu and rows");
        for (var batch = 1; batch < 200; batch++)
        {
            float[] values = [.. Enumerable.Range(0, 3 * batch).Select(value => value - 1.5f * batch)];

            var outputs = session.Run(TensorData.Of(values, batch, 3), TensorData.Of([batch - 1L], 1));

            Assert.Equal(values.Select(value => Math.Max(value, 0)), outputs[0].As<float>());
            Assert.Equal(values[^3..], outputs[1].As<float>());
        }
    }

    [Fact]
    public void Outputs_of_other_types_are_read()
    {
        Assert.Equal([1, -2], Cast(ElementType.Int32).As<int>());
        Assert.Equal([1, -2], Cast(ElementType.Int64).As<long>());
        Assert.Equal([1.5, -2], Cast(ElementType.Float64).As<double>());
        Assert.Equal([true, true], Cast(ElementType.Bool).As<bool>());
        Assert.Equal([(Half)1.5, (Half)(-2)], Cast(ElementType.Float16).As<Half>());
        Assert.Equal(
            "The value 'y' is a tensor of UInt16, which is not supported; end the network with a cast to float.",
            Assert.Throws<OnnxRuntimeException>(() => Cast(ElementType.UInt16)).Message);

        static TensorData Cast(ElementType type)
        {
            using var session = InferenceSession.Read(OnnxBytes.Cast(type), "cast");
            return session.Run(TensorData.Of([1.5f, -2], 2))[0];
        }
    }

    [Fact]
    public void Inputs_that_do_not_fit_are_named()
    {
        using var session = InferenceSession.Read(OnnxBytes.ReluAndRows(), "model.onnx");
        var rows = TensorData.Of([0L], 1);

        Assert.Equal("model.onnx takes 2 inputs, but 1 are given.", Fails(rows));
        Assert.Equal(
            "model.onnx takes Float32 [any, 3] as 'x', but Float32 [1, 4] is given.",
            Fails(TensorData.Of(new float[4], 1, 4), rows));
        Assert.Equal(
            "model.onnx takes Float32 [any, 3] as 'x', but Float32 [3] is given.",
            Fails(TensorData.Of(new float[3], 3), rows));
        Assert.Equal(
            "model.onnx takes Float32 [any, 3] as 'x', but Int64 [1, 3] is given.",
            Fails(TensorData.Of(new long[3], 1, 3), rows));
        Assert.StartsWith(
            $"model.onnx does not run under ONNX Runtime {InferenceSession.RuntimeVersion} (",
            Fails(TensorData.Of(new float[3], 1, 3), TensorData.Of([7L], 1)),
            StringComparison.Ordinal);

        string Fails(params TensorData[] inputs) =>
            Assert.Throws<OnnxRuntimeException>(() => session.Run(inputs)).Message;
    }

    [Fact]
    public void A_file_that_is_missing_damaged_or_unknown_is_one_sentence()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "no network");
            Assert.StartsWith(
                $"ONNX Runtime {InferenceSession.RuntimeVersion} does not load {path} (", Fails(path),
                StringComparison.Ordinal);
            File.WriteAllBytes(path, OnnxBytes.ReluAndRows().AsSpan()[..^20].ToArray());
            Assert.DoesNotContain('\n', Fails(path));
            File.WriteAllBytes(path, OnnxBytes.Unknown());
            Assert.Contains("Transmogrify", Fails(path), StringComparison.Ordinal);
            File.WriteAllBytes(path, OnnxBytes.ReluAndRows());
            using var session = InferenceSession.Open(path);
            Assert.Equal(2, session.Inputs.Length);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal($"{path} does not exist; give the path of an ONNX file.", Fails(path));

        static string Fails(string path) =>
            Assert.Throws<OnnxRuntimeException>(() => InferenceSession.Open(path)).Message;
    }

    [Fact]
    public void A_session_that_was_disposed_does_not_run()
    {
        var session = InferenceSession.Read(OnnxBytes.Cast(ElementType.Int64), "cast");
        session.Dispose();

        Assert.Throws<ObjectDisposedException>(() => session.Run(TensorData.Of(new float[2], 2)));
    }

    [Fact]
    public void Values_must_fill_their_shape() => Assert.Equal(
        "5 values do not fill a tensor of [2, 3].",
        Assert.Throws<OnnxRuntimeException>(() => TensorData.Of(new float[5], 2, 3)).Message);
}
