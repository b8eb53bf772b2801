#pragma once

#include <cstdint>

namespace ocs {

// The instruction sets of our kernels.
enum class Instructions : uint8_t { Base, Avx2, Avx512 };

// The best of this processor, limited by ATEN_CPU_CAPABILITY (default, avx2), like libtorch's kernels.
Instructions best_instructions();

// Those of our convolutions and products, by default the best of the processor; with Base all are libtorch's.
Instructions own_instructions();
void limit_own_instructions(Instructions most);

}  // namespace ocs
