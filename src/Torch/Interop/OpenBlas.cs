using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Ocs.Core.Interop;

namespace Ocs.Torch.Interop;

/// <summary>
/// The kernels of OpenBLAS, which computes libtorch's matrix products. OpenBLAS chooses them by the processor's model
/// number. For a processor newer than itself it may fall back to kernels for SSE (docs/performance.md has times).
/// </summary>
internal static unsafe class OpenBlas
{
    /// <summary>The environment variable that names the kernels; OpenBLAS reads it when it is loaded.</summary>
    public const string Variable = "OPENBLAS_CORETYPE";

    private const string FileName = "libopenblas.so.0";

    // OpenBLAS's names of kernels without AVX2 and FMA.
    private static readonly FrozenSet<string> BeforeAvx2 = FrozenSet.ToFrozenSet(
        [
            "Generic", "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn",
            "Dunnington", "Nehalem", "Sandybridge", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Bobcat",
            "Bulldozer", "Piledriver", "Steamroller", "Nano",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Chooses better kernels if OpenBLAS would use kernels older than the processor. Call it before libtorch is
    /// loaded. A <see cref="Variable"/> set by the user has priority. Does nothing without OpenBLAS.
    /// </summary>
    public static void ChooseKernels()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null
            && OwnChoice() is { } choice
            && Better(choice, HasAvx512, Avx2.IsSupported && Fma.IsSupported) is { } better)
        {
            _ = ProcessEnvironment.Set(Variable, better); // where the system refuses, products are slow, as they were
        }
    }

    /// <summary>OpenBLAS's name of the kernels that it uses or would use; null without OpenBLAS.</summary>
    internal static string? OwnChoice()
    {
        // The library is closed, so that it reads the variable when libtorch loads it.
        if (!NativeLibrary.TryLoad(FileName, out var library))
        {
            return null;
        }

        try
        {
            return NativeLibrary.TryGetExport(library, "openblas_get_corename", out var name)
                ? Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)name)())
                : null;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    /// <summary>The kernels to use instead of the chosen ones; null if those are right.</summary>
    internal static string? Better(string choice, bool avx512, bool avx2) =>
        !BeforeAvx2.Contains(choice) ? null
        : avx512 ? "SkylakeX"
        : avx2 ? "Haswell"
        : null;

    private static bool HasAvx512 =>
        Avx512F.VL.IsSupported && Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported;
}
