#include "winograd.h"

#include <immintrin.h>

// Compiled for AVX-512. As in norm.cpp no inline function of a header may be used here, so none of Tiling's.

using ocs::Tiling;

#define OCS_INLINE __attribute__((always_inline)) inline

namespace {

typedef __m512 Lanes;

constexpr int64_t kLanes = 16;
constexpr int64_t kProducts = 16;  // of the 4x4 values that a tile reads
constexpr int64_t kBlock = 2;      // vectors of tiles that are convolved together
constexpr int64_t kOutputs = 12;   // channels of outputs: 24 sums in registers
constexpr int64_t kSquare = 4;     // of 4x4 channels in gradients of weights: 16 sums in registers
constexpr int64_t kMostVectors = 16, kCacheBytes = 320 * 1024;  // of tiles for one such sum, transformed

inline int64_t up(int64_t count, int64_t multiple) {
    return (count + multiple - 1) / multiple * multiple;
}

// Numbers between two products: no multiple of 4 KB, at which addresses share the lines of the first cache.
inline int64_t stride_of(int64_t channels, int64_t block) {
    return (channels * block + 1) * kLanes;
}

// Vectors of tiles of one sum of weight_products: as many as the second cache holds transformed.
inline int64_t wide_block(int64_t inputs, int64_t outputs) {
    const int64_t fitting = kCacheBytes / (kProducts * (inputs + outputs) * kLanes * (int64_t)sizeof(float));
    return fitting >= kMostVectors ? kMostVectors : fitting >= 8 ? 8 : 4;
}

// Where the tiles of one vector lie: in `Rows` rows of tiles of an image's planes.
template <int Rows>
struct Place {
    int64_t height, width, image;
    int64_t top, left;        // its first pixel
    __mmask16 first, second;  // which pixels of a row's 32 columns, or of a row and the one two below, there are
    bool has_before, has_behind;

    Place() {}
    Place(const Tiling& tiling, int64_t vector)
        : height(tiling.height), width(tiling.width), image(vector / tiling.vectors) {
        const int64_t within = vector % tiling.vectors;
        top = within / tiling.strips * Rows * 2;
        left = within % tiling.strips * 32;
        first = mask(width - left);
        second = Rows == 1 ? mask(width - left - 16) : first;
        has_before = left > 0;
        has_behind = left + 32 < width;
    }

    static __mmask16 mask(int64_t count) { return count >= 16 ? 0xFFFF : count <= 0 ? 0 : (1u << count) - 1; }

    __mmask16 where(int64_t row, __mmask16 mask) const { return (uint64_t)row < (uint64_t)height ? mask : 0; }

    OCS_INLINE Lanes part(const float* plane, int64_t row, int64_t from, __mmask16 mask) const {
        return _mm512_maskz_loadu_ps(where(row, mask), plane + row * width + left + from);
    }

    // Rows of 8 pixels: this one and the second below.
    OCS_INLINE Lanes two_rows(const float* plane, int64_t row) const {
        const __m256 upper = _mm256_maskz_loadu_ps(where(row, 0xFF), plane + row * 8);
        const __m256 lower = _mm256_maskz_loadu_ps(where(row + 2, 0xFF), plane + (row + 2) * 8);
        return _mm512_castpd_ps(
            _mm512_insertf64x4(_mm512_castps_pd(_mm512_castps256_ps512(upper)), _mm256_castps_pd(lower), 1));
    }

    // Of each tile the pixels of one row, counted from the tile's first, in even and in odd columns.
    OCS_INLINE void load(const float* plane, int64_t offset, Lanes& even, Lanes& odd) const {
        const int64_t row = top + offset;
        const Lanes low = Rows == 4 ? two_rows(plane, row) : part(plane, row, 0, first);
        const Lanes high = Rows == 4   ? two_rows(plane, row + 4)
                           : Rows == 2 ? part(plane, row + 2, 0, second)
                                       : part(plane, row, 16, second);
        const __m512i evens = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        even = _mm512_permutex2var_ps(low, evens, high);
        odd = _mm512_permutex2var_ps(low, _mm512_add_epi32(evens, _mm512_set1_epi32(1)), high);
    }

