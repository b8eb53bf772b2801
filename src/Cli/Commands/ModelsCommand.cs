using System.CommandLine;
using Ocs.Cli.Output;
using Ocs.Zoo;

namespace Ocs.Cli.Commands;

/// <summary>`ocs models`: the zoo.</summary>
internal static class ModelsCommand
{
    public static Command Create(CommandConsole console)
    {
        var command = new Command("models", "Lists the networks of the zoo.");
        command.SetAction(_ => Run(console));
        return command;
    }

    private static int Run(CommandConsole console)
    {
        // Every network is built to count its costs, on all cores.
        var rows = Models.All.AsParallel().AsOrdered()
            .Select(model => (model, graph: Models.Build(model.Name)))
            .Select(pair => new ModelRow(
                pair.model.Name, pair.model.Description, Numbers.Shape(pair.graph.InputNodes.First().Shape.Skip(1)),
                pair.model.Classes,
                pair.graph.Macs, pair.graph.ParameterCount))
            .ToArray();
        if (console.Json)
        {
            console.WriteJson(new(rows), CliJson.Readable.ModelsOutput);
            return ExitCode.Fine;
        }

        var table = new Table().AddColumn("model").AddColumn("image");
        foreach (var header in new[] { "classes", "MACs", "parameters" })
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        table.AddColumn(new TableColumn("what").Prose());
        foreach (var row in rows)
        {
            table.AddRow(
                row.Model, row.Image, $"{row.Classes}", Numbers.Short(row.Macs), Numbers.Short(row.Parameters),
                row.Description);
        }

        console.Write(table);
        console.WriteLine(
            "MACs and parameters for these images and classes; any image size and number of classes can be built.");
        return ExitCode.Fine;
    }
}

/// <summary>`ocs models --json`.</summary>
internal sealed record ModelsOutput(IReadOnlyList<ModelRow> Models);

/// <summary>
/// A network of the zoo, with the image size (channels x height x width) and classes that it was published for.
/// </summary>
internal sealed record ModelRow(
    string Model, string Description, string Image, int Classes, long Macs, long Parameters);
