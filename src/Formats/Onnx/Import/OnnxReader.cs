using System.Collections.Immutable;
using Google.Protobuf;
using Ocs.Formats.Onnx.Import.Keeping;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;

namespace Ocs.Formats.Onnx.Import;

/// <summary>Reads a file into an <see cref="OnnxGraph"/>. Everything is checked; an error is one sentence.</summary>
internal static class OnnxReader
{
    public const int LowestOpset = 7;
    public const int HighestOpset = 23;

    private const int RecursionLimit = 32;

    private static readonly ImmutableArray<string> ExportersNames =
        ["torch_jit", "torch-jit-export", "main_graph", "graph"];

    /// <summary>Reads the protocol buffer of a file.</summary>
    /// <exception cref="OcsInputException">It is not an ONNX file, or one that would crash ONNX Runtime.</exception>
    public static ModelProto Read(string path) => WholeFile.Read(path, Parse);

    /// <summary>Converts a file's model. The input size, without the batch, fills in dynamic sizes.</summary>
    public static OnnxGraph ToGraph(ModelProto model, string path, ReadOnlySpan<long> inputSize)
    {
        var message = model.Graph ?? throw new OcsInputException("it has no network.");
        if (message.SparseInitializer.Count > 0)
        {
            throw new OcsInputException("it has sparse weights, which are not supported: write them as full tensors.");
        }

        var isNamed = message.Name.Length > 0 && !ExportersNames.Contains(message.Name);
        var graph = new OnnxGraph(isNamed ? message.Name : Path.GetFileNameWithoutExtension(path), OpsetOf(model));
        var tensors = new TensorReader(new(path));
        foreach (var initializer in message.Initializer)
        {
            if (initializer.Name.Length > 0 && !TensorReader.CanRead(initializer))
            {
                graph.UnreadValues.Add(initializer.Name);
                continue;
            }

            if (initializer.Name.Length == 0
                || !graph.Constants.TryAdd(initializer.Name, tensors.Read(initializer, initializer.Name)))
            {
                throw new OcsInputException($"two initializers are named '{initializer.Name}', or one has no name.");
            }
        }

        ValueInfoProto[] inputs =
        [
            .. message.Input.Where(input =>
                !graph.Constants.ContainsKey(input.Name) && !graph.UnreadValues.Contains(input.Name)),
        ];
        graph.Origin = FileOrigin.Of(model, graph.Opset, inputs);
        foreach (var input in inputs)
        {
            InputShapes.Add(graph, message, input, inputSize);
        }

        graph.Tensors = tensors;
        AddNodes(graph, message, tensors);
        graph.Limit.NumbersInFile = tensors.Count;
        graph.Outputs.AddRange(message.Output.Select(output => output.Name));
        if (graph.Outputs.Count == 0)
        {
            throw new OcsInputException("its network has no output.");
        }

        if (!graph.Origin.Fits(graph.Inputs.Count, graph.Outputs.Count))
        {
            throw new OcsInputException("two of its inputs or two of its outputs have one name, or one has none.");
        }

        graph.Sort();
        return graph;
    }

    private static ModelProto Parse(FileStream stream)
    {
        try
        {
            using var input = CodedInputStream.CreateWithLimits(stream, int.MaxValue, RecursionLimit);
            var model = ModelProto.Parser.ParseFrom(input);
            return RandomNodes.FaultOf(model) is { } fault ? throw new OcsInputException(fault) : model;
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new OcsInputException(
                $"it is not an ONNX file, or is damaged ({error.Message.TrimEnd('.')}): give the whole file.", error);
        }
    }

    private static long OpsetOf(ModelProto model)
    {
        var version = model.OpsetImport.FirstOrDefault(import => import.Domain is "" or "ai.onnx")?.Version
            ?? throw new OcsInputException("it does not state its opset.");
        return version is >= LowestOpset and <= HighestOpset
            ? version
            : throw new OcsInputException(
                $"it uses operators of opset {version}, and {LowestOpset} to {HighestOpset} are supported: "
                + "export it again with one of them.");
    }

    private static void AddNodes(OnnxGraph graph, GraphProto message, TensorReader tensors)
    {
        for (var index = 0; index < message.Node.Count; index++)
        {
            var node = message.Node[index];
            var name = graph.FreshName(
                node.Name.Length > 0 ? node.Name : FormattableString.Invariant($"{node.OpType}_{index}"));
            graph.Messages[name] = node;
            graph.Add(ToNode(node, name, tensors));
        }
    }

    /// <summary>Converts a node of a file.</summary>
    public static OnnxNode ToNode(NodeProto node, string name, TensorReader tensors) => new(
        name,
        node.OpType,
        node.Domain == "ai.onnx" ? "" : node.Domain,
        [.. node.Input],
        [.. node.Output],
        node.Attribute
            .DistinctBy(attribute => attribute.Name)
            .ToImmutableDictionary(
                attribute => attribute.Name, attribute => ValueOf(attribute, tensors), StringComparer.Ordinal))
    {
        Captured = [.. OuterValues.Of(node)],
    };

    private static object ValueOf(AttributeProto attribute, TensorReader tensors) => attribute.Type switch
    {
        AttributeType.Float => attribute.F,
        AttributeType.Int => attribute.I,
        AttributeType.String => attribute.S.ToStringUtf8(),
        AttributeType.Tensor when attribute.T is not null && TensorReader.CanRead(attribute.T) =>
            tensors.Read(attribute.T, null),
        AttributeType.Floats => attribute.Floats.ToArray(),
        AttributeType.Ints => attribute.Ints.ToArray(),
        AttributeType.Strings => attribute.Strings.Select(text => text.ToStringUtf8()).ToArray(),
        var other => new UnreadAttribute($"{other}") { Graph = attribute.G },
    };
}
