using System.Diagnostics;
using System.Runtime.InteropServices;
using Ocs.Cli;
using Ocs.Cli.Output;

const int SameSignalMilliseconds = 1000;
var stopped = 0L;
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return Application.Run(args, CommandConsole.OfProcess(stop.Token));

// The first signal asks for an end after the step, the second one ends the process. Ctrl-C reaches one of several processes twice at
// once: from the terminal, and from the process that started them.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested || Stopwatch.GetElapsedTime(stopped).TotalMilliseconds < SameSignalMilliseconds;
    if (!stop.IsCancellationRequested)
    {
        stopped = Stopwatch.GetTimestamp();
        stop.Cancel();
    }
}
