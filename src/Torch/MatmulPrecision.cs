namespace Ocs.Torch;

/// <summary>The precision of float32 products and convolutions, numbered as in libtorch.</summary>
public enum MatmulPrecision
{
    /// <summary>float32 throughout.</summary>
    Highest = 0,

    /// <summary>TF32, with 10 bits of mantissa, if the device supports it.</summary>
    High = 1,

    /// <summary>TF32, or bf16 for products if libtorch finds it faster.</summary>
    Medium = 2,
}
