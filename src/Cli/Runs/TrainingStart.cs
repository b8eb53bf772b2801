using System.Collections.Immutable;
using Ocs.Cli.Configuration;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Graphs.Passes;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>The network that a run starts from, and its weights unless they are random.</summary>
internal sealed class TrainingStart : IDisposable
{
    private TrainingStart(Graph graph, ParameterTable? parameters, string? source, ImmutableArray<string> remarks) =>
        (Graph, Parameters, Source, Remarks) = (graph, parameters, source, remarks);

    public Graph Graph { get; }

    /// <summary>The given weights, owned by this until they are released; null for random ones.</summary>
    public ParameterTable? Parameters { get; private set; }

    /// <summary>The file that the weights are from; null for random ones.</summary>
    public string? Source { get; }

    /// <summary>What a person should know of the weights, a sentence each.</summary>
    public ImmutableArray<string> Remarks { get; }

    /// <summary>Finds what the options name, and puts it on a device.</summary>
    public static TrainingStart Open(ExperimentOptions options, LabelledImages data, Device device)
    {
        var (graph, parameters, remarks) = Read(options, data);
        if (parameters is null)
        {
            return new(graph, null, null, []);
        }

        using (parameters)
        {
            return new(graph, ModelFiles.CopyTo(device, graph, parameters), options.Weights ?? options.Model, remarks);
        }
    }

    /// <summary>Leaves the weights to their new owner.</summary>
    public void Release() => Parameters = null;

    public void Dispose() => Parameters?.Dispose();

    private static (Graph Graph, ParameterTable? Parameters, ImmutableArray<string> Remarks) Read(ExperimentOptions options, LabelledImages data)
    {
        if (!ModelSource.IsFile(options.Model))
        {
            var graph = TrainingDataSource.Network(options.Model, data);
            return options.Weights is null ? (graph, null, []) : ReadWeights(options, graph, mayNarrow: true);
        }

        var model = ModelSource.ReadFile(options.Model, data.Channels, data.Height, data.Width);
        try
        {
            ModelSource.CheckImages(options.Model, model.Graph, data);
            if (options.ResetClassifier)
            {
                return Reclassified(model, data.ClassNames.Length, options);
            }

            RequireClasses(options.Model, model.Graph, data);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        if (options.Weights is null)
        {
            return (model.Graph, model.Parameters, []);
        }

        using (model)
        {
            return ReadWeights(options, model.Graph, mayNarrow: false);
        }
    }

    // The weights of the file, or of the one beside it, but for the last layer.
    private static (Graph Graph, ParameterTable? Parameters, ImmutableArray<string> Remarks) Reclassified(OcsModel model, int classes, ExperimentOptions options)
    {
        var (graph, drawn) = NewClasses.Apply(model.Graph, classes);
        using (model)
        {
            if (options.Weights is not null)
            {
                return ReadWeights(options, graph, mayNarrow: false);
            }

            var parameters = ParameterTable.Initialize(graph, options.Seed);
            foreach (var name in parameters.Names.Where(name => !drawn.Contains(name)))
            {
                parameters.Replace(name, model.Parameters[name].Detach());
            }

            return (graph, parameters, []);
        }
    }

    private static (Graph Graph, ParameterTable? Parameters, ImmutableArray<string> Remarks) ReadWeights(
        ExperimentOptions options, Graph graph, bool mayNarrow)
    {
        var weights = WeightsFile.Open(
            options.Weights!,
            graph,
            mayNarrow,
            options.ResetClassifier ? ClassifierWeights.Reset : ClassifierWeights.FromFileOrReset,
            options.Seed);
        return (weights.Graph, weights.Parameters, weights.Remarks);
    }

    private static void RequireClasses(string path, Graph graph, LabelledImages data)
    {
        var (classes, wanted) = (ModelSource.ClassesOf(path, graph), data.ClassNames.Length);
        if (classes != wanted)
        {
            throw new OcsInputException(
                $"{path} has {classes} classes, but {data.Name} has {wanted}; choose the data set that it was made for, "
                + $"or start with a new last layer of {wanted} classes: --reset-classifier (reset-classifier: true).");
        }
    }
}
