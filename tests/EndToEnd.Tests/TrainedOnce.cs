using Ocs.Cli.Tests;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// One training by <see cref="OneCycleTests.Config"/>, for every test that only looks at what it left.
/// </summary>
public sealed class TrainedOnce : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<CommandResult> _result;

    public TrainedOnce() =>
        _result = new(() => CommandLine.Run("train", _folder.Write("run.yaml", OneCycleTests.Config), "--out", Folder));

    internal CommandResult Result => _result.Value;

    internal string Folder => _folder.PathOf("run");

    public void Dispose() => _folder.Dispose();
}
