using System.Diagnostics.CodeAnalysis;
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
        /// <exception cref="OcsInputException">An option is out of range, or the target cannot be reached.</exception>
        /// <exception cref="UnprovenCutException">
        /// The small network is not the whole one without its pruned channels.
        /// </exception>
        public ProvenCut Prune(PruneOptions options, params Tensor[] probe)
        {
            var search = new SubnetworkSearch(network.Graph, options);
            return network.Cut(search, search.Find(network.Parameters), probe);
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
        /// <exception cref="OcsInputException">
        /// An option is out of range, the network is fast enough already, or the time cannot be reached.
        /// </exception>
        /// <exception cref="UnprovenCutException">
        /// The small network is not the whole one without its pruned channels.
        /// </exception>
        [SuppressMessage("Reliability", "CA2000", Justification = "What is returned owns the cut.")]
        public TimedCut Prune(PruneOptions options, LatencyTarget latency, params Tensor[] probe)
        {
            var found = new LatencySearch(latency).Find(network.Graph, options, network.Parameters);
            return new(network.Cut(found.Search, found.Partition, probe), found, latency);
        }

        /// <summary>The same with a sub-network that is found already.</summary>
        /// <param name="search">What found it.</param>
        /// <param name="partition">The sub-network.</param>
        /// <param name="probe">
        /// A batch of each input on which the cut is proven; random numbers where none is given.
        /// </param>
        /// <exception cref="UnprovenCutException">
        /// The small network is not the whole one without its pruned channels.
        /// </exception>
        public ProvenCut Cut(SubnetworkSearch search, Partition partition, params Tensor[] probe)
        {
            if (probe.Length > 0)
            {
                return ProvenCut.Make(search, partition, network.Parameters, probe);
            }

            var device = network.Parameters[network.Parameters.Names[0]].Device;
            var random = RandomInputs.Draw(network.Graph, ProbeBatch, device);
            try
            {
                return ProvenCut.Make(search, partition, network.Parameters, random);
            }
            finally
            {
                Array.ForEach(random, tensor => tensor.Dispose());
            }
        }
    }
}
