using System.CommandLine;
using System.Globalization;
using System.Text;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;

namespace Ocs.Cli.Commands;

/// <summary>
/// `ocs inspect`: layers, MACs, groups, their members, and why groups are frozen. Needs libtorch only for files.
/// </summary>
internal static class InspectCommand
{
    private const int LongestLine = 120;

    public static Command Create(CommandConsole console)
    {
        var model = CommonOptions.Model();
        var weights = CommonOptions.Weights();
        var classes = CommonOptions.Classes();
        var channels = CommonOptions.InputChannels();
        var size = CommonOptions.InputSize();
        var ignore = CommonOptions.Ignore();
        var only = CommonOptions.Only();
        var freeze = CommonOptions.Freeze();
        var heads = CommonOptions.Heads();
        var groups = CommonOptions.Groups();
        var command = new Command(
            "inspect", "Shows layers, MACs, groups, couplings, and what is frozen with the reason.")
        {
            model, weights, classes, channels, size, ignore, only, freeze, heads, groups,
        };
        command.SetAction(parsed => Run(
            new(
                parsed.GetRequiredValue(model),
                parsed.GetValue(weights),
                parsed.GetValue(classes),
                parsed.GetValue(channels),
                parsed.GetValue(size)),
            graph => CouplingGraph
                .Build(graph.WithPolicies(CommonOptions.Policy(parsed, heads), CommonOptions.Policy(parsed, groups)))
                .Freeze([.. parsed.GetValue(ignore) ?? []], [.. parsed.GetValue(only) ?? []])
                .Freeze(CommonOptions.Kinds(parsed, freeze)),
            console));
        return command;
    }

    private static int Run(ModelRequest request, Func<Graph, CouplingGraph> couple, CommandConsole console)
    {
        var (graph, record) = ModelSource.GraphOf(request, console);
        var coupling = couple(graph);
        if (console.Json)
        {
            console.WriteJson(Describe(graph, coupling), CliJson.Readable.InspectOutput);
            return ExitCode.Fine;
        }

        console.WriteLine(
            $"{graph.Name}: input {Numbers.Shape(InputShape(graph))}, "
            + $"{Numbers.Short(graph.Macs)} MACs ({Numbers.Whole(graph.Macs)}), "
            + $"{Numbers.Whole(graph.ParameterCount)} parameters");
        foreach (var node in graph.Origin?.Kept?.First ?? [])
        {
            console.WriteLine($"kept as it is: {node}: {node.Reason}");
        }

        if (record is not null)
        {
            console.WriteLine(
                $"pruned from {record.OriginalModel}: {Numbers.Short(record.MacsBefore)} MACs "
                + $"and {Numbers.Whole(record.ParametersBefore)} parameters before the cut");
        }

        if (MissingNorms.Warning(request.Model, graph) is { } warning)
        {
            console.WriteLine(warning);
        }

        WriteLayers(graph, coupling, console);
        WriteGroups(coupling, console);
        return ExitCode.Fine;
    }

    private static InspectOutput Describe(Graph graph, CouplingGraph coupling) => new(
        graph.Name,
        InputShape(graph),
        graph.Macs,
        graph.ParameterCount,
        [.. coupling.Groups.Select(group => new InspectGroup(
            group.Id,
            group.Channels,
            group.Kind is { } kind ? Choices.NameOf(kind) : null,
            !group.IsPrunable,
            group.FrozenReason,
            [.. group.Members.Select(member => new InspectMember(member.Parameter, member.Dimension))]))],
        [.. graph.Origin?.Kept?.Nodes.Select(node => new InspectKept(node.Name, node.Operator, node.Reason)) ?? []]);

    private static long[] InputShape(Graph graph) => [.. graph.InputNodes.FirstOrDefault()?.Shape.Skip(1) ?? []];

    private static void WriteLayers(Graph graph, CouplingGraph coupling, CommandConsole console)
    {
        var groupOf = coupling.Groups
            .SelectMany(group =>
                group.Members.Where(member => member.Dimension == 0).Select(member => (member.Parameter, group.Id)))
            .ToLookup(pair => pair.Parameter, pair => pair.Id, StringComparer.Ordinal);
        var table = new Table();
        table.AddColumn("layer").AddColumn("operator").AddColumn(new TableColumn("output").LeftOut(2));
        table.AddColumn(Right("MACs").LeftOut(4)).AddColumn(Right("share").LeftOut(1));
        table.AddColumn(Right("parameters").LeftOut(3)).AddColumn(Right("group"));
        for (var index = 0; index < graph.Nodes.Length; index++)
        {
            var node = graph.Nodes[index];
            var macs = graph.MacsOf(index);
            var parameters = node.Parameters
                .Select(graph.Parameter)
                .Where(spec => spec.IsTrainable)
                .Sum(spec => spec.ElementCount);
            if (node.Parameters.IsEmpty)
            {
                continue;
            }

            table.AddRow(
                node.Name,
                OperatorText(graph, node),
                Numbers.Shape(node.Shape.Skip(1)),
                macs == 0 ? "" : Numbers.Whole(macs),
                macs == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * macs / graph.Macs:0.0} %"),
                Numbers.Whole(parameters),
                string.Join(' ', groupOf[node.Parameters[0]]));
        }

