using System.Runtime.InteropServices;
using Ocs.Cli;
using Ocs.Cli.Output;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return Application.Run(args, CommandConsole.OfProcess(stop.Token));

// The first signal asks for an end after the step, the second one ends the process.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
