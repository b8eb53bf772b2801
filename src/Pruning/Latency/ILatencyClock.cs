using Ocs.Graphs;

namespace Ocs.Pruning.Latency;

/// <summary>Takes the time of inference. The weights of the networks do not matter, so it may draw its own.</summary>
public interface ILatencyClock
{
    /// <summary>Name of the runtime in messages, such as "libtorch".</summary>
    string Name { get; }

    /// <summary>The seconds that a part of a network takes when it runs as part of the whole.</summary>
    /// <param name="part">A few layers as a network. It may have several inputs.</param>
    /// <param name="cancellationToken">Ends it between two runs.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    double Part(Graph part, CancellationToken cancellationToken = default);

    /// <summary>The seconds of a whole network and of a cut one.</summary>
    /// <remarks>
    /// Both should run in turns, so that other load on the machine slows both alike. After the first call only the
    /// ratio of the two is used.
    /// </remarks>
    /// <param name="whole">The whole network.</param>
    /// <param name="cut">What a cut leaves of it.</param>
    /// <param name="cancellationToken">Ends it between two runs.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    (double Whole, double Cut) InTurns(Graph whole, Graph cut, CancellationToken cancellationToken = default);
}
