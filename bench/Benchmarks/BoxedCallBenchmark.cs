using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Ocs.Torch;

namespace Ocs.Benchmarks;

/// <summary>The overhead of a call: four elements, so that the arithmetic is negligible.</summary>
[MemoryDiagnoser]
public class BoxedCallBenchmark : IDisposable
{
    private readonly Tensor _left = Tensor.Ones([4]);
    private readonly Tensor _right = Tensor.Ones([4]);

    /// <summary>Runs in this process: a generated project would not find the native shim.</summary>
    public static IConfig InProcess =>
        DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));

    /// <summary><c>aten::add.Tensor</c>: the target is below 2 us.</summary>
    [Benchmark]
    public void Add()
    {
        using var sum = Aten.Add(_left, _right);
    }

    /// <summary>The same operator, called by name.</summary>
    [Benchmark]
    public void AddByName()
    {
        foreach (var sum in Aten.Call("aten::add", "Tensor", _left, _right))
        {
            sum.Dispose();
        }
    }

    [Benchmark]
    public void AddInPlace() => Aten.AddInPlace(_left, _right);

    [GlobalCleanup]
    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        GC.SuppressFinalize(this);
    }
}
