using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Tests.Onnx.Backend;

/// <summary>
/// One of ONNX's own tests: a model, what goes in and what must come out. Debian's libonnx-testdata has them.
/// </summary>
internal sealed record BackendCase(
    string Name, ModelProto Model, IReadOnlyList<TensorProto> Inputs, IReadOnlyList<TensorProto> Outputs)
{
    private const string Root = "/usr/share/libonnx-testdata/data";

    public static bool AreThere => Directory.Exists(Root);

    /// <summary>The cases of a suite; those whose data are no tensors have none.</summary>
    public static IEnumerable<BackendCase> All(string suite) =>
        Directory.GetDirectories(Path.Combine(Root, suite)).Order(StringComparer.Ordinal).Where(HasModel).Select(Read);

    /// <summary>The version of ONNX's operators, or 0 where the model does not say.</summary>
    public long Opset => Model.OpsetImport.FirstOrDefault(import => import.Domain is "" or "ai.onnx")?.Version ?? 0;

    private static bool HasModel(string folder) => File.Exists(Path.Combine(folder, "model.onnx"));

    private static BackendCase Read(string folder)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "model.onnx")));
        var data = Path.Combine(folder, "test_data_set_0");
        return new(
            Path.GetFileName(folder), model, Tensors(data, "input", model.Graph.Input), Tensors(
                data, "output", model.Graph.Output));
    }

    private static IReadOnlyList<TensorProto> Tensors(string folder, string kind, IReadOnlyList<ValueInfoProto> values)
    {
        var tensors = new List<TensorProto>();
        for (var index = 0; index < values.Count; index++)
        {
            var path = Path.Combine(folder, FormattableString.Invariant($"{kind}_{index}.pb"));
            if (values[index].Type?.TensorType is null || !File.Exists(path))
            {
                return [];
            }

            var tensor = TensorProto.Parser.ParseFrom(File.ReadAllBytes(path));
            tensor.Name = values[index].Name;
            tensors.Add(tensor);
        }

        return tensors;
    }

    public static bool IsFloat(TensorProto tensor) => tensor.DataType == (int)DataType.Float;
}
