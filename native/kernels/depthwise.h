#pragma once

#include <stdint.h>

// The gradient of the weights of depthwise convolutions over channels-last values, written once and compiled for
// several instruction sets. A lane is a channel, so all values that a lane reads are its own.

namespace ocs {

// One dimension of a convolution: how many places it reads and writes, and its numbers.
struct Side {
    int64_t read, written, stride, padding, dilation;
};

struct DepthwiseKernels {
    // Adds what the rows of one image from `begin` to `end` contribute to the gradient [kernel height, width,
    // channels], for kernels 5 and 7 wide. `x` and `slopes`, the gradient of the output, are whole images.
    typedef void (*Products)(const Side& down, const Side& right, int64_t kernel_height, int64_t channels,
                             const float* x, const float* slopes, int64_t begin, int64_t end, float* gradient);
    Products five, seven;
};

}  // namespace ocs
