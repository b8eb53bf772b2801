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
        Assert.Null(OperatorCatalog.TypeOf("Upsample3d"));
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

        Assert.Equal("The operator First has the name 'graphs.First' already. (Parameter 'name')", Refused<First>("graphs.Other"));
        Assert.Equal("The operator Second cannot be called 'graphs.First', for First is. (Parameter 'name')", Refused<Second>("graphs.First"));
        Assert.Equal("The operator Second cannot be called 'Conv2d', for Conv2d is. (Parameter 'name')", Refused<Second>("Conv2d"));
        Assert.Equal("The operator Own is abstract, so no node can have it. (Parameter 'name')", Refused<Own>("graphs.Own"));
        Assert.Throws<ArgumentException>(() => OperatorCatalog.Register<Second>(" "));
        Assert.Null(OperatorCatalog.NameOf(typeof(Second)));

        static string Refused<T>(string name)
            where T : Operator => Assert.Throws<ArgumentException>(() => OperatorCatalog.Register<T>(name, new DefaultJsonTypeInfoResolver())).Message;
    }

    [Fact]
    public void An_operator_that_says_nothing_is_taken_for_the_worst()
    {
        var op = new First();
        var shapes = Probe.Shapes(op, [[1, 2]]);
        Assert.False(op.KeepsZeroChannels(shapes) || op.CanRunInPlace || op.OutputMayBeOverwritten || op.PrefersContiguous(shapes));
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
