using System.Collections.Immutable;
using System.Globalization;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.RunLog;
using Ocs.Zoo;

namespace Ocs.Cli;

/// <summary>The network of a command line.</summary>
/// <param name="Model">A name of the zoo, or an .ocs or .onnx file.</param>
/// <param name="Weights">
/// A file of weights, followed by :KEY for a part of a checkpoint; null takes the model's weights.
/// </param>
/// <param name="Classes">The classes of a zoo network; null takes the published number.</param>
/// <param name="InputChannels">The channels of a zoo network's images; null takes the published number.</param>
/// <param name="InputSize">
/// The input size CxHxW of a zoo network, or of an .onnx file with dynamic sizes; null takes the published size of a
/// zoo network.
/// </param>
internal sealed record ModelRequest(
    string Model, string? Weights, int? Classes = null, int? InputChannels = null, string? InputSize = null);

/// <summary>Finds the network and the weights of a command line.</summary>
internal static class ModelSource
{
    private const int LargestSide = 16_384;

    /// <summary>The network without weights. A zoo network without a file of weights needs no libtorch.</summary>
    public static (Graph Graph, PruningRecord? Record) GraphOf(ModelRequest request, CommandConsole console)
    {
        if (request.Weights is null && !IsFile(request.Model))
        {
            return (Models.Build(request.Model, InputOf(request), request.Classes), null);
        }

        using var network = Open(request, console);
        return (network.Graph, network.Record);
    }

    /// <summary>
    /// The network with its weights, for the images and classes of a data set if one is given. The caller owns the
    /// result.
    /// </summary>
    public static Network Open(ModelRequest request, CommandConsole console, LabelledImages? data = null)
    {
        var isFile = IsFile(request.Model);
        var shape = isFile ? FileShapeOf(request, data) : ZooShapeOf(request, data);
        var classes = isFile ? null
            : data is not null && request.InputSize is null ? data.ClassNames.Length
            : request.Classes ?? data?.ClassNames.Length;
        var remarks = new List<string>();
        var network = Network.Load(request.Model, request.Weights, classes, shape, remarks: remarks);
        remarks.AddRange(
            new[] { KeptCheck.Sentence(network.Graph), KeptCheck.Quantization(network.Graph) }.OfType<string>());

        foreach (var remark in remarks)
        {
            console.Error.WriteLine(remark);
        }

        if (!isFile && request.Weights is null)
        {
            console.Error.WriteLine(
                $"Warning: {network.Graph.Name} has random weights, for neither --weights nor an .ocs file was given.");
        }

        return network;
    }

    /// <summary>
    /// Height and width of the square images of a file's network; null if they are dynamic, or if the model is not a
    /// file.
    /// </summary>
    public static int? ImageSizeOf(ModelRequest request)
    {
        if (!IsFile(request.Model) || !File.Exists(request.Model))
        {
            return null;
        }

        try
        {
            using var network = ReadFile(request.Model, FileShapeOf(request, data: null));
            var shape = network.Graph.InputNodes.First().Shape;
            return shape is [_, _, var height, var width] && height == width ? (int)height : null;
        }
        catch (OcsInputException)
        {
            // The file is read again later, which reports the fault.
            return null;
        }
    }

    /// <summary>Fails if a network does not fit a data set's images or number of classes.</summary>
    public static void CheckFit(Graph graph, LabelledImages data)
    {
        CheckImages(graph.Name, graph, data);
        var classes = ClassesOf(graph.Name, graph);
        if (classes != data.ClassNames.Length)
        {
            throw new OcsInputException(
                $"{graph.Name} has {classes} classes, but {data.Name} has {data.ClassNames.Length}; "
                + "give the data set that it was trained for.");
        }
    }

    /// <summary>Fails if a network does not fit a data set's images.</summary>
    public static void CheckImages(string name, Graph graph, IDataset data)
    {
        if (graph.InputNodes.Skip(1).Any())
        {
            throw new OcsInputException(
                $"{name} takes {graph.InputNodes.Count()} inputs ({string.Join(", ", graph.InputNames)}), "
                + $"but {data.Name} has images only; give a network of one input.");
        }

        var input = graph.InputNodes.First().Shape;
        if (!input.SequenceEqual([1, .. data.InputShapes[0]]))
        {
            throw new OcsInputException(
                $"{name} takes images of {Numbers.Shape(input.Skip(1))}, "
                + $"but those of {data.Name} are {Numbers.Shape(data.InputShapes[0])}; "
                + "give the data set that it was trained for.");
        }
    }

    /// <summary>The number of classes; fails if the output is something else.</summary>
    public static long ClassesOf(string name, Graph graph) => Classifier.ClassesOf(graph)
        ?? throw new OcsInputException(
            $"{name} gives {ShapeOfOutput(graph)} for an image "
            + "instead of a number for each class; give a network that classifies.");

