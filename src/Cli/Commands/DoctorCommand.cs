using System.CommandLine;
using Ocs.Cli.Health;
using Ocs.Cli.Output;

namespace Ocs.Cli.Commands;

/// <summary>`ocs doctor`: checks this machine for what ocs needs, and says how to fix problems.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandConsole console)
    {
        var root = CommonOptions.DataRoot();
        var command = new Command(
            "doctor", "Checks libraries, processor, memory, data sets and folders, and says what to do.")
        {
            root,
        };
        command.SetAction(parsed => Run(parsed.GetValue(root), console));
        return command;
    }

    private static int Run(string? root, CommandConsole console)
    {
        Finding[] findings = [.. Checkup.Run(root, Environment.CurrentDirectory)];
        var code = findings.Any(finding => finding.State == FindingState.Problem) ? ExitCode.Failure : ExitCode.Fine;
        if (console.Json)
        {
            console.WriteJson(
                new([
                    .. findings.Select(finding => new DoctorRow(
                        finding.Part, finding.State.ToString().ToLowerInvariant(), finding.Text)),
                ]),
                CliJson.Readable.DoctorOutput);
            return code;
        }

        var table = new Table().AddColumns("part", "").AddColumn(new TableColumn("what was found").Prose());
        foreach (var finding in findings)
        {
            table.AddRow(
                finding.Part,
                finding.State == FindingState.Fine ? "" : finding.State.ToString().ToLowerInvariant(),
                finding.Text);
        }

        console.Write(table);
        console.WriteLine(code == ExitCode.Fine
            ? "Training works here."
            : "Training does not work here until the problems are solved.");
        return code;
    }
}

/// <summary>`ocs doctor --json`.</summary>
/// <param name="Findings">The findings, in the order of the table.</param>
internal sealed record DoctorOutput(IReadOnlyList<DoctorRow> Findings);

/// <summary>One part of the machine or the installation.</summary>
/// <param name="Part">The part.</param>
/// <param name="State"><c>fine</c>, <c>note</c> or <c>problem</c>.</param>
/// <param name="Text">The finding, and the remedy.</param>
internal sealed record DoctorRow(string Part, string State, string Text);
