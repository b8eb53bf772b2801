using Ocs.Graphs;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>
/// The network in training: what is counted and saved, and the tensors that steps change. They differ by zero channels while a cut
/// network is padded to widths that run faster.
/// </summary>
internal sealed class RunningNetwork : IDisposable
{
    private CutPlan? _padding;

    public RunningNetwork(Graph graph, ParameterTable parameters)
    {
        Graph = graph;
        Parameters = parameters;
        Executor = new(graph, parameters);
    }

    /// <summary>Goes on as it was arranged before.</summary>
    /// <param name="graph">The network itself.</param>
    /// <param name="parameters">Its parameters, padded if it is.</param>
    /// <param name="padding">The cut from the padded network to this one, or null for none.</param>
    /// <param name="format">How values lie in memory.</param>
    public RunningNetwork(Graph graph, ParameterTable parameters, CutPlan? padding, MemoryFormat format)
    {
        (Graph, Parameters, _padding) = (graph, parameters, padding);
        Executor = new(padding?.Before ?? graph, parameters) { MemoryFormat = format };
    }

    /// <summary>The network itself, without padding.</summary>
    public Graph Graph { get; }

    /// <summary>What steps change.</summary>
    public ParameterTable Parameters { get; private set; }

    public Executor Executor { get; private set; }

    /// <summary>What was chosen.</summary>
    public Arrangement Arrangement => new(_padding is not null, Executor.MemoryFormat);

    /// <summary>Chooses layout and padding by the clock, as far as the options leave it open.</summary>
    /// <param name="options">What is chosen already.</param>
    /// <param name="padding">The cut from the padded network to this one, or null for none.</param>
    /// <param name="batch">A batch to time steps on.</param>
    /// <returns>Whether the network was padded by <paramref name="padding"/>, and a sentence for people.</returns>
    public (bool Padded, string Sentence) Arrange(TrainingOptions options, CutPlan? padding, Tensor batch)
    {
        MemoryFormat[] formats = options.Layout switch
        {
            LayoutChoice.Contiguous => [MemoryFormat.Contiguous],
            LayoutChoice.ChannelsLast => [MemoryFormat.ChannelsLast],
            _ => [MemoryFormat.Contiguous, MemoryFormat.ChannelsLast],
        };
        bool[] paddings = padding is null || options.Padding == PaddingChoice.Never
            ? [false]
            : options.Padding == PaddingChoice.Always ? [true] : [false, true];
        var expanded = paddings.Contains(true) ? padding!.Expand(Parameters) : null;
        var single = formats.Length * paddings.Length == 1;
        var choices = paddings.SelectMany(padded => formats.Select(format => (Padded: padded, Format: format))).ToList();
        var seconds = single
            ? [0]
            : MemoryFormatTrial.Seconds(
                [.. choices.Select(choice => (choice.Padded ? padding!.Before : Graph, choice.Padded ? expanded! : Parameters, choice.Format))],
                batch);
        var candidates = choices.Zip(seconds, (choice, time) => (choice.Padded, choice.Format, Seconds: time)).ToList();
        var best = candidates.MinBy(candidate => candidate.Seconds);
        if (best.Padded)
        {
            Parameters.Dispose();
            (_padding, Parameters) = (padding, expanded!);
            Executor = new(padding!.Before, Parameters);
        }
        else
        {
            expanded?.Dispose();
        }

        Executor.MemoryFormat = best.Format;
        return (best.Padded, single ? $"Layout: {Name(best)}." : $"Layout: {string.Join(", ", candidates.OrderBy(c => c.Seconds).Select(c => $"{Name(c)} {c.Seconds * 1000:F0} ms"))}; the first is taken.");

        static string Name((bool Padded, MemoryFormat Format, double Seconds) candidate) =>
            $"{(candidate.Format == MemoryFormat.ChannelsLast ? "channels-last" : "contiguous")}{(candidate.Padded ? ", padded" : "")}";
    }

    /// <summary>Lends the parameters without padding.</summary>
    public void Lend(Action<ParameterTable> use)
    {
        if (_padding is null)
        {
            use(Parameters);
            return;
        }

        using var exact = _padding.Apply(Parameters);
        use(exact);
    }

    /// <summary>Gives the parameters away, without padding; the caller owns them.</summary>
    public ParameterTable Release()
    {
        var released = _padding?.Apply(Parameters) ?? Parameters;
        if (_padding is not null)
        {
            Parameters.Dispose();
        }

        Parameters = null!;
        return released;
    }

    public void Dispose() => Parameters?.Dispose();
}
