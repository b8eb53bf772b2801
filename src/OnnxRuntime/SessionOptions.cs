namespace Ocs.OnnxRuntime;

/// <summary>How a network is prepared and run.</summary>
public sealed record SessionOptions
{
    /// <summary>Threads of one operator; 0 takes a thread for each core.</summary>
    public int IntraOpThreads { get; init; }

    /// <summary>What is rewritten when a network is loaded.</summary>
    public GraphOptimization Optimization { get; init; } = GraphOptimization.All;
}

/// <summary>ONNX Runtime's levels of rewriting; the numbers are its own.</summary>
public enum GraphOptimization
{
    /// <summary>Nothing: operators run as they are in the file.</summary>
    None = 0,

    /// <summary>Constants are folded, and what does nothing leaves.</summary>
    Basic = 1,

    /// <summary>Operators are fused, too.</summary>
    Extended = 2,

    /// <summary>Values change their layout, too, where kernels are faster so.</summary>
    All = 99,
}
