using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Ocs.Graphs.Operators;
using Ocs.Graphs.Tests.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests;

public sealed class OperatorCatalogTests
{
    [Fact]
    public void The_librarys_operators_have_the_names_of_their_types()
    {
        Assert.Equal("Conv2d", OperatorCatalog.NameOf(typeof(Conv2d)));
        Assert.Equal(typeof(Upsample), OperatorCatalog.TypeOf("Upsample"));
        Assert.Null(OperatorCatalog.TypeOf("Upsample4d"));
        Assert.Null(OperatorCatalog.NameOf(typeof(Graphs.Passes.FusedBatchNorm)));
    }

    [Fact]
    public void An_operator_has_one_name_and_a_name_one_operator()
    {
        OperatorCatalog.Register<First>("graphs.First");
        OperatorCatalog.Register<First>("graphs.First");
        Assert.Equal("graphs.First", OperatorCatalog.NameOf(typeof(First)));
        Assert.Equal(typeof(First), OperatorCatalog.TypeOf("graphs.First"));
        Assert.Single(OperatorCatalog.Registered, entry => entry.Type == typeof(First));

        AssertRefused<First>("graphs.Other", "First has the name 'graphs.First' already");
        AssertRefused<Second>("graphs.First", "Second cannot be called 'graphs.First', for First is");
        AssertRefused<Second>("Conv2d", "Second cannot be called 'Conv2d', for Conv2d is");
        AssertRefused<Own>("graphs.Own", "Own is abstract, so no node can have it");
        Assert.Throws<ArgumentException>(() => OperatorCatalog.Register<Second>(" "));
        Assert.Null(OperatorCatalog.NameOf(typeof(Second)));

        static void AssertRefused<T>(string name, string problem)
            where T : Operator
        {
            var error = Assert.Throws<ArgumentException>(
                () => OperatorCatalog.Register<T>(name, new DefaultJsonTypeInfoResolver()));
            Assert.Equal($"The operator {problem}. (Parameter 'name')", error.Message);
        }
    }

    [Fact]
    public void An_operator_that_says_nothing_is_taken_for_the_worst()
    {
        var op = new First();
        var shapes = Probe.Shapes(op, [[1, 2]]);
        Assert.False(op.KeepsZeroChannels(shapes) || op.PrefersContiguous(shapes));
        Assert.False(op.CanRunInPlace || op.OutputMayBeOverwritten);
        Assert.Equal(0, Probe.Macs(op, shapes));
    }

    private abstract record Own : Operator
    {
        public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

        public override Tensor Run(in RunContext context) => context.Input.Alias();

        public override void Couple(ICoupling coupling) => TieElementwise(coupling);
    }

    private sealed record First : Own;

    private sealed record Second : Own;
}
