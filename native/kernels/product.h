#pragma once

#include <stdint.h>

// Products of small matrices, written once and compiled for several instruction sets.

namespace ocs {

// A matrix in memory, with the distances between neighbours in a column and in a row.
struct Matrix {
    const float* data;
    int64_t down, right;
};

struct ProductKernels {
    // c = a b, [m, n] with contiguous rows. `scratch` has `scratch_size(m, k)` numbers.
    void (*multiply)(int64_t m, int64_t n, int64_t k, Matrix a, Matrix b, float* c, float* scratch);
    int64_t (*scratch_size)(int64_t m, int64_t k);
};

}  // namespace ocs
