using System.Globalization;
using Ocs.OnnxRuntime;

namespace Ocs.Cli.Runtimes;

/// <summary>
/// The difference between the outputs of two networks. Relative differences are relative to the largest absolute value
/// of the first output. NaN or an infinity against any other number differs infinitely. Outputs of other types are
/// compared as 32-bit floats.
/// </summary>
/// <param name="Output">The output's name in the first network.</param>
/// <param name="Largest">Largest absolute difference.</param>
/// <param name="Mean">Mean absolute difference.</param>
/// <param name="LargestRelative">Largest relative difference.</param>
/// <param name="MeanRelative">Mean relative difference.</param>
/// <param name="NotFinite">How many numbers are not finite in either network, and so prove nothing.</param>
internal sealed record OutputDifference(
    string Output, double Largest, double Mean, double LargestRelative, double MeanRelative, long NotFinite)
{
    /// <summary>Whether the outputs agree.</summary>
    public bool IsWithin(double tolerance) => LargestRelative <= tolerance && NotFinite == 0;

    /// <summary>The problem of the first output that is not within a tolerance.</summary>
    public static string Problem(IReadOnlyList<OutputDifference> differences, double tolerance)
    {
        var worst = differences.MaxBy(difference => difference.LargestRelative)!;
        var unknown = differences.FirstOrDefault(difference => difference.NotFinite > 0);
        return worst.LargestRelative <= tolerance && unknown is not null
            ? $"the output '{unknown.Output}' has numbers that are not finite ({unknown.NotFinite}), "
                + "which cannot be compared"
            : $"the output '{worst.Output}' differs by {Text(worst.LargestRelative)} of its largest value, "
                + $"more than {Text(tolerance)}";
    }

    /// <summary>Formats a difference.</summary>
    public static string Text(double difference) =>
        difference.ToString(difference == 0 ? "0" : "0.0e+0", CultureInfo.InvariantCulture);

    /// <summary>
    /// Runs two networks on the same inputs, and compares their outputs in order. A detector's selected boxes depend on
    /// its other outputs, and are not compared.
    /// </summary>
    public static IReadOnlyList<OutputDifference> Between(
        RunnableNetwork first, RunnableNetwork second, IReadOnlyList<TensorData> inputs)
    {
        var (left, right) = (Outputs(first, inputs), Outputs(second, inputs));
        if (left.Count != right.Count)
        {
            throw new OcsInputException(
                $"{first.Name} has {left.Count} outputs, but {second.Name} has {right.Count}; "
                + "give networks for the same task.");
        }

        return [.. left.Select((output, index) =>
        {
            var other = right[index];
            return output.Shape.SequenceEqual(other.Shape)
                ? Of(first.Outputs[index], Floats(output), Floats(other))
                : throw new OcsInputException(
                    $"The output '{first.Outputs[index]}' of {first.Name} is [{string.Join(", ", output.Shape)}], "
                    + $"but that of {second.Name} is "
                    + $"[{string.Join(", ", other.Shape)}]; give networks for the same task.");
        })];
    }

    /// <summary>The difference of two outputs' numbers.</summary>
    internal static OutputDifference Of(string name, ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        var (largest, sum, scale, notFinite) = (0.0, 0.0, 0.0, 0L);
        for (var i = 0; i < first.Length; i++)
        {
            // Equals is true for two equal infinities and for two NaNs.
            var difference = first[i].Equals(second[i]) ? 0 : Math.Abs((double)first[i] - second[i]);
            difference = double.IsNaN(difference) ? double.PositiveInfinity : difference;
            largest = Math.Max(largest, difference);
            sum += difference;
            scale = float.IsFinite(first[i]) ? Math.Max(scale, Math.Abs(first[i])) : scale;
            notFinite += float.IsFinite(first[i]) && float.IsFinite(second[i]) ? 0 : 1;
        }

        var mean = first.Length == 0 ? 0 : sum / first.Length;
        return new(name, largest, mean, Relative(largest, scale), Relative(mean, scale), notFinite);
    }

    /// <summary>The numbers of an output as 32-bit floats.</summary>
    internal static float[] Floats(TensorData tensor) => tensor.Type switch
    {
        ElementType.Float16 => Array.ConvertAll(tensor.As<Half>(), number => (float)number),
        ElementType.BFloat16 => Array.ConvertAll(tensor.As<BFloat16>(), number => number.ToSingle()),
        ElementType.Float64 => Array.ConvertAll(tensor.As<double>(), number => (float)number),
        ElementType.Int64 => Array.ConvertAll(tensor.As<long>(), number => (float)number),
        ElementType.Int32 => Array.ConvertAll(tensor.As<int>(), number => (float)number),
        ElementType.UInt8 => Array.ConvertAll(tensor.As<byte>(), number => (float)number),
        ElementType.Bool => Array.ConvertAll(tensor.As<bool>(), number => number ? 1f : 0f),
        _ => tensor.As<float>(),
    };

    private static double Relative(double difference, double scale) => difference == 0 ? 0 : difference / scale;

    private static IReadOnlyList<TensorData> Outputs(RunnableNetwork network, IReadOnlyList<TensorData> inputs)
    {
        using var run = network.Prepare(NetworkInputs.As(network, inputs));
        run.Execute();
        var outputs = run.Read();
        return network.Outputs is [.., "boxes", "probabilities", "selected"] ? [.. outputs.SkipLast(1)] : outputs;
    }
}
