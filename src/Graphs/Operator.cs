using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>
/// A kind of node with its attributes and its rules. Each operator of the library is one file in <c>Operators/</c>. A
/// program adds its own operator as a record that derives from this one, and registers it in
/// <see cref="OperatorCatalog"/>.
/// </summary>
/// <remarks>
/// Every operator has three rules: <see cref="InferShape"/>, <see cref="Run"/> and <see cref="Couple"/>. One that
/// multiplies states its <see cref="Macs"/>, and one whose attributes count channels follows a <see cref="Cut"/>. All
/// other members have defaults that are safe for any operator. Overriding one makes networks faster, or allows more
/// operations on them. Properties that can be set are written to files.
/// </remarks>
public abstract partial record Operator
{
    /// <summary>The output's shape for a batch of one. The first dimension of inputs and output is the batch.</summary>
    /// <param name="shapes">The shapes of inputs and parameters; the output's is empty.</param>
    /// <exception cref="OcsInputException">Inputs or parameters do not fit: <see cref="NodeShapes.Error"/>.</exception>
    public abstract ImmutableArray<long> InferShape(NodeShapes shapes);

    /// <summary>
    /// Computes the output for any batch with operators that autograd can differentiate. The caller owns the output.
    /// </summary>
    /// <param name="context">Inputs and parameters, lent: they are not disposed here.</param>
    public abstract Tensor Run(in RunContext context);

    /// <summary>
    /// States which coordinates must be removed together, such as channels of an input with those of the output and
    /// with rows of a weight. An axis that is not mentioned keeps its size.
    /// </summary>
    /// <param name="coupling">Takes what is said.</param>
    public abstract void Couple(ICoupling coupling);

    /// <summary>Multiply-accumulates for one sample, a term for each product; none unless stated.</summary>
    /// <param name="shapes">The shapes of inputs, parameters and output.</param>
    public virtual ImmutableArray<MacsTerm> Macs(NodeShapes shapes) => [];

    /// <summary>
    /// The operator after a cut. Attributes that count channels change. Without such attributes it is the same
    /// operator.
    /// </summary>
    /// <param name="cut">Which coordinates of each axis stay.</param>
    public virtual Operator Cut(ICut cut) => this;

    /// <summary>
    /// The operator for parameters and inputs of other widths, where nothing is known but shapes. Attributes that count
    /// channels follow.
    /// </summary>
    /// <param name="before">The shapes that it had.</param>
    /// <param name="after">The new shapes of inputs and parameters; the output's is empty.</param>
    /// <exception cref="OcsInputException">The shapes do not determine the new operator.</exception>
    public virtual Operator Resize(NodeShapes before, NodeShapes after) => this;

    /// <summary>The operator with other policies, where it has any.</summary>
    /// <param name="split">How heads leave; null leaves the policy as it is.</param>
    /// <param name="groups">How channels in groups leave; null leaves the policy as it is.</param>
    public virtual Operator WithPolicies(SplitPolicy? split, GroupPolicy? groups) => this;

    /// <summary>The role of an input's or the output's axis.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="shapes">The shapes of inputs, parameters and output.</param>
    public virtual AxisRole RoleOf(Axis axis, NodeShapes shapes) => AxisRole.None;

    /// <summary>
    /// The dimension of the weight, the first parameter, that makes the output's channels: its rows, unless stated.
    /// </summary>
    [JsonIgnore]
    public virtual int WeightOutputDimension => 0;

    /// <summary>
    /// Whether a channel that is zero in every input is zero in the output, given zero weights and biases. Only a
    /// network of such operators can be padded with zero channels while it trains.
    /// </summary>
    /// <param name="shapes">The shapes of inputs, parameters and output.</param>
    public virtual bool KeepsZeroChannels(NodeShapes shapes) => false;

    /// <summary>
    /// Whether removing channels of the first input gives other values for the remaining ones than zeroing them:
    /// statistics over channels, or a quotient 0 / 0. A cut through such a node changes outputs compared with the
    /// zeroed network.
    /// </summary>
    [JsonIgnore]
    public virtual bool ChangesWhenChannelsLeave => false;

    /// <summary>
    /// Whether a gradient goes back through an input: through indices and conditions none does. A weight that reaches
    /// the outputs only that way is not trained.
    /// </summary>
    /// <param name="input">Which input, by its position.</param>
    public virtual bool PassesGradient(int input) => true;

    /// <summary>
    /// Whether <see cref="Run"/> can overwrite its first input; it does so where <see cref="RunContext.InPlace"/>
    /// says that it may.
    /// </summary>
    [JsonIgnore]
    public virtual bool CanRunInPlace => false;

    /// <summary>
    /// Whether the next node may overwrite this one's output: backward does not need it, and it is no view.
    /// </summary>
    [JsonIgnore]
    public virtual bool OutputMayBeOverwritten => false;

    /// <summary>Whether the run rule draws random numbers in training, as dropout does.</summary>
    [JsonIgnore]
    public virtual bool DrawsRandomNumbers => false;

    /// <summary>
    /// Whether it runs faster on a CPU from a contiguous weight, even where the rest of the network is channels-last.
    /// </summary>
    /// <param name="shapes">The shapes of inputs, parameters and output.</param>
    public virtual bool PrefersContiguous(NodeShapes shapes) => false;

    /// <summary>
    /// The resize rule of operators whose channels the shapes alone do not tell apart: a guess could be wrong and
    /// fit.
    /// </summary>
    /// <param name="before">The shapes that it had.</param>
    /// <param name="after">The new shapes.</param>
    /// <exception cref="OcsInputException">An input has another shape.</exception>
    protected Operator RequireUnchanged(NodeShapes before, NodeShapes after) =>
        before.Inputs.Zip(after.Inputs).All(shapes => shapes.First.SequenceEqual(shapes.Second))
            ? this
            : throw after.Error("its channels among fewer cannot be known from the parameters' shapes");

    /// <summary>
    /// Ties every dimension of an input, but for one or none, to the same dimension of the output: the rule of
    /// element-wise operators.
    /// </summary>
    /// <param name="coupling">Takes what is said.</param>
    /// <param name="input">Which input, by its position.</param>
    /// <param name="except">A dimension that is not tied; -1 for none.</param>
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
