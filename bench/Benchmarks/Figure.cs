namespace Ocs.Benchmarks;

/// <summary>One line of a result.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Ours">Our number with its unit.</param>
/// <param name="Peer">The other's, or a dash.</param>
/// <param name="Ratio">Peer over ours, so that more is better; or a dash.</param>
/// <param name="Target">What issue and design ask for.</param>
internal sealed record Figure(string What, string Ours, string Peer, string Ratio, string Target)
{
    public override string ToString() => $"| {What} | {Ours} | {Peer} | {Ratio} | {Target} |";
}
