#pragma once

#include <stdint.h>

// The loops of our own convolutions. The lanes of a vector are 16 pixels of one channel, not channels as in oneDNN. So
// 5 of 16 channels cost 5/16 of the products.
//
// - 3x3, stride 1, padding 1 by Winograd's minimal filtering, F(2x2, 3x3) (Lavin and Gray, arXiv 1509.09308): 16
//   products instead of 36. A lane is a tile of 2x2 outputs.
// - 3x3 with padding 1 and 1x1 without, stride 2, by direct sums. A lane is one output, in place of a tile.

namespace ocs {

// The layout of 2x2 tiles in vectors: a vector covers part of a row of tiles, or several rows.
struct Tiling {
    int64_t height, width;
    int64_t rows;       // of tiles in a vector: 1, 2 or 4
    int64_t strips;     // adjacent vectors, of 32 columns
    int64_t vectors;    // of a plane
    int64_t all;        // of a channel in all images
    int64_t pixels[2];  // of a plane, and of one with a pixel for each tile
    bool streams;       // whether outputs exceed the cache, and all their vectors are aligned

    Tiling(int64_t images, int64_t height, int64_t width, int64_t written)
        : height(height),
          width(width),
          rows(width == 8 ? 4 : 1 + (width <= 16)),
          strips((width + 31) / 32),
          vectors(((height + 1) / 2 + rows - 1) / rows * strips),
          all(images * vectors),
          pixels{height * width, (height + 1) / 2 * ((width + 1) / 2)},
          streams(width % 16 == 0 && written > 256 * 1024) {}
};

// Gradients of weights are computed for squares of up to this many inputs and outputs: 16 sums in registers.
constexpr int64_t kSquare = 4;

// `inputs` are the read channels and `outputs` the written ones, so they are swapped in backward. Functions over pixels
// exist for 1, 2 and 4 rows of tiles per vector, in this order.
struct ConvKernels {
    int64_t step;     // the stride
    int64_t weights;  // numbers of a transformed weight per pair of channels, and vectors of products per square
    // The size of the scratch buffer for the functions below.
    int64_t (*scratch)(int64_t inputs, int64_t outputs);
    // Transforms weights [outputs, inputs, size, size] for `forward`, or [inputs, outputs, size, size] for `backward`.
    void (*transform_weight)(const float* weight, int64_t inputs, int64_t outputs, bool turned, float* transformed);
    // Computes the gradient [outputs, inputs, size, size] from the sum of all products.
    void (*weight_gradient)(const float* products, int64_t inputs, int64_t outputs, float* gradient);
    // y [N, outputs, ...] from x [N, inputs, ...], for the vectors from `begin` to `end` of all images: the
    // convolution, or the gradient of its input from that of its output. `tiling` is that of the input.
    typedef void (*Convolve)(const float* x, const float* weight, const float* bias, float* y, const Tiling& tiling,
                             int64_t inputs, int64_t outputs, int64_t begin, int64_t end, float* scratch);
    Convolve forward[3], backward[3];
    // Adds the contribution of these vectors to the gradient of the weights to `products`.
    void (*weight_products[3])(const float* x, const float* above, const Tiling& tiling, int64_t inputs,
                               int64_t outputs, int64_t begin, int64_t end, float* scratch, float* products);
};

struct ConvKernelSet {
    ConvKernels winograd, strided, pointwise;  // 3x3 of stride 1, 3x3 of stride 2, 1x1 of stride 2
};

}  // namespace ocs
