using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ocs.Graphs;

/// <summary>What a parameter is for; only buffers and counters are not trained.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ParameterRole>))]
public enum ParameterRole
{
    /// <summary>
    /// A matrix or kernels: the first two dimensions are channels, those after them positions. Counts for saliency.
    /// </summary>
    Weight,

    /// <summary>What is added to channels, and any other trained number that saliency does not count.</summary>
    Bias,

    /// <summary>A norm's factor for each channel, γ. Counts for saliency.</summary>
    NormWeight,

    /// <summary>What a norm adds to each channel, β.</summary>
    NormBias,

    /// <summary>Numbers that are kept, but not trained by gradients: running statistics, constants.</summary>
    Buffer,

    /// <summary>A 64-bit integer scalar: the number of batches that a norm has seen.</summary>
    Counter,
}

/// <summary>The distribution that a parameter starts from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InitializationKind>))]
public enum InitializationKind
{
    /// <summary>Every element is the value.</summary>
    Constant,

    /// <summary>Mean 0, the value is the standard deviation.</summary>
    Normal,

    /// <summary>Between minus the value and the value.</summary>
    Uniform,
}

/// <summary>How a parameter starts.</summary>
/// <param name="Kind">The distribution.</param>
/// <param name="Value">Its only number.</param>
public readonly record struct Initialization(InitializationKind Kind, double Value)
{
    /// <summary>Every element is the value.</summary>
    public static Initialization Constant(double value) => new(InitializationKind.Constant, value);

    /// <summary>Mean 0, with a standard deviation.</summary>
    public static Initialization Normal(double standardDeviation) => new(InitializationKind.Normal, standardDeviation);

    /// <summary>Between minus the bound and the bound.</summary>
    public static Initialization Uniform(double bound) => new(InitializationKind.Uniform, bound);
}

/// <summary>A named parameter or buffer of a graph.</summary>
/// <param name="Name">Unique in the graph, and its key in files of weights.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Initialization">How it starts.</param>
public sealed record ParameterSpec(
    string Name, ImmutableArray<long> Shape, ParameterRole Role, Initialization Initialization)
{
    /// <summary>Whether training changes it by gradients.</summary>
    [JsonIgnore]
    public bool IsTrainable => Role is not (ParameterRole.Buffer or ParameterRole.Counter);

    /// <summary>The product of the sizes.</summary>
    [JsonIgnore]
    public long ElementCount => NodeShapes.ElementCount(Shape);
}
