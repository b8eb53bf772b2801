namespace Ocs.Benchmarks;

/// <summary>One line of a result.</summary>
/// <param name="What">The quantity.</param>
/// <param name="Ours">Our number with its unit.</param>
/// <param name="Peer">The peer's number, or a dash.</param>
/// <param name="Ratio">Peer over ours, so that more is better; or a dash.</param>
/// <param name="Target">The target of issue and design.</param>
internal sealed record Figure(string What, string Ours, string Peer, string Ratio, string Target)
{
    public override string ToString() => $"| {What} | {Ours} | {Peer} | {Ratio} | {Target} |";
}
