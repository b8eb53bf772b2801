using System.Collections.Immutable;
using Ocs.Formats;
using Ocs.OnnxRuntime;
using Ocs.Torch;

namespace Ocs.Cli.Runtimes;

/// <summary>Inputs of networks: random numbers, or those of a file.</summary>
internal static class NetworkInputs
{
    private const double Range = 2;
    private const int IntegerBound = 2;

    /// <summary>
    /// Random inputs for all of the networks: numbers in [-2, 2), tokens for embeddings, or 0 and 1 for other integers.
    /// Dynamic leading sizes are the batch.
    /// </summary>
    /// <param name="networks">The networks.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="seed">The seed of the numbers.</param>
    /// <param name="shapes">By name, the shapes to give inputs that the networks leave free, batch included.</param>
    public static ImmutableArray<TensorData> Random(
        IReadOnlyList<RunnableNetwork> networks, int batch, ulong seed,
        IReadOnlyDictionary<string, ImmutableArray<long>>? shapes = null)
    {
        RequireSameCount(networks);
        var rng = Rng.ForStream(seed, "inputs");
        return
        [
            .. networks[0].Inputs.Select((_, index) =>
                Random([.. networks.Select(network => network.Inputs[index])], index, networks, batch, rng, shapes)),
        ];
    }

    /// <summary>The inputs of a safetensors file: by name, or the only one.</summary>
    public static ImmutableArray<TensorData> Read(string path, RunnableNetwork network)
    {
        var tensors = SafetensorsFile.Read(path);
        try
        {
            return [.. network.Inputs.Select(input => Numbers(path, tensors, input, network))];
        }
        finally
        {
            tensors.Values.ToList().ForEach(tensor => tensor.Dispose());
        }
    }

    /// <summary>Converts a batch of samples for a network.</summary>
    /// <param name="name">The network's name in messages.</param>
    /// <param name="infos">The network's inputs.</param>
    /// <param name="tensors">The batch's inputs.</param>
    public static ImmutableArray<TensorData> Of(
        string name, ImmutableArray<ValueInfo> infos, IReadOnlyList<Tensor> tensors)
    {
        if (infos.Length != tensors.Count)
        {
            throw new OcsInputException(
                $"{name} takes {infos.Length} inputs, but samples have {tensors.Count}; give another data set.");
        }

        return [.. infos.Zip(tensors, (info, tensor) =>
        {
            using var floats = tensor.To(DType.Float32);
            var given = Convert(TensorData.Of(floats.ToArray<float>(), floats.Shape), info.Type);
            return info.Takes(given)
                ? given
                : throw new OcsInputException(
                    $"{name} takes {info} as '{info.Name}', but a batch of samples is {given}; give another data set.");
        })];
    }

    /// <summary>The same numbers in the network's types.</summary>
    public static IReadOnlyList<TensorData> As(RunnableNetwork network, IReadOnlyList<TensorData> inputs)
    {
        if (network.Inputs.Length != inputs.Count)
        {
            throw new OcsInputException(
                $"{network.Name} takes {network.Inputs.Length} inputs, but {inputs.Count} are given.");
        }

        return [.. network.Inputs.Zip(inputs, (input, tensor) =>
        {
            var converted = Convert(tensor, input.Type);
            return input.Takes(converted)
                ? converted
                : throw new OcsInputException(
                    $"{network.Name} takes {input} as '{input.Name}', but {converted} is given; give another --input.");
        })];
    }

