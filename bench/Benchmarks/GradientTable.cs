using System.Globalization;
using System.Text.Json.Nodes;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Benchmarks;

/// <summary>
/// Compares gradients of the first step of cut networks with float64, in both layouts, for numbers of threads and
/// images that do not divide each other.
/// </summary>
internal static class GradientTable
{
    private const double Target = 0.5;
    private const double Tolerance = 1e-4;
    private const double Slack = 3;

    // A gradient that is zero except for rounding, such as that of a bias before a batch norm, is compared with the
    // largest gradient of the network.
    private const double Least = 1e-2;
    private static readonly string[] Networks =
        ["cifar_resnet8", "cifar_resnet20", "cifar_resnet56", "cifar_mobilenet_v2", "mobilenet_v2", "cifar_vgg16"];
    private const int OddBatch = 125;
    private static readonly int[] Batches = [128, OddBatch, 100, 96];
    private static readonly MemoryFormat[] Formats = [MemoryFormat.Contiguous, MemoryFormat.ChannelsLast];

    /// <summary>
    /// Measures, prints and records the table. Returns the exit code: 1 if a gradient is wrong or a process crashed.
    /// </summary>
    public static int Measure(string[] arguments)
    {
        var threads = ConvolutionCase.AllThreads;
        List<string> lines =
        [
            "# Gradients of cut networks", "", .. Machine.Header(new()), "",
            "- half of the MACs cut from random weights; the largest distance from the gradient in float64, as a part "
                + "of its largest number",
            $"- wrong: more than {Tolerance} and more than {Slack} times the distance of one thread over contiguous "
                + "planes, which is rounding; judged with SiLU for ReLU and means for largest values, for at a kink "
                + "the last bit of a sum decides whether a pixel counts; one batch also as it is",
            "",
            $"| network | activation | batch | layout | "
                + $"{string.Join(" | ", threads.Select(count => $"{count} {(count == 1 ? "thread" : "threads")}"))} |",
            $"| --- | --- | --- | --- | {string.Join(" | ", threads.Select(_ => "---"))} |",
        ];
        lines.ForEach(Console.WriteLine);
        var isRight = true;
        var tries = Networks.SelectMany(network => Batches
            .Select(batch => (Network: network, Batch: batch, IsSmooth: true))
            .Append((network, OddBatch, false)));
        foreach (var (network, batch, isSmooth) in tries)
        {
            var errors = Run(network, batch, isSmooth);
            foreach (var (index, format) in Formats.Index())
            {
                var row = errors?[index]!.AsArray().Select(error => (double)error!).ToList();
                isRight &= row?.All(error => !isSmooth
                    || error <= Math.Max(Tolerance, Slack * (double)errors![0]![0]!)) == true;
                var cells = row?.Select(error => error.ToString("G2", CultureInfo.InvariantCulture))
                    ?? threads.Select(_ => "crash");
                lines.Add($"| {network} | {(isSmooth ? "SiLU" : "its own")} | {batch} | "
                    + $"{(format == MemoryFormat.ChannelsLast ? "channels-last" : "contiguous")} | "
                    + $"{string.Join(" | ", cells)} |");
                Console.WriteLine(lines[^1]);
            }
        }

        if (!arguments.Contains("--no-record"))
        {
            File.WriteAllLines(
                Path.Combine(Machine.Root, "bench", "results", $"{DateTime.UtcNow:yyyy-MM-dd}-gradients.md"), lines);
        }

        return isRight ? 0 : 1;
    }

    /// <summary>The child: the errors of a network by layout and number of threads.</summary>
    public static JsonArray Errors(string network, int batch, bool isSmooth)
    {
        var graph = isSmooth ? Smooth(CutToHalf(network)) : CutToHalf(network);
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        var size = graph.Nodes[0].Shape;
        using var generator = new Generator(1);
        using var images = Tensor.Empty([batch, size[1], size[2], size[3]]);
        Aten.NormalInPlace(images, 0, 1, generator);
        using var labels = Tensor.FromArray<long>([.. Enumerable.Range(0, batch).Select(n => n * 7L % 10)], [batch]);
        var expected = Gradients(1, MemoryFormat.Contiguous, DType.Float64);
        var largest = expected.Max(gradient => gradient.Max(Math.Abs));
        return [.. Formats.Select(format => new JsonArray(
            [.. ConvolutionCase.AllThreads.Select(
                threads => JsonValue.Create(Distance(Gradients(threads, format, DType.Float32))))]))];

        double Distance(List<double[]> actual) => expected.Zip(actual).Max(pair =>
            pair.First.Zip(pair.Second).Max(values => Math.Abs(values.First - values.Second))
            / Math.Max(pair.First.Max(Math.Abs), Least * largest)) is var far
                && double.IsFinite(far) ? far : double.MaxValue;

        List<double[]> Gradients(int threads, MemoryFormat format, DType type)
        {
            TorchRuntime.Threads = threads;
            using var copies = parameters.Clone(graph);
            using (Autograd.NoGrad())
            {
                foreach (var spec in graph.Parameters.Where(spec => spec.Role != ParameterRole.Counter))
                {
                    copies.Replace(spec.Name, copies[spec.Name].To(type));
                }
            }

            using var input = images.To(type);
            using var dropout = new Generator(2);
            var executor = new Executor(graph, copies, format) { Generator = dropout };
            using var logits = executor.Forward(input, training: true);
            using var loss = Aten.CrossEntropy(logits, labels);
            Autograd.Backward(loss);
            return [.. copies.Trainable.Select(name =>
            {
                using var gradient = copies[name].GetGradient()!;
                using var numbers = gradient.To(DType.Float64);
                return numbers.ToArray<double>();
            })];
        }
    }

    // Null if the process crashed.
    private static JsonArray? Run(string network, int batch, bool isSmooth)
    {
        try
        {
            return Child.StartSelf("gradients", network, $"{batch}", $"{isSmooth}").AsArray();
        }
        catch (InvalidOperationException error)
        {
            Console.Error.WriteLine(error.Message);
            return null;
        }
    }

    private static Graph CutToHalf(string network)
    {
        var graph = Models.Build(
            network, network.StartsWith("cifar", StringComparison.Ordinal) ? null : NetworkInput.Cifar);
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        var search = new SubnetworkSearch(graph, OneCycleOptions.Paper with { Target = Target, RoundTo = 1 });
        return CutPlan.Create(search.Coupling, search.Find(parameters).Subnetwork).After;
    }

    private static Graph Smooth(Graph graph) => graph with
    {
        Nodes =
        [
            .. graph.Nodes.Select(node => node.Operator switch
            {
                Activation => node with { Operator = new Activation(ActivationKind.Silu) },
                MaxPool2d pool =>
                    node with { Operator = new AveragePool2d(pool.Kernel, pool.Stride, pool.Padding, pool.CeilMode) },
                _ => node,
            }),
        ],
    };
}
