using Ocs.Cli;
using Ocs.Cli.Output;
using Ocs.Torch;

TorchRuntime.BuildProgress = Console.Error.WriteLine;
using var signals = new StopSignals();
return Application.Run(args, CommandConsole.OfProcess(signals));
