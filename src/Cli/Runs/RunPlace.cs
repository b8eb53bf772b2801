using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>Where a run reads, computes and writes.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Force">Whether an existing run is replaced.</param>
/// <param name="DataRoot">The first folder to look for data sets; null for the usual places.</param>
/// <param name="Device">The processor; null takes the CPU.</param>
/// <param name="Profile">Whether the run writes a time profile.</param>
/// <param name="Rendezvous">The processes that share the run; null for a single process.</param>
internal sealed record RunPlace(
    string Folder, bool Force, string? DataRoot, string? Device, bool Profile = false, Rendezvous? Rendezvous = null);
