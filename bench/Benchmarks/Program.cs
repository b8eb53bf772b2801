using BenchmarkDotNet.Running;
using Ocs.Benchmarks;

// A child measures in a fresh process and prints JSON; the other words are figures to measure.
if (args is ["child", "convolutions", var way, var first])
{
    ConvolutionTable.Run(way, int.Parse(first));
    return 0;
}

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

if (args is ["convolutions", ..])
{
    return ConvolutionTable.Measure(args[1..]);
}

if (args is ["gradients", ..])
{
    return GradientTable.Measure(args[1..]);
}

if (args is ["onnx", ..])
{
    return OnnxTable.Measure(args[1..]);
}

return Figures.Measure(args);