    // The columns before the even and behind the odd ones.
    OCS_INLINE void neighbours(const float* plane, int64_t offset, Lanes even, Lanes odd, Lanes& before,
                               Lanes& behind) const {
        constexpr __mmask16 within = Rows == 4 ? 0xEEEE : Rows == 2 ? 0xFEFE : 0xFFFE;
        const __m512i none = _mm512_setzero_si512();
        before = _mm512_castsi512_ps(_mm512_maskz_alignr_epi32(within, _mm512_castps_si512(odd), none, 15));
        behind = _mm512_castsi512_ps(_mm512_maskz_alignr_epi32(within >> 1, none, _mm512_castps_si512(even), 1));
        if (Rows > 1) return;
        const float* pixels = plane + (top + offset) * width + left;
        if (has_before && where(top + offset, 1)) before = _mm512_mask_mov_ps(before, 1, _mm512_set1_ps(pixels[-1]));
        if (has_behind && where(top + offset, 1)) {
            behind = _mm512_mask_mov_ps(behind, 0x8000, _mm512_set1_ps(pixels[32]));
        }
    }

    // Asks for the pixels of a vector that comes a block later: they lie in as many pages as there are channels,
    // which a processor does not foresee.
    template <int Write>
    OCS_INLINE void prefetch(const float* plane) const {
        const float* pixels = plane + top * width + left;
        for (int64_t line = 0; line < 4; line++) {
            __builtin_prefetch(pixels + (Rows == 1   ? line / 2 * width + line % 2 * 16
                                         : Rows == 2 ? line * width
                                                     : line * 16),
                               Write, 2);
        }
    }

    OCS_INLINE void store_part(float* plane, int64_t row, int64_t from, __mmask16 mask, Lanes value) const {
        _mm512_mask_storeu_ps(plane + row * width + left + from, where(row, mask), value);
    }

    OCS_INLINE void store_two_rows(float* plane, int64_t row, Lanes value) const {
        _mm256_mask_storeu_ps(plane + row * 8, where(row, 0xFF), _mm512_castps512_ps256(value));
        _mm256_mask_storeu_ps(plane + (row + 2) * 8, where(row + 2, 0xFF),
                              _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(value), 1)));
    }

    OCS_INLINE void store(float* plane, int64_t offset, Lanes even, Lanes odd) const {
        const __m512i pairs = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const Lanes low = _mm512_permutex2var_ps(even, pairs, odd);
        const Lanes high = _mm512_permutex2var_ps(even, _mm512_add_epi32(pairs, _mm512_set1_epi32(8)), odd);
        const int64_t row = top + offset;
        if (Rows == 4) {
            store_two_rows(plane, row, low);
            store_two_rows(plane, row + 4, high);
        } else {
            store_part(plane, row, 0, first, low);
            store_part(plane, Rows == 2 ? row + 2 : row, Rows == 2 ? 0 : 16, second, high);
        }
    }
};

// The 4x4 pixels that each tile reads, B^T d B, one product every `stride` numbers.
template <int Rows>
OCS_INLINE void transform_input(const float* plane, const Place<Rows>& place, float* target, int64_t stride) {
    Lanes rows[4][4];
#pragma GCC unroll 4
    for (int64_t row = 0; row < 4; row++) {
        Lanes even, odd, before, behind;
        place.load(plane, row - 1, even, odd);
        place.neighbours(plane, row - 1, even, odd, before, behind);
        rows[row][0] = before - odd;
        rows[row][1] = even + odd;
        rows[row][2] = odd - even;
        rows[row][3] = behind - even;
    }
#pragma GCC unroll 4
    for (int64_t column = 0; column < 4; column++) {
        _mm512_storeu_ps(target + column * stride, rows[0][column] - rows[2][column]);
        _mm512_storeu_ps(target + (4 + column) * stride, rows[1][column] + rows[2][column]);
        _mm512_storeu_ps(target + (8 + column) * stride, rows[2][column] - rows[1][column]);
        _mm512_storeu_ps(target + (12 + column) * stride, rows[3][column] - rows[1][column]);
    }
}

