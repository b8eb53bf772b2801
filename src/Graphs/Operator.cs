using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>
/// A kind of node with its attributes and its five rules: shape, run, MACs, coupling, surgery. Each operator is one file in
/// <c>Operators/</c>, and one line here that names it in files.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op")]
[JsonDerivedType(typeof(Activation), nameof(Activation))]
[JsonDerivedType(typeof(AdaptiveAveragePool2d), nameof(AdaptiveAveragePool2d))]
[JsonDerivedType(typeof(Add), nameof(Add))]
[JsonDerivedType(typeof(AveragePool2d), nameof(AveragePool2d))]
[JsonDerivedType(typeof(BatchNorm2d), nameof(BatchNorm2d))]
[JsonDerivedType(typeof(Concat), nameof(Concat))]
[JsonDerivedType(typeof(Conv2d), nameof(Conv2d))]
[JsonDerivedType(typeof(Dropout), nameof(Dropout))]
[JsonDerivedType(typeof(Embedding), nameof(Embedding))]
[JsonDerivedType(typeof(Flatten), nameof(Flatten))]
[JsonDerivedType(typeof(Gru), nameof(Gru))]
[JsonDerivedType(typeof(Input), nameof(Input))]
[JsonDerivedType(typeof(LayerNorm), nameof(LayerNorm))]
[JsonDerivedType(typeof(Linear), nameof(Linear))]
[JsonDerivedType(typeof(LogitScale), nameof(LogitScale))]
[JsonDerivedType(typeof(Lstm), nameof(Lstm))]
[JsonDerivedType(typeof(MatMul), nameof(MatMul))]
[JsonDerivedType(typeof(MaxPool2d), nameof(MaxPool2d))]
[JsonDerivedType(typeof(Normalize), nameof(Normalize))]
[JsonDerivedType(typeof(ParameterValue), nameof(ParameterValue))]
[JsonDerivedType(typeof(Permute), nameof(Permute))]
[JsonDerivedType(typeof(RelativeCoordinates), nameof(RelativeCoordinates))]
[JsonDerivedType(typeof(RelativePositionBias), nameof(RelativePositionBias))]
[JsonDerivedType(typeof(Reshape), nameof(Reshape))]
[JsonDerivedType(typeof(RmsNorm), nameof(RmsNorm))]
[JsonDerivedType(typeof(ScaledDotProductAttention), nameof(ScaledDotProductAttention))]
[JsonDerivedType(typeof(Select), nameof(Select))]
[JsonDerivedType(typeof(ShiftedWindowMask), nameof(ShiftedWindowMask))]
[JsonDerivedType(typeof(Slice), nameof(Slice))]
public abstract record Operator
{
    /// <summary>The output's shape for a batch of one; throws when inputs or parameters do not fit.</summary>
    public abstract ImmutableArray<long> InferShape(NodeShapes shapes);

    /// <summary>Computes the output, which the caller owns.</summary>
    public abstract Tensor Run(in RunContext context);

    /// <summary>Multiply-accumulates for one sample, or null for none.</summary>
    public virtual MacsTerm? Macs(NodeShapes shapes) => null;

    /// <summary>The same for nodes that are more than one product, as attention is; a single one states <see cref="Macs"/>.</summary>
    public virtual ImmutableArray<MacsTerm> MacsTerms(NodeShapes shapes) => Macs(shapes) is { } term ? [term] : [];

    /// <summary>Says which coordinates must leave together.</summary>
    public abstract void Couple(ICoupling coupling);

    /// <summary>The operator after a cut: attributes that count channels follow.</summary>
    public virtual Operator Cut(ICut cut) => this;

    /// <summary>Whether the run rule can overwrite its first input.</summary>
    [JsonIgnore]
    public virtual bool CanRunInPlace => false;

    /// <summary>Whether the next node may overwrite this one's output: backward does not need it, and it is no view.</summary>
    [JsonIgnore]
    public virtual bool OutputMayBeOverwritten => false;

    /// <summary>Whether a channel that is zero in every input is zero in the output, given zero weights and biases.</summary>
    [JsonIgnore]
    public virtual bool KeepsZeroChannels => true;

    /// <summary>
    /// Whether what stays gets other values when some channels of the first input leave than when they are zero, as where a mean is taken over
    /// them: layer and group norms. The outputs of a cut through such a node are not those of the zeroed network.
    /// </summary>
    [JsonIgnore]
    public virtual bool ChangesWhenChannelsLeave => false;

    /// <summary>Ties every dimension of an input to the same dimension of the output: the rule of element-wise operators.</summary>
    protected static void TieElementwise(ICoupling coupling, int input = 0)
    {
        for (var dimension = 0; dimension < coupling.Shapes.Output.Length; dimension++)
        {
            coupling.Tie(Axis.Input(input, dimension), Axis.Output(dimension));
        }
    }
}
