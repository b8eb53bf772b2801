using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>Where a run reads, computes and writes.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Force">Whether a run that is there already is replaced.</param>
/// <param name="DataRoot">Where data sets are looked for first; null takes the usual places.</param>
/// <param name="Device">The processor; null takes the CPU.</param>
/// <param name="Profile">Whether it writes where its time went.</param>
/// <param name="Rendezvous">The processes that share the run; null for this one alone.</param>
internal sealed record RunPlace(
    string Folder, bool Force, string? DataRoot, string? Device, bool Profile = false, Rendezvous? Rendezvous = null);
