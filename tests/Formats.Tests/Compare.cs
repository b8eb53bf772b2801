using System.Text.Json;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Formats.Tests;

/// <summary>Equality to the last bit.</summary>
internal static class Compare
{
    public static byte[] Bits(Tensor tensor)
    {
        var bytes = new List<byte>();
        TensorBytes.Write(tensor, part => bytes.AddRange(part));
        return [.. bytes];
    }

    public static void Same(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.DType, actual.DType);
        Assert.Equal(expected.Shape.ToArray(), actual.Shape.ToArray());
        Assert.True(Bits(expected).AsSpan().SequenceEqual(Bits(actual)), "the bits differ");
    }

    public static void Same(ParameterTable expected, ParameterTable actual)
    {
        Assert.Equal(expected.Names, actual.Names);
        Assert.Equal(expected.Trainable, actual.Trainable);
        foreach (var name in expected.Names)
        {
            Same(expected[name], actual[name]);
        }
    }

    public static void Same(Graph expected, Graph actual)
    {
        Assert.Equal(expected.ToString(), actual.ToString());
        Assert.Equal(expected.Parameters.Length, actual.Parameters.Length);
        Assert.Equal(expected.Outputs.ToArray(), actual.Outputs.ToArray());
        foreach (var (left, right) in expected.Nodes.Zip(actual.Nodes))
        {
            // The records' own equality compares immutable arrays by reference; operators of lists are compared by the
            // text above.
            Assert.Equal(
                left with { Operator = right.Operator, Inputs = [], Parameters = [], Shape = [] },
                right with { Inputs = [], Parameters = [], Shape = [] });
            Assert.Equal(left.Parameters.ToArray(), right.Parameters.ToArray());
            if (left.Operator is Graphs.Operators.Input input)
            {
                Assert.Equal(input.Shape.ToArray(), ((Graphs.Operators.Input)right.Operator).Shape.ToArray());
            }
            else if (left.Operator is not (Affine or Reduce or Roll or SelectChannels))
            {
                Assert.Equal(
                    JsonSerializer.Serialize<Graphs.Operator>(left.Operator),
                    JsonSerializer.Serialize<Graphs.Operator>(right.Operator));
            }
        }

        foreach (var (left, right) in expected.Parameters.Zip(actual.Parameters))
        {
            Assert.Equal(left with { Shape = [] }, right with { Shape = [] });
            Assert.Equal(left.Shape.ToArray(), right.Shape.ToArray());
        }
    }
}