// The 2x2 gradients of each tile spread to 4x4, without the halves of the second and third row and column.
template <int Rows>
OCS_INLINE void transform_gradient(const float* plane, const Place<Rows>& place, float* target, int64_t stride) {
    Lanes rows[2][4];
#pragma GCC unroll 2
    for (int64_t row = 0; row < 2; row++) {
        Lanes even, odd;
        place.load(plane, row, even, odd);
        rows[row][0] = even;
        rows[row][1] = even + odd;
        rows[row][2] = even - odd;
        rows[row][3] = odd;
    }
#pragma GCC unroll 4
    for (int64_t column = 0; column < 4; column++) {
        _mm512_storeu_ps(target + column * stride, rows[0][column]);
        _mm512_storeu_ps(target + (4 + column) * stride, rows[0][column] + rows[1][column]);
        _mm512_storeu_ps(target + (8 + column) * stride, rows[0][column] - rows[1][column]);
        _mm512_storeu_ps(target + (12 + column) * stride, rows[1][column]);
    }
}

// A^T m A, the 2x2 outputs of each tile.
template <int Rows>
OCS_INLINE void transform_output(const float* products, int64_t stride, Lanes bias, const Place<Rows>& place,
                                 float* plane) {
    Lanes upper[4], lower[4];
#pragma GCC unroll 4
    for (int64_t column = 0; column < 4; column++) {
        const Lanes first = _mm512_loadu_ps(products + column * stride);
        const Lanes second = _mm512_loadu_ps(products + (4 + column) * stride);
        const Lanes third = _mm512_loadu_ps(products + (8 + column) * stride);
        const Lanes fourth = _mm512_loadu_ps(products + (12 + column) * stride);
        upper[column] = first + (second + third);
        lower[column] = (second - third) + fourth;
    }
    place.store(plane, 0, upper[0] + (upper[1] + upper[2]) + bias, (upper[1] - upper[2]) + upper[3] + bias);
    place.store(plane, 1, lower[0] + (lower[1] + lower[2]) + bias, (lower[1] - lower[2]) + lower[3] + bias);
}

// Outputs are worked on in blocks of nearly equal size, at most kOutputs.
inline int64_t block_start(int64_t outputs, int64_t block) {
    return block * outputs / ((outputs + kOutputs - 1) / kOutputs);
}

// All products of `Outputs` channels: 16 times [Outputs, inputs] by [inputs, kBlock vectors].
template <int64_t Outputs>
void multiply(const float* values, const float* weight, int64_t inputs, float* products) {
    const int64_t stride = stride_of(inputs, kBlock);
    for (int64_t product = 0; product < kProducts; product++) {
        Lanes sums[Outputs][kBlock];
#pragma GCC unroll 16
        for (int64_t output = 0; output < Outputs; output++) {
#pragma GCC unroll 4
            for (int64_t vector = 0; vector < kBlock; vector++) sums[output][vector] = _mm512_setzero_ps();
        }
        const float* value = values + product * stride;
        for (int64_t input = 0; input < inputs; input++, value += kBlock * kLanes, weight += Outputs) {
            Lanes read[kBlock];
#pragma GCC unroll 4
            for (int64_t vector = 0; vector < kBlock; vector++) read[vector] = _mm512_loadu_ps(value + vector * kLanes);
#pragma GCC unroll 16
            for (int64_t output = 0; output < Outputs; output++) {
                const Lanes factor = _mm512_set1_ps(weight[output]);
#pragma GCC unroll 4
                for (int64_t vector = 0; vector < kBlock; vector++) {
                    sums[output][vector] = _mm512_fmadd_ps(factor, read[vector], sums[output][vector]);
                }
            }
        }
#pragma GCC unroll 16
        for (int64_t output = 0; output < Outputs; output++) {
#pragma GCC unroll 4
            for (int64_t vector = 0; vector < kBlock; vector++) {
                _mm512_storeu_ps(products + ((output * kProducts + product) * kBlock + vector) * kLanes,
                                 sums[output][vector]);
            }
        }
    }
}

constexpr decltype(&multiply<1>) kMultiply[] = {multiply<1>, multiply<2>,  multiply<3>,  multiply<4>,
                                                multiply<5>, multiply<6>,  multiply<7>,  multiply<8>,
                                                multiply<9>, multiply<10>, multiply<11>, multiply<12>};