    private static TensorData Random(
        ValueInfo[] infos, int index, IReadOnlyList<RunnableNetwork> networks, int batch, Rng rng,
        IReadOnlyDictionary<string, ImmutableArray<long>>? shapes)
    {
        var rank = infos[0].Shape.Length;
        for (var i = 1; i < infos.Length; i++)
        {
            if (infos[i].Shape.Length != rank
                || Enumerable.Range(0, rank).Any(axis => Differ(infos[i].Shape[axis], infos[0].Shape[axis])))
            {
                throw new OcsInputException(
                    $"{networks[0].Name} takes {infos[0]} as '{infos[0].Name}', "
                    + $"but {networks[i].Name} takes {infos[i]}; "
                    + "give networks for the same inputs.");
            }
        }

        long[] shape = [.. Enumerable.Range(0, rank).Select(dimension => infos.Max(info => info.Shape[dimension]) switch
        {
            >= 0 and var size => size,
            _ when shapes?.GetValueOrDefault(infos[0].Name) is { IsDefault: false } stated => stated[dimension],
            _ when dimension == 0 => batch,
            _ => throw new OcsInputException(
                $"{networks[0].Name} takes {infos[0]} as '{infos[0].Name}', with dynamic sizes; "
                + "state them with --input FILE."),
        })];
        var size = shape.Aggregate(1.0, (product, size) => product * size);
        if (size > Array.MaxLength)
        {
            throw new OcsInputException(
                $"A batch of {batch} has {size:0.0e+0} numbers as '{infos[0].Name}', "
                + $"more than the {Array.MaxLength:N0} of an array; give a smaller one.");
        }

        var count = (int)size;
        var tokens = networks.Min(network => network.TokensOf(index));
        var isWhole = tokens is not null || infos.Any(
            info => info.Type is not (ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16
                or ElementType.Float64));
        return isWhole
            ? TensorData.Of(
                Enumerable.Range(0, count).Select(_ => (long)rng.Next(tokens ?? IntegerBound)).ToArray(), shape)
            : TensorData.Of(
                Enumerable.Range(0, count).Select(_ => (float)(Range * (2 * rng.NextDouble() - 1))).ToArray(), shape);

        static bool Differ(long left, long right) => left >= 0 && right >= 0 && left != right;
    }

    private static TensorData Numbers(
        string path, IReadOnlyDictionary<string, Tensor> tensors, ValueInfo input, RunnableNetwork network)
    {
        var only = tensors.Count == 1 && network.Inputs.Length == 1 ? tensors.Values.First() : null;
        if ((tensors.GetValueOrDefault(input.Name) ?? only) is not { } tensor)
        {
            var names = string.Join(", ", tensors.Keys.Select(name => $"'{name}'"));
            throw new OcsInputException(
                $"{path} has no tensor '{input.Name}', which {network.Name} takes (it has {names}); "
                + "name the tensors as the network's inputs.");
        }

        var isWhole = tensor.DType is DType.Int64 or DType.Int32 or DType.Int16 or DType.Int8 or DType.UInt8;
        using var converted = tensor.To(isWhole ? DType.Int64 : DType.Float32);
        return isWhole
            ? TensorData.Of(converted.ToArray<long>(), converted.Shape)
            : TensorData.Of(converted.ToArray<float>(), converted.Shape);
    }

    private static TensorData Convert(TensorData tensor, ElementType type) => (tensor.Type, type) switch
    {
        (ElementType.Int64, ElementType.Float32) =>
            TensorData.Of(Array.ConvertAll(tensor.As<long>(), value => (float)value), tensor.Shape.AsSpan()),
        (ElementType.Float32, ElementType.Int32) =>
            TensorData.Of(Array.ConvertAll(tensor.As<float>(), value => (int)value), tensor.Shape.AsSpan()),
        (ElementType.Float32, ElementType.Int64) =>
            TensorData.Of(Array.ConvertAll(tensor.As<float>(), value => (long)value), tensor.Shape.AsSpan()),
        (ElementType.Float32, ElementType.Float16) =>
            TensorData.Of(Array.ConvertAll(tensor.As<float>(), value => (Half)value), tensor.Shape.AsSpan()),
        (ElementType.Float32, ElementType.BFloat16) =>
            TensorData.Of(Array.ConvertAll(tensor.As<float>(), BFloat16.FromSingle), tensor.Shape.AsSpan()),
        (ElementType.Float32, ElementType.Float64) =>
            TensorData.Of(Array.ConvertAll(tensor.As<float>(), value => (double)value), tensor.Shape.AsSpan()),
        (ElementType.Int64, ElementType.Int32) =>
            TensorData.Of(Array.ConvertAll(tensor.As<long>(), value => (int)value), tensor.Shape.AsSpan()),
        (ElementType.Int64, ElementType.UInt8) =>
            TensorData.Of(Array.ConvertAll(tensor.As<long>(), value => (byte)value), tensor.Shape.AsSpan()),
        (ElementType.Int64, ElementType.Bool) =>
            TensorData.Of(Array.ConvertAll(tensor.As<long>(), value => value != 0), tensor.Shape.AsSpan()),
        _ => tensor,
    };

    private static void RequireSameCount(IReadOnlyList<RunnableNetwork> networks)
    {
        if (networks.FirstOrDefault(network => network.Inputs.Length != networks[0].Inputs.Length) is { } other)
        {
            throw new OcsInputException(
                $"{networks[0].Name} takes {networks[0].Inputs.Length} inputs, "
                + $"but {other.Name} takes {other.Inputs.Length}; "
                + "give networks for the same inputs.");
        }
    }
}
