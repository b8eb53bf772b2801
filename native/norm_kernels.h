#pragma once

#include <stdint.h>

// The inner loops of batch norm on rows of values, written once and compiled for several instruction sets.
//
// Values are a matrix of `rows` rows of `width` numbers, one after the other. `width` is a multiple of 16 in which every channel
// comes equally often, so that no loop has a remainder; coefficients are repeated to the same width.

namespace ocs {

// How backward knows where ReLU passed a value on.
enum class Mask { None, FromInput, FromOutput };

template <typename T>
struct NormKernels {
    // Mean and sum of squared deviations of each column.
    void (*moments)(const T* x, int64_t rows, int64_t width, double* mean, double* deviations);
    // y = x scale + shift, plus `residual` if there is one, then ReLU if asked for.
    void (*forward)(const T* x, const T* residual, T* y, int64_t rows, int64_t width, const float* scale, const float* shift,
                    bool relu);
    // Adds to each column the sums of g and of g (x - mean), g being the gradient where the mask passes; `masked`, if given, gets g.
    void (*sums)(const T* x, const T* y, const T* gradient, T* masked, int64_t rows, int64_t width, const float* scale,
                 const float* shift, const float* mean, Mask mask, double* sum, double* product);
    // result = g scale + (x - mean) slope + offset.
    void (*backward)(const T* x, const T* gradient, T* result, int64_t rows, int64_t width, const float* scale,
                     const float* shift, const float* mean, const float* slope, const float* offset, Mask mask);
};

struct NormKernelSet {
    NormKernels<float> wide;
    NormKernels<uint16_t> narrow;  // bfloat16
};

}  // namespace ocs