int64_t convolve_scratch(int64_t inputs) {
    return kProducts * stride_of(inputs, kBlock) + kOutputs * kProducts * kBlock * kLanes;
}

int64_t weight_size(int64_t inputs, int64_t outputs) {
    return inputs * outputs * kProducts;
}

// G w G^T.
void transform_weight(const float* weight, int64_t inputs, int64_t outputs, bool turned, float* transformed) {
    const int64_t blocks = (outputs + kOutputs - 1) / kOutputs;
    for (int64_t block = 0; block < blocks; block++) {
        const int64_t start = block_start(outputs, block), size = block_start(outputs, block + 1) - start;
        for (int64_t input = 0; input < inputs; input++) {
            for (int64_t output = 0; output < size; output++) {
                const float* kernel =
                    weight + (turned ? input * outputs + start + output : (start + output) * inputs + input) * 9;
                float rows[4][3];
                for (int64_t column = 0; column < 3; column++) {
                    const float first = kernel[turned ? 8 - column : column];
                    const float middle = kernel[turned ? 5 - column : 3 + column];
                    const float last = kernel[turned ? 2 - column : 6 + column];
                    rows[0][column] = first;
                    rows[1][column] = (first + middle + last) / 2;
                    rows[2][column] = (first - middle + last) / 2;
                    rows[3][column] = last;
                }
                for (int64_t row = 0; row < 4; row++) {
                    const float values[] = {rows[row][0], (rows[row][0] + rows[row][1] + rows[row][2]) / 2,
                                            (rows[row][0] - rows[row][1] + rows[row][2]) / 2, rows[row][2]};
                    for (int64_t column = 0; column < 4; column++) {
                        transformed[start * inputs * kProducts + ((row * 4 + column) * inputs + input) * size +
                                    output] = values[column];
                    }
                }
            }
        }
    }
}

// The places of the vectors from `from` on; returns how many there are.
template <int Rows>
inline int64_t find(const Tiling& tiling, int64_t from, int64_t end, int64_t most, Place<Rows>* places) {
    const int64_t count = most < end - from ? most : end - from;
    for (int64_t vector = 0; vector < count; vector++) places[vector] = Place<Rows>(tiling, from + vector);
    return count;
}

template <int Rows>
void convolve_rows(const float* x, const float* weight, const float* bias, float* y, const Tiling& tiling,
                   int64_t inputs, int64_t outputs, int64_t begin, int64_t end, float* scratch) {
    const int64_t plane = tiling.height * tiling.width, stride = stride_of(inputs, kBlock);
    const int64_t blocks = (outputs + kOutputs - 1) / kOutputs;
    float* products = scratch + kProducts * stride;
    Place<Rows> places[kBlock], next[kBlock];
    for (int64_t from = begin; from < end; from += kBlock) {
        const int64_t count = find(tiling, from, end, kBlock, places);
        const int64_t following = find(tiling, from + kBlock, end, kBlock, next);
        for (int64_t input = 0; input < inputs; input++) {
            for (int64_t vector = 0; vector < following; vector++) {
                next[vector].template prefetch<0>(x + (next[vector].image * inputs + input) * plane);
            }
            for (int64_t vector = 0; vector < count; vector++) {
                transform_input(x + (places[vector].image * inputs + input) * plane, places[vector],
                                scratch + (input * kBlock + vector) * kLanes, stride);
            }
        }
        for (int64_t block = 0; block < blocks; block++) {
            const int64_t start = block_start(outputs, block), size = block_start(outputs, block + 1) - start;
            for (int64_t output = start; output < start + size; output++) {
                for (int64_t vector = 0; vector < count; vector++) {
                    places[vector].template prefetch<1>(y + (places[vector].image * outputs + output) * plane);
                }
            }
            kMultiply[size - 1](scratch, weight + start * inputs * kProducts, inputs, products);
            for (int64_t output = 0; output < size; output++) {
                const Lanes shift = _mm512_set1_ps(bias == nullptr ? 0 : bias[start + output]);
                for (int64_t vector = 0; vector < count; vector++) {
                    transform_output(products + (output * kProducts * kBlock + vector) * kLanes, kBlock * kLanes, shift,
                                     places[vector], y + (places[vector].image * outputs + start + output) * plane);
                }
            }
        }
    }
}

