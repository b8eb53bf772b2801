#pragma once

#include <stdint.h>

// The loops of a 3x3 convolution by Winograd's minimal filtering, F(2x2, 3x3) (Lavin and Gray, arXiv 1509.09308): 16
// products where the plain sum has 36. Planes are cut into tiles of 2x2 outputs. The lanes of a vector are 16 tiles of
// one channel, not channels as in oneDNN, so that 5 of 16 channels are 5/16 of the products.

namespace ocs {

// How the tiles of a plane lie in vectors: in part of a row of tiles, or in several rows.
struct Tiling {
    int64_t height, width;
    int64_t rows;     // of tiles in a vector: 1, 2 or 4
    int64_t strips;   // vectors beside one another, of 32 columns
    int64_t vectors;  // of a plane

    // Narrower ones would leave most of a vector idle.
    static bool fits(int64_t height, int64_t width) { return height > 0 && width >= 7; }

    Tiling(int64_t height, int64_t width)
        : height(height),
          width(width),
          rows(width == 8    ? 4
               : width <= 16 ? 2
                             : 1),
          strips((width + 31) / 32) {
        vectors = ((height + 1) / 2 + rows - 1) / rows * strips;
    }
};

struct WinogradKernels {
    // Numbers of scratch that `convolve` and `weight_products` need.
    int64_t (*convolve_scratch)(int64_t inputs);
    int64_t (*weight_scratch)(int64_t inputs, int64_t outputs);
    // Numbers of the products of weight_products, and of a transformed weight.
    int64_t (*products_size)(int64_t inputs, int64_t outputs);
    int64_t (*weight_size)(int64_t inputs, int64_t outputs);
    // Of weights [outputs, inputs, 3, 3], or turned by half a circle from [inputs, outputs, 3, 3], which the gradient
    // of the input is a convolution by.
    void (*transform_weight)(const float* weight, int64_t inputs, int64_t outputs, bool turned, float* transformed);
    // y [N, outputs, H, W] of x [N, inputs, H, W], for the vectors from `begin` to `end` of all images.
    void (*convolve)(const float* x, const float* weight, const float* bias, float* y, const Tiling& tiling,
                     int64_t inputs, int64_t outputs, int64_t begin, int64_t end, float* scratch);
    // Adds to `products` what these vectors contribute to the gradient of the weights.
    void (*weight_products)(const float* x, const float* above, const Tiling& tiling, int64_t inputs, int64_t outputs,
                            int64_t begin, int64_t end, float* scratch, float* products);
    // The gradient [outputs, inputs, 3, 3] from the sum of all products.
    void (*weight_gradient)(const float* products, int64_t inputs, int64_t outputs, float* gradient);
};

}  // namespace ocs
