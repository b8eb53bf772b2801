#pragma once

#include <cstdint>

namespace ocs {

// The instruction sets of our kernels.
enum class Instructions : uint8_t { Base, Avx2, Avx512 };

// The best of this processor, limited by ATEN_CPU_CAPABILITY (default, avx2), like libtorch's kernels.
Instructions best_instructions();

}  // namespace ocs
