using Ocs.Data;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Distributed;
using Ocs.Training.Metrics;

namespace Ocs.Cli.Runtimes;

/// <summary>Measures an ONNX file on a data set under ONNX Runtime.</summary>
internal static class OnnxEvaluation
{
    /// <summary>Runs all samples. A file with a fixed batch size gets batches of that size.</summary>
    /// <exception cref="OcsInputException">The file does not take the samples, or does not give classes.</exception>
    public static EvaluationResult Run(OnnxNetwork network, Classification task, LabelledImages data, int batchSize)
    {
        var own = network.Inputs[0].Shape.FirstOrDefault(-1);
        var options = BatchLoaderOptions.Evaluation(own > 0 ? (int)own : batchSize);
        return Evaluation.Run(inputs => Forward(network, data, inputs), task, data, options, Replicas.None);
    }

    private static IReadOnlyList<Tensor> Forward(
        OnnxNetwork network, LabelledImages data, IReadOnlyList<Tensor> inputs)
    {
        using var run = network.Prepare(NetworkInputs.Of(network.Name, network.Inputs, inputs));
        run.Execute();
        var output = run.Read()[0];
        if (output.Shape is not [_, var classes] || classes != data.ClassNames.Length)
        {
            throw new OcsInputException(
                $"{network.Name} gives {output}, but {data.Name} has {data.ClassNames.Length} classes; "
                + "give the data set that it was trained for.");
        }

        return [Tensor.FromArray(OutputDifference.Floats(output), output.Shape.AsSpan())];
    }
}
