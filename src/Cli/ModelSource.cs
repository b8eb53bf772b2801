using System.Globalization;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Zoo;

namespace Ocs.Cli;

/// <summary>What a command line says of a network.</summary>
/// <param name="Model">A name of the zoo, or an .ocs or .onnx file.</param>
/// <param name="Weights">A file of weights, with :KEY behind it for a part of a checkpoint; null takes what the model has.</param>
/// <param name="Classes">Of a zoo network; null takes those that it was published for.</param>
/// <param name="InputChannels">Of a zoo network's images; null takes those that it was published for.</param>
/// <param name="InputSize">Of a zoo network, or of an .onnx file that leaves it open, CxHxW; null takes what a zoo network was published for.</param>
internal sealed record ModelRequest(
    string Model, string? Weights, int? Classes = null, int? InputChannels = null, string? InputSize = null);

/// <summary>Finds the network and the weights that a command line means.</summary>
internal static class ModelSource
{
    private const int LargestSide = 16_384;

    /// <summary>The network alone; of a zoo network without a file of weights none is made, and libtorch is not needed.</summary>
    public static (Graph Graph, PruningRecord? Record) Network(ModelRequest request, CommandConsole console)
    {
        if (request.Weights is not null)
        {
            using var weighted = Open(request, console);
            return (weighted.Graph, weighted.Record);
        }

        if (!IsFile(request.Model))
        {
            return (Build(request, data: null), null);
        }

        using var model = ReadFile(request.Model, SizeOf(request, data: null));
        return (model.Graph, model.Record);
    }

    /// <summary>The network with its weights, for images and classes of a data set where one is given. The caller owns the result.</summary>
    public static OcsModel Open(ModelRequest request, CommandConsole console, LabelledImages? data = null)
    {
        if (IsFile(request.Model))
        {
            var model = ReadFile(request.Model, SizeOf(request, data));
            if (request.Weights is null)
            {
                return model;
            }

            using (model)
            {
                return new(model.Graph, Weighted(request.Weights, model.Graph, mayNarrow: false, console).Parameters, model.Record);
            }
        }

        var graph = Build(request, data);
        if (request.Weights is { } weights)
        {
            var (narrowed, parameters) = Weighted(weights, graph, mayNarrow: true, console);
            return new(narrowed, parameters, record: null);
        }

        console.Error.WriteLine($"Warning: {graph.Name} has random weights, for neither --weights nor an .ocs file was given.");
        return new(graph, ParameterTable.Initialize(graph, seed: 0), record: null);
    }

    /// <summary>Height and width of the square images that a file's network takes; null where that is open, or no file is meant.</summary>
    public static int? ImageSizeOf(ModelRequest request)
    {
        if (!IsFile(request.Model) || !File.Exists(request.Model))
        {
            return null;
        }

        try
        {
            using var model = ReadFile(request.Model, request.InputSize is null ? [] : SizeOf(request, data: null));
            return model.Graph.InputNodes.First().Shape is [_, _, var height, var width] && height == width ? (int)height : null;
        }
        catch (OcsInputException)
        {
            // It is read again for what it is asked for, and says then what is wrong.
            return null;
        }
    }

    private static FittedWeights Weighted(string file, Graph graph, bool mayNarrow, CommandConsole console)
    {
        var weights = WeightsFile.Open(file, graph, mayNarrow);
        foreach (var remark in weights.Remarks)
        {
            console.Error.WriteLine(remark);
        }

        return weights;
    }

    /// <summary>Fails with a sentence where a network does not take a data set's images or has another number of classes.</summary>
    public static void CheckFit(Graph graph, LabelledImages data)
    {
        CheckImages(graph.Name, graph, data);
        var classes = ClassesOf(graph.Name, graph);
        if (classes != data.ClassNames.Length)
        {
            throw new OcsInputException(
                $"{graph.Name} has {classes} classes, but {data.Name} has {data.ClassNames.Length}; give the data set that it was trained for.");
        }
    }

