using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Ocs.Graphs;
using Ocs.Pruning.Latency;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning;

/// <summary>Cuts a trained network once, without training it.</summary>
public static class OneShot
{
    private const int ProbeBatch = 4;

    extension(Network network)
    {
        /// <summary>
        /// Cuts a trained network. Returns the small network with its record and its proof; the trained network is not
        /// changed.
        /// </summary>
        /// <param name="options">
        /// How much to remove, and by which criterion. <see cref="SaliencyKind.Taylor"/> needs gradients of the
        /// parameters.
        /// </param>
        /// <param name="probe">
        /// A batch of each input on which the cut is proven; random numbers where none is given.
        /// </param>
        /// <param name="progress">Gets every stage; null for none.</param>
        /// <param name="logger">The application's log; null for none.</param>
        /// <param name="cancellationToken">Ends it between two stages; nothing is changed then.</param>
        /// <exception cref="OcsInputException">An option is out of range, or the target cannot be reached.</exception>
        /// <exception cref="UnprovenCutException">
        /// The small network is not the whole one without its pruned channels.
        /// </exception>
        /// <exception cref="OperationCanceledException">It was cancelled.</exception>
        public ProvenCut Prune(
            PruneOptions options, IReadOnlyList<Tensor>? probe = null, IProgress<PruneProgress>? progress = null,
            ILogger? logger = null, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new(PruneStage.Searching, 0, 0, null));
            var search = new SubnetworkSearch(network.Graph, options);
            var partition = search.Find(network.Parameters);
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new(PruneStage.Proving, 0, 0, null));
            return network.Cut(search, partition, probe, logger);
        }

        /// <summary>The largest network, in MACs, that is fast enough on this machine.</summary>
        /// <remarks>
        /// The times of the network's parts are measured first, which takes from seconds to minutes. Where no cut is
        /// fast enough, it is the fastest (<see cref="TimedCut.IsMet"/>).
        /// </remarks>
        /// <param name="options">
        /// Criterion, ranking and limits; <see cref="PruneOptions.Target"/> and the resource do not count. Of
        /// <see cref="PruneOptions.RoundTo"/> null tries several multiples.
        /// </param>
        /// <param name="latency">The time to reach.</param>
        /// <param name="probe">
        /// A batch of each input on which the cut is proven; random numbers where none is given.
        /// </param>
        /// <param name="progress">Gets every stage, and every part and cut that was timed; null for none.</param>
        /// <param name="logger">The application's log; null for none.</param>
        /// <param name="cancellationToken">
        /// Ends it between two stages, or two runs of a network that is timed; nothing is changed then.
        /// </param>
        /// <exception cref="OcsInputException">
        /// An option is out of range, the network is fast enough already, or the time cannot be reached.
        /// </exception>
        /// <exception cref="UnprovenCutException">
        /// The small network is not the whole one without its pruned channels.
        /// </exception>
        /// <exception cref="OperationCanceledException">It was cancelled.</exception>
        [SuppressMessage("Reliability", "CA2000", Justification = "What is returned owns the cut.")]
        public TimedCut Prune(
            PruneOptions options, LatencyTarget latency, IReadOnlyList<Tensor>? probe = null,
            IProgress<PruneProgress>? progress = null, ILogger? logger = null,
            CancellationToken cancellationToken = default)
        {
            var found = new LatencySearch(latency, logger, progress, cancellationToken).Find(
                network.Graph, options, network.Parameters);
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new(PruneStage.Proving, found.Measurements, found.Cuts, found.Measured));
            return new(network.Cut(found.Search, found.Partition, probe, logger), found, latency);
        }

        /// <summary>The same with a sub-network that is found already.</summary>
        /// <param name="search">What found it.</param>
        /// <param name="partition">The sub-network.</param>
        /// <param name="probe">
        /// A batch of each input on which the cut is proven; random numbers where none is given.
        /// </param>
        /// <param name="logger">The application's log; null for none.</param>
        /// <exception cref="UnprovenCutException">
        /// The small network is not the whole one without its pruned channels.
        /// </exception>
        public ProvenCut Cut(
            SubnetworkSearch search, Partition partition, IReadOnlyList<Tensor>? probe = null, ILogger? logger = null)
        {
            var drawn = probe is { Count: > 0 } ? null : RandomInputs.Draw(
                network.Graph, ProbeBatch, network.Parameters[network.Parameters.Names[0]].Device);
            try
            {
                var cut = ProvenCut.Make(search, partition, network.Parameters, drawn ?? [.. probe!]);
                logger?.NetworkCut(
                    network.Graph.Name, cut.Plan.Before.Macs, cut.Plan.After.Macs, cut.Gate.LargestDifference);
                return cut;
            }
            catch (UnprovenCutException error)
            {
                logger?.CutNotProven(network.Graph.Name, error.Gate?.Problem);
                throw;
            }
            finally
            {
                Array.ForEach(drawn ?? [], tensor => tensor.Dispose());
            }
        }
    }
}