        console.Write(table);
    }

    private static void WriteGroups(CouplingGraph coupling, CommandConsole console)
    {
        var prunable = coupling.Groups.Count(group => group.IsPrunable);
        console.WriteLine(
            $"{coupling.Groups.Length} groups, {prunable} of them prunable. "
            + "The slices of a channel are removed together:");
        foreach (var group in coupling.Groups)
        {
            var state = group.IsPrunable ? "" : $", frozen: {group.FrozenReason}";
            console.WriteLine();
            var kind = group.Kind is { } width ? $", {Choices.NameOf(width)}" : "";
            console.WriteLine($"group {group.Id}: {group.Name}, {group.Channels} channels{kind}{state}");
            WriteMembers(
                "rows of",
                group.Members.Where(member => member is { Dimension: 0, Role: ParameterRole.Weight }),
                console);
            WriteMembers("columns of", group.Members.Where(member => member.Dimension != 0), console);
            WriteMembers(
                "values of",
                group.Members.Where(member => member.Dimension == 0 && member.Role != ParameterRole.Weight),
                console);
        }
    }

    private static void WriteMembers(string what, IEnumerable<GroupMember> members, CommandConsole console)
    {
        var line = new StringBuilder($"  {what,-10}");
        var longest = Math.Min(LongestLine, console.Screen.Columns);
        var any = false;
        foreach (var member in members)
        {
            var several = member.IndicesPerChannel == 1 ? "" : $" ({member.IndicesPerChannel} a channel)";
            var text = $" {member.Parameter}{several}";
            if (line.Length + text.Length > longest)
            {
                console.WriteLine(line.ToString());
                line.Clear().Append(' ', 12);
            }

            line.Append(text);
            any = true;
        }

        if (any)
        {
            console.WriteLine(line.ToString());
        }
    }

    private static string OperatorText(Graph graph, Node node) => node.Operator switch
    {
        Conv2d conv =>
            $"Conv2d {graph.Parameter(node.Parameters[0]).Shape[2]}x{graph.Parameter(node.Parameters[0]).Shape[3]}"
            + (conv.Stride.Height == 1 ? "" : $", stride {conv.Stride.Height}")
            + (conv.Groups == 1 ? "" : $", {conv.Groups} groups"),
        Conv3d conv =>
            $"Conv3d {string.Join('x', graph.Parameter(node.Parameters[0]).Shape[2..])}"
            + (conv.Stride == 1 ? "" : $", stride {conv.Stride}")
            + (conv.Groups == 1 ? "" : $", {conv.Groups} groups"),
        var other => other.GetType().Name,
    };

    private static TableColumn Right(string header) => new TableColumn(header).RightAligned();
}

/// <summary>`ocs inspect --json`.</summary>
/// <param name="Model">The network's name.</param>
/// <param name="Input">[C, H, W].</param>
/// <param name="Macs">Multiply-accumulates of one sample.</param>
/// <param name="Parameters">Trained values.</param>
/// <param name="Groups">The groups.</param>
/// <param name="Kept">The nodes of an ONNX file that are kept as they are.</param>
internal sealed record InspectOutput(
    string Model, IReadOnlyList<long> Input, long Macs, long Parameters, IReadOnlyList<InspectGroup> Groups,
    IReadOnlyList<InspectKept> Kept);

/// <summary>A kept node, with the reason.</summary>
internal sealed record InspectKept(string Name, string Operator, string Reason);

/// <summary>
/// A group of `ocs inspect --json`. <paramref name="Kind"/> is the kind of width, or null; <paramref name="Reason"/> is
/// why it is frozen, or null.
/// </summary>
internal sealed record InspectGroup(
    int Id, int Channels, string? Kind, bool Frozen, string? Reason, IReadOnlyList<InspectMember> Members);

/// <summary>A parameter's dimension in which a group has slices.</summary>
internal sealed record InspectMember(string Parameter, int Dimension);
