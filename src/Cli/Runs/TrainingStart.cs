using System.Collections.Immutable;
using Ocs.Cli.Configuration;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Zoo;

namespace Ocs.Cli.Runs;

/// <summary>The initial network of a run, and its weights unless they are random.</summary>
internal sealed class TrainingStart : IDisposable
{
    private TrainingStart(Graph graph, Network? network, string? source, ImmutableArray<string> remarks) =>
        (Graph, Network, Source, Remarks) = (graph, network, source, remarks);

    public Graph Graph { get; }

    /// <summary>
    /// The network with the given weights, owned by this object until it is taken; null for random weights.
    /// </summary>
    public Network? Network { get; private set; }

    /// <summary>The file of the weights; null for random weights.</summary>
    public string? Source { get; }

    /// <summary>Remarks about the network's file and the weights, one sentence each.</summary>
    public ImmutableArray<string> Remarks { get; }

    /// <summary>Opens the network and the weights of the options on a device.</summary>
    public static TrainingStart Open(ExperimentOptions options, ExperimentData data, Device device)
    {
        var (graph, network, remarks) = Read(options, data);
        if (network is null)
        {
            return new(graph, null, null, []);
        }

        using (network)
        {
            var source = options.Weights ?? options.Boxes.Backbone ?? options.Model;
            FiniteWeights.Require(source, network.Parameters);
            using var restored = MissingNorms.Restore(options, graph, network.Parameters, data.Samples);
            return restored is null
                ? new(graph, network.To(device), source, With(remarks, MissingNorms.Warning(options.Model, graph)))
                : new(
                    restored.Graph, restored.To(device), source,
                    With(remarks, MissingNorms.RestoredSentence(options.Model)));
        }
    }

    /// <summary>Creates a trainer, which then owns the network.</summary>
    public OneCycleTrainer Trainer(
        TrainingData data, TrainingOptions training, OneCycleOptions? pruning, TrainerSetup setup)
    {
        var trainer = Network is null
            ? new OneCycleTrainer(Graph, data, training, pruning, setup)
            : new OneCycleTrainer(Network, data, training, pruning, setup);
        Network = null;
        return trainer;
    }

    public void Dispose() => Network?.Dispose();

    // The network, with its weights if they are given.
    private static (Graph Graph, Network? Network, ImmutableArray<string> Remarks) Read(
        ExperimentOptions options, ExperimentData data)
    {
        if (options.Boxes.Backbone is { } backbone && BoxData.Names.Contains(options.Data))
        {
            var detector = Detector(options, data, backbone);
            return (detector.Graph, detector, []);
        }

        if (!ModelSource.IsFile(options.Model))
        {
            var graph = TrainingDataSource.Network(options.Model, data);
            return options.Weights is null ? (graph, null, []) : ReadWeights(options, graph, mayNarrow: true);
        }

        var network = ModelSource.ReadToTrain(options.Model, options.Outputs, data.Shape);
        try
        {
            ModelSource.CheckImages(options.Model, network.Graph, data.Train);
            if (options.ResetClassifier)
            {
                network = Classifier.Renew(network, data.Classes, options.Seed);
            }
            else if (data.Images is not null)
            {
                RequireClasses(options.Model, network.Graph, data);
            }
        }
        catch
        {
            network.Dispose();
            throw;
        }

        if (options.Weights is null)
        {
            return (network.Graph, network, []);
        }

        using (network)
        {
            return ReadWeights(options, network.Graph, mayNarrow: false);
        }
    }

    // A detector whose backbone is a trained classifier.
    private static Network Detector(ExperimentOptions options, ExperimentData data, string backbone)
    {
        if (options.Weights is not null)
        {
            throw new OcsInputException(
                "`weights` are those of the whole detector, `boxes.backbone` those of its first layers; "
                + "leave one out.");
        }

        using var classifier = ModelSource.ReadFile(backbone);
        var detector = SsdBackbone.From(classifier, data.Classes, data.Input, options.Seed);
        if (detector.Graph.Name == options.Model)
        {
            return detector;
        }

        var name = detector.Graph.Name;
        detector.Dispose();
        throw new OcsInputException(
            $"{backbone} is {classifier.Graph.Name}: the detector on it is {name}, but `model` is {options.Model}.");
    }

    private static (Graph Graph, Network? Network, ImmutableArray<string> Remarks) ReadWeights(
        ExperimentOptions options, Graph graph, bool mayNarrow)
    {
        var fit = new WeightsOptions
        {
            AllowNarrower = mayNarrow,
            NewClassifier = options.ResetClassifier,
            Seed = options.Seed,
        };
        var (network, remarks) = Weights.Load(options.Weights!, graph, fit);
        return (network.Graph, network, remarks);
    }

    private static ImmutableArray<string> With(ImmutableArray<string> remarks, string? another) =>
        another is null ? remarks : remarks.Add(another);

    private static void RequireClasses(string path, Graph graph, ExperimentData data)
    {
        var (classes, wanted) = (ModelSource.ClassesOf(path, graph), data.Classes);
        if (classes != wanted)
        {
            throw new OcsInputException(
                $"{path} has {classes} classes, but {data.Train.Name} has {wanted}; "
                + "choose the data set that it was made for, or start with a new last layer of "
                + $"{wanted} classes: --reset-classifier (reset-classifier: true).");
        }
    }
}
