using System.Reflection;
using Ocs.Torch;
using Xunit.Sdk;

namespace Ocs.Testing;

/// <summary>Runs a test's operators on one thread: on small tensors a second one only waits for the first.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class OneThreadAttribute : BeforeAfterTestAttribute
{
    private int _before;

    public override void Before(MethodInfo methodUnderTest)
    {
        _before = TorchRuntime.Threads;
        TorchRuntime.Threads = 1;
    }

    public override void After(MethodInfo methodUnderTest) => TorchRuntime.Threads = _before;
}
