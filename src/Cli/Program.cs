using Ocs.Cli;
using Ocs.Cli.Output;

using var signals = new StopSignals();
return Application.Run(args, CommandConsole.OfProcess(signals));
