using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Zoo;

namespace Ocs.Formats;

/// <summary>Loads networks from files or from the zoo, and saves them. The extension chooses the format.</summary>
public static class NetworkFile
{
    private const int LargestSide = 16_384;

    extension(Network network)
    {
        /// <summary>Loads a network from a file or from the zoo. The caller owns it.</summary>
        /// <param name="model">A file that ends in .onnx or .ocs, or a name of <see cref="Models.All"/>.</param>
        /// <param name="weights">
        /// A file of weights (<see cref="Weights.Load"/>). Null takes the weights of the network's file, or random ones
        /// for a zoo name.
        /// </param>
        /// <param name="classes">
        /// The number of classes. Null takes the file's number, or the published number of a zoo network. A file with
        /// another number is an error, unless <paramref name="options"/> ask for a new classifier.
        /// </param>
        /// <param name="inputShape">
        /// The shape of the inputs without the batch, [C, H, W] for images. Empty takes the file's shape, or the
        /// published image size of a zoo network. Required for an .onnx file with dynamic sizes.
        /// </param>
        /// <param name="options">How weights are fitted to the network, and where random ones are drawn from.</param>
        /// <param name="remarks">Takes what a person should know of the file of weights, a sentence each.</param>
        /// <exception cref="OcsInputException">
        /// There is no such network, a file cannot be read, or what is given does not fit together. The message says
        /// what to do.
        /// </exception>
        public static Network Load(
            string model,
            string? weights = null,
            int? classes = null,
            ReadOnlySpan<long> inputShape = default,
            WeightsOptions? options = null,
            ICollection<string>? remarks = null)
        {
            ArgumentNullException.ThrowIfNull(model);
            options ??= new();
            if (IsFile(model))
            {
                var whole = OfClasses(model, ReadFile(model, inputShape), classes, options);
                if (weights is null)
                {
                    return whole;
                }

                using (whole)
                {
                    var loaded = LoadWeights(weights, whole.Graph, options with { AllowNarrower = false }, remarks);
                    return new(loaded.Graph, loaded.Parameters, whole.Record);
                }
            }

            var graph = Models.Build(model, inputShape.IsEmpty ? null : InputOf(inputShape), classes);
            return weights is null
                ? Network.Initialize(graph, options.Seed)
                : LoadWeights(weights, graph, options, remarks);
        }

        /// <summary>
        /// Writes the network in the format of the extension: .ocs (graph, weights and record), .onnx (graph and
        /// weights for inference), or weights alone as .safetensors or, for PyTorch's <c>torch.load</c>, .pth, .pt and
        /// .th. An existing file is replaced only when the new one is complete.
        /// </summary>
        /// <param name="path">The file.</param>
        /// <param name="onnx">How an .onnx file is written.</param>
        /// <exception cref="OcsInputException">The extension is unknown, or the file cannot be written.</exception>
        public void Save(string path, OnnxOptions? onnx = null)
        {
            ArgumentNullException.ThrowIfNull(path);
            switch (Path.GetExtension(path).ToLowerInvariant())
            {
                case ".ocs":
                    OcsFile.Write(path, network);
                    break;
                case ".onnx":
                    OnnxFile.Write(path, network, onnx);
                    break;
                case ".safetensors":
                    WriteSafetensors(path, network.Graph, network.Parameters);
                    break;
                case ".pth" or ".pt" or ".th":
                    PyTorchFile.Write(path, network.Parameters);
                    break;
                default:
                    throw new OcsInputException(
                        $"{path} has an unknown extension: give a name that ends in .ocs, .onnx, "
                            + ".safetensors or .pth.");
            }
        }
    }

    /// <summary>Whether the text is a path rather than a zoo name.</summary>
    internal static bool IsFile(string model) =>
        IsOnnx(model)
        || model.EndsWith(".ocs", StringComparison.OrdinalIgnoreCase)
        || model.Contains('/', StringComparison.Ordinal)
        || File.Exists(model);

    /// <summary>Whether the path is that of an ONNX file.</summary>
    internal static bool IsOnnx(string model) => model.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a network with its weights from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="inputShape">Input shape for dynamic sizes of an ONNX file.</param>
    /// <param name="outputs">Values of an ONNX file that become the outputs; null for the file's outputs.</param>
    internal static Network ReadFile(
        string path, ReadOnlySpan<long> inputShape, ImmutableArray<string>? outputs = null)
    {
        if (IsOnnx(path))
        {
            return OnnxFile.Read(path, outputs, inputShape);
        }

        if (outputs is not null)
        {
            throw new OcsInputException($"`outputs` name values of an .onnx file, but {path} is not; leave them out.");
        }

        if (File.Exists(path) && !OcsFile.IsOcsFile(path))
        {
            throw new OcsInputException(WeightsReader.IsWeightsAlone(path)
                ? $"{path} holds weights only, without a network; export the network to ONNX "
                    + "(torch.onnx.export) and give that file, or name the zoo network that the weights are for, "
                    + $"with `weights` {path}."
                : $"{path} is not an .ocs file; give one that `Network.{nameof(Save)}` wrote, an .onnx file, "
                    + "or a name of the zoo (`Models.All` lists them).");
        }

        var network = OcsFile.Read(path);
        if (inputShape.IsEmpty)
        {
            return network;
        }

        var shape = network.Graph.InputNodes.First().Shape[1..];
        if (shape.AsSpan().SequenceEqual(inputShape))
        {
            return network;
        }

        network.Dispose();
        throw new OcsInputException(
            $"{path} takes {NodeShapes.Show(shape)}, but inputShape is {NodeShapes.Show([.. inputShape])}; "
            + "leave it out.");
    }

    /// <summary>Writes the weights under their names, and the network's name as metadata.</summary>
    internal static void WriteSafetensors(string path, Graph graph, ParameterTable parameters) => SafetensorsFile.Write(
        path,
        parameters,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt", ["model"] = graph.Name });

    private static Network LoadWeights(string file, Graph graph, WeightsOptions options, ICollection<string>? remarks)
    {
        var (network, said) = Weights.Load(file, graph, options);
        foreach (var remark in said)
        {
            remarks?.Add(remark);
        }

        return network;
    }

    private static Network OfClasses(string path, Network network, int? wanted, WeightsOptions options)
    {
        try
        {
            var classes = Classifier.ClassesOf(network.Graph);
            if (options.NewClassifier && (wanted ?? classes) is { } renewed)
            {
                return Classifier.Renew(network, checked((int)renewed), options.Seed);
            }

            var own = classes is { } found ? $"{found} classes" : "no classes";
            return wanted is null || wanted == classes
                ? network
                : throw new OcsInputException(
                    $"{path} has {own}, but {wanted} were asked for; "
                    + $"leave `classes` out{WeightsFit.ClassifierRemedy}.");
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static NetworkInput InputOf(ReadOnlySpan<long> shape) =>
        shape is [> 0 and <= LargestSide] ? NetworkInput.Sequence((int)shape[0])
        : shape is [> 0 and <= LargestSide, > 0 and <= LargestSide, > 0 and <= LargestSide]
        ? new((int)shape[0], (int)shape[1], (int)shape[2])
        : throw new OcsInputException(
            "The inputShape of a zoo network is channels, height and width, of texts the number of tokens, "
                + $"each from 1 to {LargestSide}, [3, 224, 224] for example, but is {NodeShapes.Show([.. shape])}.");
}
