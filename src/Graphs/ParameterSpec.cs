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
public readonly record struct Initialization(InitializationKind Kind, double Value)
{
    public static Initialization Constant(double value) => new(InitializationKind.Constant, value);

    public static Initialization Normal(double standardDeviation) => new(InitializationKind.Normal, standardDeviation);

    public static Initialization Uniform(double bound) => new(InitializationKind.Uniform, bound);
}

/// <summary>A named parameter or buffer of a graph.</summary>
public sealed record ParameterSpec(
    string Name, ImmutableArray<long> Shape, ParameterRole Role, Initialization Initialization)
{
    /// <summary>Whether training changes it by gradients.</summary>
    [JsonIgnore]
    public bool IsTrainable => Role is not (ParameterRole.Buffer or ParameterRole.Counter);

    [JsonIgnore]
    public long ElementCount => NodeShapes.ElementCount(Shape);
}
