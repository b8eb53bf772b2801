using System.CommandLine;
using Ocs.Cli.Output;
using Ocs.Zoo;
using Spectre.Console;

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
        var rows = Models.All
            .Select(model => (model, graph: Models.Build(model.Name)))
            .Select(pair => new ModelRow(pair.model.Name, pair.model.Description, pair.graph.Macs, pair.graph.ParameterCount))
            .ToArray();
        if (console.Json)
        {
            console.WriteJson(new(rows), CliJson.Readable.ModelsOutput);
            return ExitCode.Fine;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("model").AddColumn(new TableColumn("MACs").RightAligned()).AddColumn(new TableColumn("parameters").RightAligned()).AddColumn("what");
        foreach (var row in rows)
        {
            table.AddRow(row.Model, Numbers.Short(row.Macs), Numbers.Short(row.Parameters), Markup.Escape(row.Description));
        }

        console.Tables.Write(table);
        console.WriteLine("MACs and parameters for 3x32x32 images and 10 classes; any image size and number of classes can be built.");
        return ExitCode.Fine;
    }
}

/// <summary>`ocs models --json`.</summary>
internal sealed record ModelsOutput(IReadOnlyList<ModelRow> Models);

/// <summary>A network of the zoo, for colour images of 32x32 and 10 classes.</summary>
internal sealed record ModelRow(string Model, string Description, long Macs, long Parameters);
