using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Loads weights from files into networks.</summary>
public static class Weights
{
    /// <summary>
    /// A network with the weights of a file of PyTorch, safetensors, .ocs or TorchSharp. The first bytes decide the
    /// format. Names are the network's, also after prefixes such as <c>module.</c>, or those of torchvision's published
    /// files. 16-bit and 64-bit floats become 32-bit floats.
    /// </summary>
    /// <param name="path">The file. <c>checkpoint.pth:KEY</c> reads the weights under a key of a checkpoint.</param>
    /// <param name="graph">The network to load the weights into.</param>
    /// <param name="options">How the weights are fitted.</param>
    /// <exception cref="OcsInputException">
    /// The file cannot be read, has no weights, or has those of another network. The message names the first
    /// differences.
    /// </exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The network that is returned owns the parameters.")]
    public static LoadedWeights Load(string path, Graph graph, WeightsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(graph);
        options ??= new();
        var (file, key) = Split(path);
        var (tensors, remarks) = ReadTensors(file, key);
        try
        {
            remarks = remarks.AddRange(WeightNames.Fit(file, graph, tensors));
            if (options.NewClassifier)
            {
                Classifier.Forget(graph, tensors);
            }

            var fitted = new WeightsFit(file, graph, tensors).Apply(options);
            var parameters = ParameterTable.FromTensors(fitted, tensors);
            if (options.NewClassifier)
            {
                Classifier.Draw(fitted, parameters, options.Seed);
            }

            return new(new(fitted, parameters), remarks);
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    // A colon may be part of a file's name.
    private static (string File, string? Key) Split(string path) =>
        path.LastIndexOf(':') is > 0 and var colon && !File.Exists(path) && File.Exists(path[..colon])
            ? (path[..colon], path[(colon + 1)..])
            : (path, null);

    private static (Dictionary<string, Tensor> Tensors, ImmutableArray<string> Remarks) ReadTensors(
        string file, string? key)
    {
        var read = WeightsReader.Read(file, key);
        ImmutableArray<string> remarks = read.OtherKeys.IsEmpty
            ? []
            : [
                $"{file} holds weights under several keys; '{read.Key}' was taken, "
                + $"and {file}:{read.OtherKeys[0]} takes '{read.OtherKeys[0]}'.",
            ];
        var tensors = read.Tensors.ToDictionary(pair => pair.Key, pair => AsFloat(pair.Value), StringComparer.Ordinal);
        return (tensors, remarks);
    }

    // Weights in half or double precision become 32-bit floats.
    private static Tensor AsFloat(Tensor tensor)
    {
        if (tensor.DType is not (DType.Float16 or DType.BFloat16 or DType.Float64))
        {
            return tensor;
        }

        using (tensor)
        {
            return tensor.To(DType.Float32);
        }
    }
}
