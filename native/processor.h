#pragma once

#include <cstdint>

namespace ocs {

// The instructions that our kernels are compiled for.
enum class Instructions : uint8_t { Base, Avx2, Avx512 };

// The best that this processor has, or less if ATEN_CPU_CAPABILITY (default, avx2) asks for less: it limits libtorch's
// kernels too.
Instructions best_instructions();

}  // namespace ocs