    /// <summary>Fails with a sentence where a network does not take a data set's images.</summary>
    public static void CheckImages(string name, Graph graph, LabelledImages data)
    {
        if (graph.InputNodes.Skip(1).Any())
        {
            throw new OcsInputException(
                $"{name} takes {graph.InputNodes.Count()} inputs ({string.Join(", ", graph.InputNames)}), "
                + $"but {data.Name} has images only; give a network of one input.");
        }

        var input = graph.InputNodes.First().Shape;
        if (!input.SequenceEqual([1, data.Channels, data.Height, data.Width]))
        {
            throw new OcsInputException(
                $"{name} takes images of {Numbers.Shape(input.Skip(1))}, but those of {data.Name} are {data.Channels}x{data.Height}x{data.Width}; "
                + "give the data set that it was trained for.");
        }
    }

    /// <summary>How many classes a network has; a sentence where its output is something else.</summary>
    public static long ClassesOf(string name, Graph graph) => graph.Nodes[graph.Outputs[0]].Shape is { Length: 2 } output
        ? output[1]
        : throw new OcsInputException(
            $"{name} gives {Numbers.Shape(graph.Nodes[graph.Outputs[0]].Shape.Skip(1))} for an image instead of a number for each class; "
            + "give a network that classifies.");

    /// <summary>Whether a command line means a file rather than a name of the zoo.</summary>
    public static bool IsFile(string model) =>
        model.EndsWith(".ocs", StringComparison.OrdinalIgnoreCase) || IsOnnx(model) || model.Contains('/', StringComparison.Ordinal) || File.Exists(model);

    private static Graph Build(ModelRequest request, LabelledImages? data) => data is null || request.InputSize is not null
        ? Models.Build(request.Model, InputOf(request), request.Classes ?? data?.ClassNames.Length)
        : TrainingDataSource.Network(request.Model, data);

    // Small grey images are MNIST's.
    private static NetworkInput? InputOf(ModelRequest request) => (request.InputChannels, Models.Find(request.Model).Input) switch
    {
        (var channels, _) when request.InputSize is { } size => ImageOf(size) is var image && (channels ?? image.Channels) == image.Channels
            ? image
            : throw new OcsInputException($"--input-size {size} and --input-channels {channels} are two numbers of channels; leave one of them out."),
        (null, _) => null,
        (1, var input) => input == NetworkInput.Cifar ? NetworkInput.Mnist : input with { Channels = 1 },
        (3, var input) => input,
        (var channels, _) => throw new OcsInputException($"A zoo network's images have 1 or 3 channels, but --input-channels is {channels}."),
    };

    /// <summary>Whether a command line means an ONNX file.</summary>
    public static bool IsOnnx(string model) => model.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>The network of a file. The size of images fills in what an .onnx file leaves open.</summary>
    public static OcsModel ReadFile(string path, params ReadOnlySpan<long> inputSize)
    {
        var size = inputSize.ToArray();
        return UserFile.Read(path, () => Read(path, size));
    }

    private static OcsModel Read(string path, long[] inputSize) =>
        IsOnnx(path) ? OnnxFile.Read(path, inputSize)
        : !File.Exists(path) || OcsFile.IsOcsFile(path) ? OcsFile.Read(path)
        : throw new OcsInputException(WeightsReader.IsWeightsAlone(path)
            ? $"{path} holds weights alone, without a network that is read here; export the network to ONNX (torch.onnx.export) and give that file, "
                + $"or name the zoo network that the weights are for, with --weights {path}."
            : $"{path} is not an .ocs file; give one that `ocs` wrote, an .onnx file, or a name of the zoo (`ocs models` lists them).");

    private static long[] SizeOf(ModelRequest request, LabelledImages? data)
    {
        if (request.InputSize is not { } text)
        {
            return data is null ? [] : [data.Channels, data.Height, data.Width];
        }

        return IsOnnx(request.Model)
            ? Sizes(text)
            : throw new OcsInputException("--input-size is for networks of the zoo and for .onnx files that leave it open; leave it out.");
    }

    private static NetworkInput ImageOf(string text) =>
        Sizes(text) is [var channels, <= LargestSide and var height, <= LargestSide and var width] && channels is 1 or 3
        ? new((int)channels, (int)height, (int)width)
        : throw new OcsInputException(
            $"A zoo network's --input-size is channels, 1 or 3, height and width, at most {LargestSide}, 3x224x224 for example, but is '{text}'.");

    private static long[] Sizes(string text)
    {
        var sizes = Array.ConvertAll(
            text.Split('x'), size => long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
        return sizes.All(size => size > 0)
            ? sizes
            : throw new OcsInputException($"--input-size is channels, height and width, 3x224x224 for example, but is '{text}'.");
    }
}