    /// <summary>The configuration of the run whose folder has the network's file; null if there is none.</summary>
    public static string? ConfigBeside(string model)
    {
        var config = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, RunFolder.ConfigName);
        return IsFile(model) && File.Exists(config) ? config : null;
    }

    private static string ShapeOfOutput(Graph graph) => graph.Outputs is [var first, ..]
        ? Numbers.Shape(graph.Nodes[first].Shape.Skip(1))
        : "no value that is supported";

    /// <summary>Whether a model is a file rather than a zoo name.</summary>
    public static bool IsFile(string model) => NetworkFile.IsFile(model);

    /// <summary>Whether a model is an ONNX file.</summary>
    public static bool IsOnnx(string model) => NetworkFile.IsOnnx(model);

    /// <summary>Reads the network of a file. The image shape fills in dynamic sizes of an .onnx file.</summary>
    public static Network ReadFile(string path, params long[] shape) =>
        NetworkFile.ReadFile(path, IsOnnx(path) ? shape : []);

    /// <summary>Reads a network to be trained: all nodes from inputs to outputs must be supported.</summary>
    /// <param name="path">The file.</param>
    /// <param name="outputs">Names of values of an .onnx file, separated by commas; null for its outputs.</param>
    /// <param name="shape">The shape of images.</param>
    public static Network ReadToTrain(string path, string? outputs, params long[] shape)
    {
        ImmutableArray<string>? names = outputs is null
            ? null
            : [.. outputs.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        var network = NetworkFile.ReadFile(path, IsOnnx(path) ? shape : [], names);
        RequireGradients(path, network);
        if (network.Graph.Origin is not { Kept: { } kept } origin
            || (origin is { Outputs: [{ KeptNode: null }, ..] } && origin.Inputs.All(input => input.KeptNode is null))
            || outputs is not null)
        {
            return network;
        }

        using (network)
        {
            var before = string.Join(", ", origin.Outputs.Take(3).Select(output => output.Name));
            throw new OcsInputException(
                $"{path} cannot be trained as it is: {string.Join(", ", kept.First.Take(3))} "
                + "give no gradients, because they are not supported; name the values before them with "
                + "--outputs NAME[,NAME]"
                + (before.Length > 0 ? $" ({before}, for example)" : "")
                + ", and the rest is put back at the end.");
        }
    }

    private static void RequireGradients(string path, Network network)
    {
        var learning = network.Graph.ParametersWithGradient();
        if (network.Graph.Parameters.FirstOrDefault(
            spec => spec.IsTrainable && !learning.Contains(spec.Name)) is { } spec)
        {
            network.Dispose();
            throw new OcsInputException(
                $"{path} cannot be trained as it is: '{spec.Name}' gets no gradient, because only computed "
                + "indices or conditions depend on it; name values before these with --outputs NAME[,NAME].");
        }
    }

    // For an .ocs file, the caller compares the images with the network's.
    private static long[] FileShapeOf(ModelRequest request, LabelledImages? data) => request.InputSize switch
    {
        null => data is not null && IsOnnx(request.Model) ? [data.Channels, data.Height, data.Width] : [],
        { } text when IsOnnx(request.Model) => Sizes(text),
        _ => throw new OcsInputException(
            "--input-size is for networks of the zoo and for .onnx files with dynamic sizes; leave it out."),
    };

    private static long[] ZooShapeOf(ModelRequest request, LabelledImages? data) =>
        data is not null && request.InputSize is null ? [data.Channels, data.Height, data.Width]
        : InputOf(request) is { } input ? [input.Channels, input.Height, input.Width]
        : [];

    // Small grey images are those of MNIST.
    private static NetworkInput? InputOf(ModelRequest request) =>
        (request.InputChannels, Models.Find(request.Model).Input) switch
        {
            (var channels, _) when request.InputSize is { } size =>
                ImageOf(size) is var image && (channels ?? image.Channels) == image.Channels
                ? image
                : throw new OcsInputException(
                    $"--input-size {size} and --input-channels {channels} are two numbers of channels; "
                    + "leave one of them out."),
            (null, _) => null,
            (1, var input) => input == NetworkInput.Cifar ? NetworkInput.Mnist : input with { Channels = 1 },
            (3, var input) => input,
            (var channels, _) => throw new OcsInputException(
                $"A zoo network's images have 1 or 3 channels, but --input-channels is {channels}."),
        };

    private static NetworkInput ImageOf(string text) =>
        Sizes(text) is [var channels, <= LargestSide and var height, <= LargestSide and var width] && channels is 1 or 3
        ? new((int)channels, (int)height, (int)width)
        : throw new OcsInputException(
            "A zoo network's --input-size is channels, 1 or 3, height and width, "
            + $"at most {LargestSide}, 3x224x224 for example, but is '{text}'.");

    private static long[] Sizes(string text)
    {
        var sizes = Array.ConvertAll(
            text.Split('x'),
            size => long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
        return sizes.All(size => size > 0)
            ? sizes
            : throw new OcsInputException(
                $"--input-size is channels, height and width, 3x224x224 for example, but is '{text}'.");
    }
}
