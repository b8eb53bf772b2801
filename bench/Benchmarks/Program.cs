using BenchmarkDotNet.Running;
using Ocs.Benchmarks;

// A child measures in a fresh process and prints JSON; the other words are figures to measure.
if (args is ["child", ..])
{
    Child.Run(args[1..]);
    return 0;
}

if (args is ["dotnet", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(BoxedCallBenchmark).Assembly).Run(args[1..], BoxedCallBenchmark.InProcess);
    return 0;
}

if (args is ["onnx", ..])
{
    return OnnxTable.Measure(args[1..]);
}

return Figures.Measure(args);
