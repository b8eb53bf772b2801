using System.Globalization;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;
using Dimension = Onnx.TensorShapeProto.Types.Dimension;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// Converts a graph to an ONNX model. Each operator has a file in <c>Operators/</c> and a line in
/// <see cref="ExportTable"/>.
/// </summary>
internal static class OnnxExport
{
    private const string BatchDimension = "batch";

    public static ModelProto ToModel(Graph graph, ParameterTable parameters, OnnxOptions options, OnnxWeights weights)
    {
        var opset = options.OpsetOf(graph);
        var origin = graph.Origin;
        var message = new GraphProto { Name = origin?.GraphName is { Length: > 0 } given ? given : graph.Name };
        var kept = origin?.Kept is { } left ? new KeptExport(left, graph, options) : null;
        var context = new ExportContext(
            graph, parameters, opset, new(graph, kept?.Names ?? []), weights, message, WholeNumbers(graph));
        foreach (var node in graph.Nodes)
        {
            ExportTable.Export(node, new(context, node));
        }

        AddInputs(context);
        AddOutputs(context);
        if (options.Detections == OnnxDetections.Nms)
        {
            SelectedDetections.Add(context);
        }

        message.Initializer.AddRange(weights.Messages);
        var computed = DataType.Float;
        if (options.AreWeightsCast(graph))
        {
            CastWeights.Apply(message, weights.Names);
        }
        else if (options.FloatsOf(graph) == OnnxFloats.Float16)
        {
            HalfPrecision.Apply(message);
            computed = DataType.Float16;
        }

        TypedEnds.Apply(message, context, computed, floatsStay: options.Floats is null || kept is not null);
        var model = new ModelProto
        {
            IrVersion = IrVersionOf(opset),
            ProducerName = "ocs",
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version!.ToString(3),
            Graph = message,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        model.OpsetImport.AddRange(context.Domains.Select(
            domain => new OperatorSetIdProto { Domain = domain.Key, Version = domain.Value }));
        AddWords(model, graph);
        kept?.PutBack(model);
        return model;
    }

    // The format version released together with an operator set. A program that knows one knows the other.
    private static int IrVersionOf(int opset) => opset switch
    {
        <= 11 => 6,
        <= 14 => 7,
        <= 18 => 8,
        <= 20 => 9,
        <= 22 => 10,
        _ => 11,
    };

    // Metadata of the original file, and the normalization of images, which training may have changed.
    private static void AddWords(ModelProto model, Graph graph)
    {
        var words = graph.InputNodes.FirstOrDefault()?.Operator is Input { Mean.IsEmpty: false } input
            ? new OriginProperty[]
            {
                new("image_mean", Text(input.Mean)), new("image_std", Text(input.StandardDeviation)),
            }
            : [];
        if (graph.Origin is { } origin)
        {
            (model.DocString, model.Domain, model.ModelVersion) = (
                origin.Description, origin.Domain, origin.ModelVersion);
            model.Graph.DocString = origin.GraphDescription;
            words = [.. origin.Metadata.Where(property => !words.Any(word => word.Key == property.Key)), .. words];
        }

        model.MetadataProps.AddRange(
            words.Select(word => new StringStringEntryProto { Key = word.Key, Value = word.Value }));
    }

    private static string Text(IEnumerable<float> numbers) =>
        string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    // Inputs that only embedding tables read.
    private static HashSet<int> WholeNumbers(Graph graph) =>
    [
        .. Enumerable.Range(0, graph.Nodes.Length).Where(index =>
        {
            var readers = graph.Nodes.Where(node => node.Inputs.Contains(index)).Select(node => node.Operator).ToList();
            return graph.Nodes[index].Operator is Input
                && readers.Exists(reader => reader is Embedding)
                && readers.TrueForAll(reader => reader is Embedding or ParameterValue);
        }),
    ];

    // By node, whether its value depends on the batch. Tables and masks do not.
    private static bool[] FollowsBatch(Graph graph)
    {
        var follows = new bool[graph.Nodes.Length];
        for (var index = 0; index < follows.Length; index++)
        {
            var node = graph.Nodes[index];
            follows[index] = node.Operator is Input
                || (node.Operator is not (RelativeCoordinates or ShiftedWindowMask)
                    && node.Inputs.Any(input => follows[input]));
        }

        return follows;
    }

    private static void AddInputs(ExportContext context)
    {
        var graph = context.Graph;
        int[] inputs =
        [
            .. Enumerable.Range(0, graph.Nodes.Length).Where(index => graph.Nodes[index].Operator is Input),
        ];
        for (var place = 0; place < inputs.Length; place++)
        {
            var was = graph.Origin?.Inputs[place];
            context.Message.Input.Add(
                Describe(
                    context, context.Names.Of(graph.Nodes[inputs[place]]), inputs[place], was, followsBatch: true));
        }
    }

    // A value that is an output keeps its own name. An Identity gives it the second name.
    private static void AddOutputs(ExportContext context)
    {
        var graph = context.Graph;
        var followsBatch = FollowsBatch(graph);
        var outputs = graph.NamedOutputs;
        for (var place = 0; place < outputs.Length; place++)
        {
            var (index, value) = (outputs[place].Node, context.Names.Of(graph.Nodes[outputs[place].Node]));
            var name = graph.Origin is null ? value : outputs[place].Name;
            var was = graph.Origin?.Outputs[place];
            if (was is { Batch: > 0 and var batch })
            {
                context.Message.Node.Add(BatchPlace.Transposed(context, value, name, graph.Nodes[index], batch));
                var described = Describe(
                    context, name, index, BatchPlace.InFront(was), followsBatch[index]);
                BatchPlace.PutBack(described, batch);
                context.Message.Output.Add(described);
                continue;
            }

            if (name != value)
            {
                var identity = new NodeProto { Name = context.Names.Fresh($"{name}/same"), OpType = "Identity" };
                identity.Input.Add(value);
                identity.Output.Add(name);
                context.Message.Node.Add(identity);
            }

            context.Message.Output.Add(Describe(context, name, index, was, followsBatch[index]));
        }
    }

    private static ValueInfoProto Describe(
        ExportContext context, string name, int index, OriginValue? was, bool followsBatch)
    {
        var node = context.Graph.Nodes[index];
        var free = context.Graph.Origin is { SizesStayFree: true } && was?.Sizes.Length == node.Shape.Length
            ? was.Sizes
            : [];
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(
            node.Shape.Select(
                (size, dimension) => free.IsEmpty || free[dimension] is not { } name ? Size(size) : Size(name)));
        if (followsBatch)
        {
            shape.Dim[0] = BatchNameOf(context.Graph, was, isBatch: node.Shape[0] == 1) is { } batch
                ? Size(batch)
                : new();
        }

        var type = !context.WholeNumbers.Contains(index) ? DataType.Float
            : was?.Type == nameof(DataType.Int32) ? DataType.Int32
            : DataType.Int64;
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape };
        return new() { Name = name, Type = new() { TensorType = tensor } };
    }

    private static Dimension Size(long size) => new() { DimValue = size };

    private static Dimension Size(string name) => name.Length > 0 ? new() { DimParam = name } : new();

    // A multiple of the batch has no name unless the original file gave one: ONNX has no products of names.
    private static string? BatchNameOf(Graph graph, OriginValue? was, bool isBatch)
    {
        var named = isBatch ? graph.Origin?.Inputs.Prepend(was) : [was];
        return named?
            .Select(value => value is { Sizes: [{ Length: > 0 } name, ..] } ? name : null)
            .FirstOrDefault(name => name is not null)
            ?? (isBatch ? BatchDimension : null);
    }
}
