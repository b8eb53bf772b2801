#pragma once

#include <stdint.h>

// The inner loops of batch norm on rows of values, written once and compiled for several instruction sets.
//
// Values are rows of `width` numbers. `width` is a multiple of 16 in which every channel comes equally often, so that
// no loop has a remainder; coefficients are repeated to the same width. Rows come in pieces: all of them in one where
// channels lie last in memory, an image's plane of one channel each where they lie first.

namespace ocs {

struct Area {
    int64_t pieces, stride;  // how many, and numbers from the start of one to that of the next
    int64_t rows, width;     // of a piece
};

// How backward knows where ReLU passed a value on.
enum class Mask { None, FromInput, FromOutput };

template <typename T>
struct NormKernels {
    // Mean and sum of squared deviations of each column.
    void (*moments)(const T* x, Area area, double* mean, double* deviations);
    // y = x scale + shift, plus `residual` if there is one, then ReLU if asked for.
    void (*forward)(const T* x, const T* residual, T* y, Area area, const float* scale, const float* shift, bool relu);
    // Adds to each column the sums of g and of g (x - mean), g being the gradient where the mask passes; `masked`, if
    // given, gets g.
    void (*sums)(const T* x, const T* y, const T* gradient, T* masked, Area area, const float* scale,
                 const float* shift, const float* mean, Mask mask, double* sum, double* product);
    // result = g scale + (x - mean) slope + offset.
    void (*backward)(const T* x, const T* gradient, T* result, Area area, const float* scale, const float* shift,
                     const float* mean, const float* slope, const float* offset, Mask mask);
};

struct NormKernelSet {
    NormKernels<float> wide;
    NormKernels<uint16_t> narrow;  // bfloat16
};

}  // namespace ocs
