#pragma once

#include <stdint.h>

// The inner loops of batch norm on rows of values, written once and compiled for several instruction sets.
//
// Values are rows of `width` numbers. `width` is a multiple of 16 with every channel equally often, so that no loop has
// a remainder; coefficients are repeated to this width. Rows are in pieces: one piece with all rows in channels last,
// one piece per image and channel in channels first.

namespace ocs {

struct Area {
    int64_t pieces, stride;  // the number of pieces, and the distance between their starts
    int64_t rows, width;     // of a piece
};

// What follows a norm, numbered as in Aten.Layers.cs.
enum class Activation { None, Relu, Relu6, Silu, HardSwish };

// What the slope of the activation is computed from in backward.
enum class Mask { None, FromInput, FromOutput };

template <typename T>
struct NormKernels {
    // Mean and sum of squared deviations of each column.
    void (*moments)(const T* x, Area area, double* mean, double* deviations);
    // y = x scale + shift, plus an optional `residual`, then the activation.
    void (*forward)(const T* x, const T* residual, T* y, Area area, const float* scale, const float* shift,
                    Activation activation);
    // Adds the sums of g and of g (x - mean) to each column, where g is the gradient in front of the activation;
    // `masked`, if given, receives g. Only ReLU and ReLU6 have a slope that is known from the output.
    void (*sums)(const T* x, const T* y, const T* gradient, T* masked, Area area, const float* scale,
                 const float* shift, const float* mean, Mask mask, Activation activation, double* sum, double* product);
    // result = g scale + (x - mean) slope + offset.
    void (*backward)(const T* x, const T* gradient, T* result, Area area, const float* scale, const float* shift,
                     const float* mean, const float* slope, const float* offset, Mask mask, Activation activation);
};

struct NormKernelSet {
    NormKernels<float> wide;
    NormKernels<uint16_t> narrow;  // bfloat16
};

}  // namespace ocs
