namespace Ocs.Torch;

/// <summary>What products and convolutions of float32 numbers may be computed in; numbered as libtorch does.</summary>
public enum MatmulPrecision
{
    /// <summary>float32 throughout.</summary>
    Highest = 0,

    /// <summary>TF32, with 10 bits of mantissa, where the device has it.</summary>
    High = 1,

    /// <summary>The same, and for products bf16 where libtorch finds it faster.</summary>
    Medium = 2,
}
