using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ocs.Graphs;

/// <summary>One application of an operator. Its only output is known by the node's index in the graph.</summary>
/// <param name="Name">Unique in the graph; parameters of zoo networks begin with it.</param>
/// <param name="Operator">What it computes.</param>
/// <param name="Inputs">Indices of the nodes that it reads, all smaller than its own.</param>
/// <param name="Parameters">Names of its parameters, in the operator's order.</param>
/// <param name="Shape">The output's shape for a batch of one.</param>
public sealed record Node(
    string Name,
    Operator Operator,
    ImmutableArray<int> Inputs,
    ImmutableArray<string> Parameters,
    ImmutableArray<long> Shape)
{
    /// <summary>
    /// Whether the network's first implementation calls the operator as a function, and not as a module
    /// (<c>F.relu</c>, not <c>nn.ReLU</c>). Only the operation count of the authors' program asks for it, since that
    /// counts modules.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsFunction { get; init; }
}
