#include "depthwise.h"

#include "lanes.h"

// Compiled for AVX-512 and for AVX2. As in norm.cpp, no inline function of a shared header may be used here.

using ocs::Side;

namespace {

template <bool Whole>
OCS_INLINE Lanes load_lanes(const float* from, Mask mask) {
    return Whole ? load(from) : load(from, mask);
}

// Adds the products of a row's slopes with the values that one row of the kernel reads.
template <int Width, bool Whole>
OCS_INLINE void multiply_row(const Side& right, int64_t channels, const float* values, const float* slopes, Mask mask,
                             Lanes* sums) {
    for (int64_t column = 0; column < right.written; column++) {
        const int64_t first = column * right.stride - right.padding, last = first + (Width - 1) * right.dilation;
        const Lanes slope = load_lanes<Whole>(slopes + column * channels, mask);
        const bool inside = first >= 0 && last < right.read;
        for (int i = 0; i < Width; i++) {
            const int64_t place = first + i * right.dilation;
            if (!inside && (uint64_t)place >= (uint64_t)right.read) continue;
            sums[i] = multiply_add(slope, load_lanes<Whole>(values + place * channels, mask), sums[i]);
        }
    }
}

template <int Width, bool Whole>
void multiply(const Side& down, const Side& right, int64_t kernel_height, int64_t channels, const float* x,
              const float* slopes, int64_t begin, int64_t end, Mask mask, float* gradient) {
    for (int64_t position = 0; position < kernel_height; position++, gradient += Width * channels) {
        Lanes sums[Width];
        for (int i = 0; i < Width; i++) sums[i] = load_lanes<Whole>(gradient + i * channels, mask);
        for (int64_t row = begin; row < end; row++) {
            const int64_t place = row * down.stride - down.padding + position * down.dilation;
            if ((uint64_t)place >= (uint64_t)down.read) continue;
            multiply_row<Width, Whole>(right, channels, x + place * right.read * channels,
                                       slopes + row * right.written * channels, mask, sums);
        }
        for (int i = 0; i < Width; i++) store(gradient + i * channels, sums[i], mask);
    }
}

template <int Width>
void products(const Side& down, const Side& right, int64_t kernel_height, int64_t channels, const float* x,
              const float* slopes, int64_t begin, int64_t end, float* gradient) {
    for (int64_t channel = 0; channel < channels; channel += kLanes) {
        const Mask mask = mask_of(channels - channel);
        const auto run = mask == 0xFFFF ? multiply<Width, true> : multiply<Width, false>;
        run(down, right, kernel_height, channels, x + channel, slopes + channel, begin, end, mask, gradient + channel);
    }
}

}  // namespace

extern const ocs::DepthwiseKernels OCS_KERNELS;
const ocs::DepthwiseKernels OCS_KERNELS = {products<5>, products<7>};