int64_t weight_scratch(int64_t inputs, int64_t outputs) {
    const int64_t all_inputs = up(inputs, kSquare), all_outputs = up(outputs, kSquare);
    const int64_t block = wide_block(all_inputs, all_outputs);
    return kProducts * (stride_of(all_inputs, block) + stride_of(all_outputs, block));
}

int64_t products_size(int64_t inputs, int64_t outputs) {
    return kProducts * up(inputs, kSquare) * up(outputs, kSquare);
}

// The sum of the lanes of each of 16 vectors.
inline Lanes sums_of(Lanes* vectors) {
    const __m512i others = _mm512_setr_epi32(1, 16, 3, 18, 5, 20, 7, 22, 9, 24, 11, 26, 13, 28, 15, 30);
#pragma GCC unroll 8
    for (int64_t i = 0; i < 8; i++) {  // sums of two lanes of the first beside those of the second
        vectors[i] = _mm512_mask_blend_ps(0xAAAA, vectors[2 * i], vectors[2 * i + 1]) +
                     _mm512_permutex2var_ps(vectors[2 * i], others, vectors[2 * i + 1]);
    }
#pragma GCC unroll 4
    for (int64_t i = 0; i < 4; i++) {
        const __m512d first = _mm512_castps_pd(vectors[2 * i]), second = _mm512_castps_pd(vectors[2 * i + 1]);
        vectors[i] =
            _mm512_castpd_ps(_mm512_unpacklo_pd(first, second)) + _mm512_castpd_ps(_mm512_unpackhi_pd(first, second));
    }
#pragma GCC unroll 2
    for (int64_t i = 0; i < 2; i++) {
        vectors[i] = _mm512_shuffle_f32x4(vectors[2 * i], vectors[2 * i + 1], 0x88) +
                     _mm512_shuffle_f32x4(vectors[2 * i], vectors[2 * i + 1], 0xDD);
    }
    return _mm512_shuffle_f32x4(vectors[0], vectors[1], 0x88) + _mm512_shuffle_f32x4(vectors[0], vectors[1], 0xDD);
}

// Adds the products of 4 outputs and 4 inputs over a block of vectors.
inline void multiply_square(const float* above, const float* values, int64_t block, float* sums) {
    Lanes found[kSquare * kSquare];
#pragma GCC unroll 16
    for (int64_t i = 0; i < kSquare * kSquare; i++) found[i] = _mm512_setzero_ps();
    for (int64_t vector = 0; vector < block; vector++) {
        Lanes read[kSquare];
#pragma GCC unroll 4
        for (int64_t input = 0; input < kSquare; input++) {
            read[input] = _mm512_loadu_ps(values + (input * block + vector) * kLanes);
        }
#pragma GCC unroll 4
        for (int64_t output = 0; output < kSquare; output++) {
            const Lanes slope = _mm512_loadu_ps(above + (output * block + vector) * kLanes);
#pragma GCC unroll 4
            for (int64_t input = 0; input < kSquare; input++) {
                found[output * kSquare + input] = _mm512_fmadd_ps(slope, read[input], found[output * kSquare + input]);
            }
        }
    }
    _mm512_storeu_ps(sums, _mm512_loadu_ps(sums) + sums_of(found));
}

void zero_channels(float* values, int64_t stride, int64_t block, int64_t from, int64_t to) {
    for (int64_t product = 0; product < kProducts; product++) {
        for (int64_t i = from * block; i < to * block; i++) {
            _mm512_storeu_ps(values + product * stride + i * kLanes, _mm512_setzero_ps());
        }
    }
}

