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
[JsonDerivedType(typeof(AdaptiveMaxPool2d), nameof(AdaptiveMaxPool2d))]
[JsonDerivedType(typeof(Add), nameof(Add))]
[JsonDerivedType(typeof(Affine), nameof(Affine))]
[JsonDerivedType(typeof(Arithmetic), nameof(Arithmetic))]
[JsonDerivedType(typeof(AveragePool2d), nameof(AveragePool2d))]
[JsonDerivedType(typeof(BatchNorm2d), nameof(BatchNorm2d))]
[JsonDerivedType(typeof(ChannelShuffle), nameof(ChannelShuffle))]
[JsonDerivedType(typeof(Concat), nameof(Concat))]
[JsonDerivedType(typeof(Conv2d), nameof(Conv2d))]
[JsonDerivedType(typeof(ConvTranspose2d), nameof(ConvTranspose2d))]
[JsonDerivedType(typeof(Dropout), nameof(Dropout))]
[JsonDerivedType(typeof(Dropout2d), nameof(Dropout2d))]
[JsonDerivedType(typeof(Embedding), nameof(Embedding))]
[JsonDerivedType(typeof(Expand), nameof(Expand))]
[JsonDerivedType(typeof(Flatten), nameof(Flatten))]
[JsonDerivedType(typeof(GroupNorm), nameof(GroupNorm))]
[JsonDerivedType(typeof(Gru), nameof(Gru))]
[JsonDerivedType(typeof(Input), nameof(Input))]
[JsonDerivedType(typeof(InstanceNorm2d), nameof(InstanceNorm2d))]
[JsonDerivedType(typeof(LayerNorm), nameof(LayerNorm))]
[JsonDerivedType(typeof(LayerScale2d), nameof(LayerScale2d))]
[JsonDerivedType(typeof(Linear), nameof(Linear))]
[JsonDerivedType(typeof(LogitScale), nameof(LogitScale))]
[JsonDerivedType(typeof(Lstm), nameof(Lstm))]
[JsonDerivedType(typeof(MatMul), nameof(MatMul))]
[JsonDerivedType(typeof(MaxPool2d), nameof(MaxPool2d))]
[JsonDerivedType(typeof(Normalize), nameof(Normalize))]
[JsonDerivedType(typeof(Pad2d), nameof(Pad2d))]
[JsonDerivedType(typeof(PadChannels), nameof(PadChannels))]
[JsonDerivedType(typeof(ParameterValue), nameof(ParameterValue))]
[JsonDerivedType(typeof(Permute), nameof(Permute))]
[JsonDerivedType(typeof(PixelShuffle), nameof(PixelShuffle))]
[JsonDerivedType(typeof(PixelUnshuffle), nameof(PixelUnshuffle))]
[JsonDerivedType(typeof(PRelu), nameof(PRelu))]
[JsonDerivedType(typeof(Reduce), nameof(Reduce))]
[JsonDerivedType(typeof(RelativeCoordinates), nameof(RelativeCoordinates))]
[JsonDerivedType(typeof(RelativePositionBias), nameof(RelativePositionBias))]
[JsonDerivedType(typeof(Resample), nameof(Resample))]
[JsonDerivedType(typeof(Reshape), nameof(Reshape))]
[JsonDerivedType(typeof(RmsNorm), nameof(RmsNorm))]
[JsonDerivedType(typeof(Roll), nameof(Roll))]
[JsonDerivedType(typeof(ScaledDotProductAttention), nameof(ScaledDotProductAttention))]
[JsonDerivedType(typeof(Select), nameof(Select))]
[JsonDerivedType(typeof(SelectChannels), nameof(SelectChannels))]
[JsonDerivedType(typeof(ShiftedWindowMask), nameof(ShiftedWindowMask))]
[JsonDerivedType(typeof(Slice), nameof(Slice))]
[JsonDerivedType(typeof(Softmax), nameof(Softmax))]
[JsonDerivedType(typeof(StochasticDepth), nameof(StochasticDepth))]
[JsonDerivedType(typeof(Subsample), nameof(Subsample))]
[JsonDerivedType(typeof(Upsample), nameof(Upsample))]
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

    /// <summary>The operator for parameters and inputs of other widths: attributes that count channels follow.</summary>
    internal virtual Operator Resize(NodeShapes before, NodeShapes after) => this;

    /// <summary>The resize rule of operators whose channels the shapes alone do not tell apart: a guess could be wrong and fit.</summary>
    protected Operator RequireUnchanged(NodeShapes before, NodeShapes after) =>
        before.Inputs.Zip(after.Inputs).All(shapes => shapes.First.SequenceEqual(shapes.Second))
            ? this
            : throw after.Error("its channels among fewer cannot be known from the parameters' shapes");

    /// <summary>The operator with other policies, where it has any; null leaves one as it is.</summary>
    internal virtual Operator WithPolicies(SplitPolicy? split, GroupPolicy? groups) => this;

    /// <summary>What the coordinates of an input's or the output's axis are to the operator.</summary>
    public virtual AxisRole RoleOf(Axis axis, NodeShapes shapes) => AxisRole.None;

    /// <summary>Whether the run rule can overwrite its first input.</summary>
    [JsonIgnore]
    public virtual bool CanRunInPlace => false;

    /// <summary>Whether the next node may overwrite this one's output: backward does not need it, and it is no view.</summary>
    [JsonIgnore]
    public virtual bool OutputMayBeOverwritten => false;

    /// <summary>Whether a channel that is zero in every input is zero in the output, given zero weights and biases.</summary>
    [JsonIgnore]
    public virtual bool KeepsZeroChannels => true;

    /// <summary>The same, for operators that only some shapes let zero channels be.</summary>
    public virtual bool KeepsZeroChannelsIn(NodeShapes shapes) => KeepsZeroChannels;

    /// <summary>
    /// Whether what stays gets other values when some channels of the first input leave than when they are zero: statistics over channels,
    /// a quotient 0 / 0. The outputs of a cut through such a node are not those of the zeroed network.
    /// </summary>
    [JsonIgnore]
    public virtual bool ChangesWhenChannelsLeave => false;

    /// <summary>The dimension of the weight, the first parameter, that makes the output's channels: its rows, unless stated.</summary>
    [JsonIgnore]
    public virtual int WeightOutputDimension => 0;

    /// <summary>
    /// Ties every dimension of an input, but for one or none, to the same dimension of the output: the rule of element-wise operators.
    /// </summary>
    protected static void TieElementwise(ICoupling coupling, int input = 0, int except = -1)
    {
        for (var dimension = 0; dimension < coupling.Shapes.Output.Length; dimension++)
        {
            if (dimension != except)
            {
                coupling.Tie(Axis.Input(input, dimension), Axis.Output(dimension));
            }
        }
    }
}
