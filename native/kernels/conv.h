#pragma once

#include <stdint.h>

// The loops of our own convolutions. The lanes of a vector are 16 pixels of one channel, not channels as in oneDNN, so
// that 5 of 16 channels are 5/16 of the products.
//
// - 3x3, stride 1, padding 1 by Winograd's minimal filtering, F(2x2, 3x3) (Lavin and Gray, arXiv 1509.09308): 16
//   products where the plain sum has 36. A lane is a tile of 2x2 outputs.
// - 3x3 with padding 1 and 1x1 with none, stride 2, by the plain sum. A lane is an output, at the place of such a tile.

namespace ocs {

// How the tiles of 2x2 pixels of planes lie in vectors: in part of a row of tiles, or in several rows.
struct Tiling {
    int64_t height, width;
    int64_t rows;       // of tiles in a vector: 1, 2 or 4
    int64_t strips;     // vectors beside one another, of 32 columns
    int64_t vectors;    // of a plane
    int64_t all;        // of a channel in all images
    int64_t pixels[2];  // of a plane, and of one with a pixel for each tile
    bool streams;       // whether what is written is too much for a cache to keep, and all vectors of it are aligned

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

// Gradients of weights are found for squares of up to so many inputs and outputs: 16 sums in registers.
constexpr int64_t kSquare = 4;

// `inputs` are the channels that are read and `outputs` those that are written, so that they change places backward.
// Functions that run over pixels come for 1, 2 and 4 rows of tiles in a vector, in this order.
struct ConvKernels {
    int64_t step;     // the stride
    int64_t weights;  // numbers of a transformed weight for each pair of channels, and vectors of products for a square
    // Numbers of scratch that each of the functions below needs.
    int64_t (*scratch)(int64_t inputs, int64_t outputs);
    // Of weights [outputs, inputs, size, size] for `forward`, or of [inputs, outputs, size, size] for `backward`.
    void (*transform_weight)(const float* weight, int64_t inputs, int64_t outputs, bool turned, float* transformed);
    // The gradient [outputs, inputs, size, size] from the sum of all products.
    void (*weight_gradient)(const float* products, int64_t inputs, int64_t outputs, float* gradient);
    // y [N, outputs, ...] of x [N, inputs, ...], for the vectors from `begin` to `end` of all images: the convolution,
    // and the gradient of its input from that of its output. `tiling` is that of the input.
    typedef void (*Convolve)(const float* x, const float* weight, const float* bias, float* y, const Tiling& tiling,
                             int64_t inputs, int64_t outputs, int64_t begin, int64_t end, float* scratch);
    Convolve forward[3], backward[3];
    // Adds to `products` what these vectors contribute to the gradient of the weights.
    void (*weight_products[3])(const float* x, const float* above, const Tiling& tiling, int64_t inputs,
                               int64_t outputs, int64_t begin, int64_t end, float* scratch, float* products);
};

struct ConvKernelSet {
    ConvKernels winograd, strided, pointwise;  // 3x3 of stride 1, 3x3 of stride 2, 1x1 of stride 2
};

}  // namespace ocs