template <int Rows>
void weight_products_rows(const float* x, const float* above, const Tiling& tiling, int64_t inputs, int64_t outputs,
                          int64_t begin, int64_t end, float* scratch, float* sums) {
    const int64_t plane = tiling.height * tiling.width;
    const int64_t all_inputs = up(inputs, kSquare), all_outputs = up(outputs, kSquare);
    const int64_t block = wide_block(all_inputs, all_outputs);
    const int64_t stride = stride_of(all_inputs, block), above_stride = stride_of(all_outputs, block);
    float *values = scratch, *slopes = scratch + kProducts * stride;
    zero_channels(values, stride, block, inputs, all_inputs);
    zero_channels(slopes, above_stride, block, outputs, all_outputs);
    Place<Rows> places[kMostVectors], next[kMostVectors];
    for (int64_t from = begin; from < end; from += block) {
        const int64_t count = find(tiling, from, end, block, places);
        const int64_t following = find(tiling, from + block, end, block, next);
        if (count < block) {
            zero_channels(values, stride, block, 0, inputs);
            zero_channels(slopes, above_stride, block, 0, outputs);
        }
        for (int64_t input = 0; input < inputs; input++) {
            for (int64_t vector = 0; vector < following; vector++) {
                next[vector].template prefetch<0>(x + (next[vector].image * inputs + input) * plane);
            }
            for (int64_t vector = 0; vector < count; vector++) {
                transform_input(x + (places[vector].image * inputs + input) * plane, places[vector],
                                values + (input * block + vector) * kLanes, stride);
            }
        }
        for (int64_t output = 0; output < outputs; output++) {
            for (int64_t vector = 0; vector < following; vector++) {
                next[vector].template prefetch<0>(above + (next[vector].image * outputs + output) * plane);
            }
            for (int64_t vector = 0; vector < count; vector++) {
                transform_gradient(above + (places[vector].image * outputs + output) * plane, places[vector],
                                   slopes + (output * block + vector) * kLanes, above_stride);
            }
        }
        float* square = sums;
        for (int64_t product = 0; product < kProducts; product++) {
            for (int64_t output = 0; output < all_outputs; output += kSquare) {
                for (int64_t input = 0; input < all_inputs; input += kSquare, square += kSquare * kSquare) {
                    multiply_square(slopes + product * above_stride + output * block * kLanes,
                                    values + product * stride + input * block * kLanes, block, square);
                }
            }
        }
    }
}

// A^T m A with the halves that transform_gradient leaves out.
void weight_gradient(const float* products, int64_t inputs, int64_t outputs, float* gradient) {
    const int64_t squares = up(inputs, kSquare) / kSquare, size = products_size(inputs, outputs) / kProducts;
    for (int64_t output = 0; output < outputs; output++) {
        for (int64_t input = 0; input < inputs; input++, gradient += 9) {
            const int64_t lane = output % kSquare * kSquare + input % kSquare;
            const float* first = products + ((output / kSquare) * squares + input / kSquare) * kSquare * kSquare + lane;
            float rows[3][4];
            for (int64_t column = 0; column < 4; column++) {
                const float middle = first[(4 + column) * size], third = first[(8 + column) * size];
                rows[0][column] = first[column * size] + (middle + third) / 2;
                rows[1][column] = (middle - third) / 2;
                rows[2][column] = (middle + third) / 2 + first[(12 + column) * size];
            }
            for (int64_t row = 0; row < 3; row++) {
                const float *values = rows[row], sum = (values[1] + values[2]) / 2;
                gradient[row * 3] = values[0] + sum;
                gradient[row * 3 + 1] = (values[1] - values[2]) / 2;
                gradient[row * 3 + 2] = sum + values[3];
            }
        }
    }
}

void convolve(const float* x, const float* weight, const float* bias, float* y, const Tiling& tiling, int64_t inputs,
              int64_t outputs, int64_t begin, int64_t end, float* scratch) {
    const auto body = tiling.rows == 4 ? convolve_rows<4> : tiling.rows == 2 ? convolve_rows<2> : convolve_rows<1>;
    body(x, weight, bias, y, tiling, inputs, outputs, begin, end, scratch);
}

void weight_products(const float* x, const float* above, const Tiling& tiling, int64_t inputs, int64_t outputs,
                     int64_t begin, int64_t end, float* scratch, float* sums) {
    const auto body = tiling.rows == 4   ? weight_products_rows<4>
                      : tiling.rows == 2 ? weight_products_rows<2>
                                         : weight_products_rows<1>;
    body(x, above, tiling, inputs, outputs, begin, end, scratch, sums);
}

}  // namespace

extern const ocs::WinogradKernels OCS_KERNELS;
const ocs::WinogradKernels OCS_KERNELS = {convolve_scratch, weight_scratch, products_size,   weight_size,
                                          transform_weight, convolve,       weight_products, weight_gradient};
