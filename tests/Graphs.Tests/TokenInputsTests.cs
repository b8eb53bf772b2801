using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests;

public sealed class TokenInputsTests
{
    [Fact]
    public void An_input_has_the_rows_of_the_smallest_table_that_reads_it_or_a_part_of_it()
    {
        var g = new GraphBuilder("rows");
        var (numbers, categories) = (g.Input("numbers", 3), g.Input("categories", 2));
        var first = Rows(g, "first", g.Select("0", categories, 1, 0), 50);
        var second = Rows(g, "second", g.Select("1", categories, 1, 1), 20);
        var graph = g.Build(g.Concat("all", 1, g.Linear("bottom", numbers, 4), first, second));

        Assert.Null(TokenInputs.Rows(graph, 0));
        Assert.Equal(20, TokenInputs.Rows(graph, 1));
    }

    [Fact]
    public void What_a_layer_computes_is_no_index_of_the_input()
    {
        var g = new GraphBuilder("computed");
        var best = g.Add("best", new ArgMax(1), [g.Linear("scores", g.Input("image", 3), 4)], []);
        var graph = g.Build(Rows(g, "table", best, 10));

        Assert.Null(TokenInputs.Rows(graph, 0));
    }

    private static Value Rows(GraphBuilder g, string name, Value indices, long count) =>
        g.Embedding(name, indices, count, 4);
}
