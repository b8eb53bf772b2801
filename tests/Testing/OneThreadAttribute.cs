using System.Reflection;
using Ocs.Torch;
using Xunit.Sdk;

namespace Ocs.Testing;

/// <summary>Runs a test's operators on one thread, or on as many as <see cref="TestThreads"/> says.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class OneThreadAttribute : BeforeAfterTestAttribute
{
    private int _before;

    public override void Before(MethodInfo methodUnderTest)
    {
        _before = TorchRuntime.Threads;
        TorchRuntime.Threads = TestThreads.Count;
    }

    public override void After(MethodInfo methodUnderTest) => TorchRuntime.Threads = _before;
}
