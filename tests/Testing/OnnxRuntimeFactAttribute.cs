using Ocs.OnnxRuntime;
using Xunit;

namespace Ocs.Testing;

/// <summary>A fact that needs ONNX Runtime, which `./ocs test` installs; it is skipped without.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnnxRuntimeFactAttribute : FactAttribute
{
    public OnnxRuntimeFactAttribute() => Skip = InferenceSession.Missing;
}

/// <summary>A theory that needs ONNX Runtime, which `./ocs test` installs; it is skipped without.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnnxRuntimeTheoryAttribute : TheoryAttribute
{
    public OnnxRuntimeTheoryAttribute() => Skip = InferenceSession.Missing;
}
