using Ocs.Cli.Tests;
using Ocs.Formats;
using Ocs.OnnxRuntime;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// Networks as PyTorch exports them are cut, and the file that comes out can take the first one's place.
/// </summary>
[NoTensorLeaks]
public sealed class FieldNetworkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PythonFact]
    public void They_are_cut_and_keep_their_names()
    {
        var (code, said) = Python.Run(Path.Combine(AppContext.BaseDirectory, "torch_field_networks.py"), _folder.Path);
        Assert.True(code == 0, said);
        var exported = Directory.GetFiles(_folder.Path, "*.onnx");

        Assert.Equal(7, exported.Length);
        Assert.All(exported, IsCutAndKeepsItsNames);
    }

    [PythonFact]
    public void Numbers_of_16_bits_whole_numbers_and_no_numbers_are_compared_as_what_they_are()
    {
        var (code, said) = Python.Run(Path.Combine(AppContext.BaseDirectory, "torch_field_networks.py"), _folder.Path);
        Assert.True(code == 0, said);
        string Derived(string name) => _folder.PathOf($"derived/{name}.onnx");

        Assert.Equal(0, CommandLine.Run("verify", Derived("half")).Code);
        Assert.Equal(0, CommandLine.Run("verify", Derived("half"), _folder.PathOf("plain.onnx")).Code);
        Assert.Equal(1, CommandLine.Run("verify", Derived("half"), "--tolerance", "1e-7").Code);
        Assert.Equal(0, CommandLine.Run("verify", Derived("class"), Derived("class")).Code);
        var odd = CommandLine.Run("verify", Derived("nan"));
        Assert.Equal(1, odd.Code);
        Assert.EndsWith(
            "are not shown to compute the same: the output 'scores' has numbers that are not finite (20), "
            + "which cannot be compared.",
            odd.Error.Trim(),
            StringComparison.Ordinal);

        var cut = CommandLine.Run("prune", Derived("half"), "--target", "0.3", "--out", _folder.PathOf("cut.onnx"));
        Assert.Equal(0, cut.Code);
        Assert.DoesNotContain("now; it was", cut.Error, StringComparison.Ordinal);
        Assert.Equal(0, CommandLine.Run("verify", _folder.PathOf("cut.onnx")).Code);
    }

    private void IsCutAndKeepsItsNames(string whole)
    {
        var (cut, again) = (_folder.PathOf("cut.onnx"), _folder.PathOf("again.onnx"));

        var pruned = CommandLine.Run("prune", whole, "--target", "0.3", "--out", cut, "--json");

        Assert.True(pruned.Code == 0, pruned.Error);
        var (before, after) = (pruned.Json.GetProperty("macs_before"), pruned.Json.GetProperty("macs_after"));
        Assert.InRange((double)after.GetInt64() / before.GetInt64(), 0.4, 0.75);
        Assert.Equal(0, CommandLine.Run("export", cut, "--onnx", again).Code);
        foreach (var file in new[] { whole, cut, again })
        {
            using var model = OnnxFile.Read(file);
            Assert.Equal(
                ("signal", "scores", 14),
                (
                    Assert.Single(model.Graph.InputNames),
                    Assert.Single(model.Graph.NamedOutputs).Name,
                    model.Graph.Origin!.Opset));
            Assert.All(
                model.Graph.Origin.Inputs.Concat(model.Graph.Origin.Outputs),
                value => Assert.Equal("n", value.Sizes[0]));
            using var session = InferenceSession.Open(file);
            Assert.Equal(
                ("signal", "scores"), (Assert.Single(session.Inputs).Name, Assert.Single(session.Outputs).Name));
        }
    }
}
