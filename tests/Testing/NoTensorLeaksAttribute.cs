using System.Reflection;
using Ocs.Torch;
using Xunit.Sdk;

namespace Ocs.Testing;

/// <summary>Fails a test after which more tensors live than before it.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class NoTensorLeaksAttribute : BeforeAfterTestAttribute
{
    private long _before;

    public override void Before(MethodInfo methodUnderTest)
    {
        Collect();
        _before = TorchRuntime.LiveTensors;
    }

    public override void After(MethodInfo methodUnderTest)
    {
        // No collection here: a tensor that only its finalizer would release is a leak.
        var leaked = TorchRuntime.LiveTensors - _before;
        if (leaked > 0)
        {
            var origins = TorchRuntime.LiveTensorOrigins.TakeLast((int)leaked).ToList();
            throw new InvalidOperationException(
                $"{methodUnderTest.Name} left {leaked} tensors that nobody disposed"
                + (origins.Count == 0
                ? " (OCS_TRACK_TENSORS=1 shows where they were made)."
                : $":\n{string.Join('\n', origins)}"));
        }
    }

    // What an earlier test left to its finalizers must not be released, and counted, in the middle of this one.
    private static void Collect()
    {
#pragma warning disable RS0030
        GC.Collect();
#pragma warning restore RS0030
        GC.WaitForPendingFinalizers();
    }
}
