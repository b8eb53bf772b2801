#include "conv.h"

#include <immintrin.h>
#include <string.h>

// Compiled for AVX-512. As in norm.cpp no inline function of a header may be used here, so none of Tiling's.

using ocs::kSquare;
using ocs::Tiling;

#define OCS_INLINE __attribute__((always_inline)) inline

namespace {

typedef __m512 Lanes;

constexpr int64_t kLanes = 16;
constexpr int64_t kBlock = 2;                                   // vectors that are convolved together
constexpr int64_t kOutputs = 12;                                // channels of outputs: 24 sums in registers
constexpr int64_t kMostVectors = 16, kCacheBytes = 320 * 1024;  // of one such sum, with what it reads

// Numbers between planes of what was read: no multiple of 4 KB, at which addresses share lines of the first cache.
inline int64_t stride_of(int64_t channels, int64_t block) {
    return (channels * block + 1) * kLanes;
}

// Channels are worked on in as few blocks of at most `most` as can be: first larger ones, then those of one less.
struct Blocks {
    int64_t count, size, larger;

    Blocks(int64_t channels, int64_t most)
        : count((channels + most - 1) / most), size(channels / count), larger(channels % count) {}

    int64_t start(int64_t block) const { return block * size + (block < larger ? block : larger); }
    int64_t size_of(int64_t block) const { return size + (block < larger); }
};

// The first `count` lanes.
inline __mmask16 mask_of(int64_t count) {
    return count >= kLanes ? 0xFFFF : count <= 0 ? 0 : (1u << count) - 1;
}

// The two halves of a vector lie apart.
inline Lanes load_pair(const float* low, __mmask8 of_low, const float* high, __mmask8 of_high) {
    const __m512d halves = _mm512_castpd256_pd512(_mm256_castps_pd(_mm256_maskz_loadu_ps(of_low, low)));
    return _mm512_castpd_ps(_mm512_insertf64x4(halves, _mm256_castps_pd(_mm256_maskz_loadu_ps(of_high, high)), 1));
}

inline void store_pair(float* low, __mmask8 of_low, float* high, __mmask8 of_high, Lanes value) {
    _mm256_mask_storeu_ps(low, of_low, _mm512_castps512_ps256(value));
    _mm256_mask_storeu_ps(high, of_high, _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(value), 1)));
}

// Where the tiles of one vector lie: in `Rows` rows of tiles of an image's planes.
template <int Rows>
struct Place {
    static constexpr int64_t kDown = Rows == 1 ? 0 : Rows, kRight = Rows == 1 ? 16 : 0;  // to the second 16 pixels
    int64_t height, width, image;
    int64_t top, left;              // its first pixel
    __mmask16 first[4], second[4];  // which pixels of a `part` there are, from the row above its first on
    bool has_before, has_behind, streams;

    Place() {}
    Place(const Tiling& tiling, int64_t vector)
        : height(tiling.height), width(tiling.width), image(vector / tiling.vectors) {
        const int64_t within = vector % tiling.vectors;
        top = within / tiling.strips * Rows * 2;
        left = within % tiling.strips * 32;
        for (int64_t row = 0; row < 4; row++) {
            first[row] = where(top + row - 1, mask_of(width - left));
            second[row] = where(top + row - 1 + kDown, mask_of(width - left - kRight));
        }
        has_before = left > 0;
        has_behind = left + 32 < width;
        streams = tiling.streams && (first[1] & first[2] & second[1] & second[2]) == 0xFFFF;
    }

    __mmask16 where(int64_t row, __mmask16 mask) const {
        const __mmask16 below = Rows == 4 && row + 2 < height ? mask << 8 : 0;
        return ((uint64_t)row < (uint64_t)height ? mask : 0) | below;
    }

    // 16 pixels of a row, or where they are 8 wide, of this one and the second below.
    static OCS_INLINE Lanes part(const float* pixels, __mmask16 mask) {
        return Rows < 4 ? _mm512_maskz_loadu_ps(mask, pixels) : load_pair(pixels, mask, pixels + 16, mask >> 8);
    }

    OCS_INLINE void store_part(float* pixels, __mmask16 mask, Lanes value) const {
        if (Rows == 4) return store_pair(pixels, mask, pixels + 16, mask >> 8, value);
        if (streams) return _mm512_stream_ps(pixels, value);
        _mm512_mask_storeu_ps(pixels, mask, value);
    }

    // Of each tile the pixels of one row, counted from the tile's first, in even and in odd columns.
    OCS_INLINE void load(const float* plane, int64_t offset, Lanes& even, Lanes& odd) const {
        const float* pixels = plane + (top + offset) * width + left;
        const Lanes low = part(pixels, first[offset + 1]);
        const Lanes high = part(pixels + kDown * width + kRight, second[offset + 1]);
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
        if (has_before) before = _mm512_mask_loadu_ps(before, first[offset + 1] & 1, pixels - 1);
        if (has_behind) behind = _mm512_mask_loadu_ps(behind, first[offset + 1] & 0x8000, pixels + 17);
    }

    // Of planes with a pixel for each tile, those of the tiles so far below and to the right. Tiles lie in 1 or 2 rows.
    OCS_INLINE Lanes load_half(const float* plane, int64_t down, int64_t right) const {
        const float* pixels = plane + (top / 2 + down) * half_width() + left / 2 + right;
        if (Rows == 1) return _mm512_maskz_loadu_ps(where_half(down, right), pixels);
        return load_pair(pixels, where_half(down, right), pixels + half_width(), where_half(down + 1, right));
    }

    OCS_INLINE void store_half(float* plane, Lanes value) const {
        float* pixels = plane + top / 2 * half_width() + left / 2;
        if (Rows == 1) return _mm512_mask_storeu_ps(pixels, where_half(0, 0), value);
        store_pair(pixels, where_half(0, 0), pixels + half_width(), where_half(1, 0), value);
    }

    int64_t half_width() const { return (width + 1) / 2; }

    __mmask16 where_half(int64_t down, int64_t right) const {
        return top / 2 + down < (height + 1) / 2 ? mask_of(half_width() - left / 2 - right) : 0;
    }

    // Asks for the pixels of a vector that comes a block later and the row below, as the one above has been read: they
    // lie in as many pages as there are channels, which a processor does not foresee.
    template <bool Half>
    OCS_INLINE void prefetch(const float* plane) const {
        const float* pixels = plane + (Half ? top / 2 * half_width() + left / 2 : top * width + left);
        for (int64_t i = 0; i < (Half ? 2 : Rows == 1 ? 6 : Rows == 2 ? 5 : 4); i++) {
            __builtin_prefetch(pixels + (Half ? i * 15 : Rows == 1 ? i / 2 * width + i % 2 * 16 : i * 16), 0, 2);
        }
    }

    OCS_INLINE void store(float* plane, int64_t offset, Lanes even, Lanes odd) const {
        const __m512i pairs = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const Lanes low = _mm512_permutex2var_ps(even, pairs, odd);
        const Lanes high = _mm512_permutex2var_ps(even, _mm512_add_epi32(pairs, _mm512_set1_epi32(8)), odd);
        float* pixels = plane + (top + offset) * width + left;
        store_part(pixels, first[offset + 1], low);
        store_part(pixels + kDown * width + kRight, second[offset + 1], high);
    }
};

// Of each result the planes of what was read that are summed, times weights: those before its end, but no other's.
struct Sums {
    int64_t results, ends[16], planes[16];
};

// 3x3, stride 1.
struct Winograd {
    static constexpr int64_t kReads = 16, kSlopes = 16, kSize = 9;
    static constexpr bool kReadsHalf = false, kWritesHalf = false;
    static constexpr Sums kSums = {16,
                                   {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
                                   {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};

    // The 4x4 pixels that each tile reads, B^T d B, one plane every `stride` numbers.
    template <int Rows>
    static OCS_INLINE void read(const float* plane, const Place<Rows>& place, float* target, int64_t stride) {
        Lanes rows[4][4];
        for (int64_t row = 0; row < 4; row++) {
            Lanes even, odd, before, behind;
            place.load(plane, row - 1, even, odd);
            place.neighbours(plane, row - 1, even, odd, before, behind);
            rows[row][0] = before - odd;
            rows[row][1] = even + odd;
            rows[row][2] = odd - even;
            rows[row][3] = behind - even;
        }
        for (int64_t column = 0; column < 4; column++) {
            _mm512_storeu_ps(target + column * stride, rows[0][column] - rows[2][column]);
            _mm512_storeu_ps(target + (4 + column) * stride, rows[1][column] + rows[2][column]);
            _mm512_storeu_ps(target + (8 + column) * stride, rows[2][column] - rows[1][column]);
            _mm512_storeu_ps(target + (12 + column) * stride, rows[3][column] - rows[1][column]);
        }
    }

    // The 2x2 gradients of each tile spread to 4x4, without the halves of the second and third row and column.
    template <int Rows>
    static OCS_INLINE void slopes(const float* plane, const Place<Rows>& place, float* target, int64_t stride) {
        Lanes rows[2][4];
        for (int64_t row = 0; row < 2; row++) {
            Lanes even, odd;
            place.load(plane, row, even, odd);
            rows[row][0] = even;
            rows[row][1] = even + odd;
            rows[row][2] = even - odd;
            rows[row][3] = odd;
        }
        for (int64_t column = 0; column < 4; column++) {
            _mm512_storeu_ps(target + column * stride, rows[0][column]);
            _mm512_storeu_ps(target + (4 + column) * stride, rows[0][column] + rows[1][column]);
            _mm512_storeu_ps(target + (8 + column) * stride, rows[0][column] - rows[1][column]);
            _mm512_storeu_ps(target + (12 + column) * stride, rows[1][column]);
        }
    }

    // A^T m A, the 2x2 outputs of each tile.
    template <int Rows>
    static OCS_INLINE void write(const float* results, Lanes bias, const Place<Rows>& place, float* plane) {
        constexpr int64_t stride = kBlock * kLanes;
        Lanes upper[4], lower[4];
        for (int64_t column = 0; column < 4; column++) {
            const Lanes first = _mm512_loadu_ps(results + column * stride);
            const Lanes second = _mm512_loadu_ps(results + (4 + column) * stride);
            const Lanes third = _mm512_loadu_ps(results + (8 + column) * stride);
            const Lanes fourth = _mm512_loadu_ps(results + (12 + column) * stride);
            upper[column] = first + (second + third);
            lower[column] = (second - third) + fourth;
        }
        place.store(plane, 0, upper[0] + (upper[1] + upper[2]) + bias, (upper[1] - upper[2]) + upper[3] + bias);
        place.store(plane, 1, lower[0] + (lower[1] + lower[2]) + bias, (lower[1] - lower[2]) + lower[3] + bias);
    }

    // G w G^T, of the kernel or of it turned by half a circle, which the gradient of the input is a convolution by.
    template <typename T>
    static void weight(const T* kernel, bool turned, T* values) {
        T columns[12];
        for (int64_t i = 0; i < 3; i++) spread(kernel + (turned ? 8 - i : i), turned ? -3 : 3, columns + i, 3);
        for (int64_t i = 0; i < 4; i++) spread(columns + i * 3, 1, values + i * 4, 1);
    }

    template <typename T>
    static void spread(const T* from, int64_t step, T* to, int64_t pitch) {
        const T first = from[0], middle = from[step], last = from[2 * step];
        to[0] = first;
        to[pitch] = (first + middle + last) / 2;
        to[2 * pitch] = (first - middle + last) / 2;
        to[3 * pitch] = last;
    }

    // A^T m A with the halves that `slopes` leaves out.
    static void gradient(const float* values, float* kernel) {
        float columns[12];
        for (int64_t i = 0; i < 4; i++) fold(values + i, 4, columns + i, 4);
        for (int64_t i = 0; i < 3; i++) fold(columns + i * 4, 1, kernel + i * 3, 1);
    }

    static void fold(const float* from, int64_t step, float* to, int64_t pitch) {
        const float second = from[step] / 2, third = from[2 * step] / 2;
        to[0] = from[0] + (second + third);
        to[pitch] = second - third;
        to[2 * pitch] = (second + third) + from[3 * step];
    }
};

// Size x Size, stride 2: the pixels that each output reads are planes of their own.
template <int Size>
struct Strided {
    static constexpr int64_t kReads = Size * Size, kSlopes = 1, kSize = kReads;
    static constexpr bool kReadsHalf = false, kWritesHalf = true;
    static constexpr Sums kSums = {1, {kReads}, {0, 1, 2, 3, 4, 5, 6, 7, 8}};

    template <int Rows>
    static OCS_INLINE void read(const float* plane, const Place<Rows>& place, float* target, int64_t stride) {
        for (int64_t row = 0; row < Size; row++) {
            Lanes even, odd, before, behind;
            place.load(plane, row - Size / 2, even, odd);
            if (Size == 1) return _mm512_storeu_ps(target, even);
            place.neighbours(plane, row - 1, even, odd, before, behind);
            _mm512_storeu_ps(target + row * 3 * stride, before);
            _mm512_storeu_ps(target + (row * 3 + 1) * stride, even);
            _mm512_storeu_ps(target + (row * 3 + 2) * stride, odd);
        }
    }

    template <int Rows>
    static OCS_INLINE void slopes(const float* plane, const Place<Rows>& place, float* target, int64_t) {
        _mm512_storeu_ps(target, place.load_half(plane, 0, 0));
    }

    template <int Rows>
    static OCS_INLINE void write(const float* results, Lanes bias, const Place<Rows>& place, float* plane) {
        place.store_half(plane, _mm512_loadu_ps(results) + bias);
    }

    // As they are, or in the order of StridedBackward's sums.
    template <typename T>
    static void weight(const T* kernel, bool turned, T* values) {
        constexpr int64_t places[] = {4, 5, 3, 7, 1, 8, 6, 2, 0};
        for (int64_t i = 0; i < kSize; i++) values[i] = kernel[turned && Size == 3 ? places[i] : i];
    }

    static void gradient(const float* values, float* kernel) { weight(values, false, kernel); }
};

// Its gradient of the input: of each tile the pixel in an even row and column has been read at one place of the kernel,
// two at two, and the last at four, by outputs here, to the right and below.
template <int Size>
struct StridedBackward {
    static constexpr int64_t kReads = Size == 3 ? 4 : 1;
    static constexpr bool kReadsHalf = true, kWritesHalf = false;
    static constexpr Sums kSums = {kReads, {1, 3, 5, 9}, {0, 0, 1, 0, 2, 0, 1, 2, 3}};

    template <int Rows>
    static OCS_INLINE void read(const float* plane, const Place<Rows>& place, float* to, int64_t stride) {
        for (int64_t i = 0; i < kReads; i++) _mm512_storeu_ps(to + i * stride, place.load_half(plane, i / 2, i % 2));
    }

    template <int Rows>
    static OCS_INLINE void write(const float* results, Lanes, const Place<Rows>& place, float* plane) {
        Lanes found[4] = {};
        for (int64_t i = 0; i < kReads; i++) found[i] = _mm512_loadu_ps(results + i * kBlock * kLanes);
        place.store(plane, 0, found[0], found[1]);
        place.store(plane, 1, found[2], found[3]);
    }
};

// All sums of `Outputs` channels, over `inputs` channels of kBlock vectors.
template <int64_t Outputs>
void multiply(const float* values, int64_t stride, const Sums& wanted, const float* weight, int64_t inputs,
              int64_t outputs, float* results) {
    for (int64_t result = 0, entry = 0; result < wanted.results; result++) {
        Lanes sums[Outputs][kBlock] = {};
        for (; entry < wanted.ends[result]; entry++) {
            const float* value = values + wanted.planes[entry] * stride;
            for (int64_t input = 0; input < inputs; input++, value += kBlock * kLanes, weight += outputs) {
                Lanes read[kBlock];
                for (int64_t i = 0; i < kBlock; i++) read[i] = _mm512_loadu_ps(value + i * kLanes);
                for (int64_t output = 0; output < Outputs; output++) {
                    const Lanes factor = _mm512_set1_ps(weight[output]);
                    for (int64_t vector = 0; vector < kBlock; vector++) {
                        sums[output][vector] = _mm512_fmadd_ps(factor, read[vector], sums[output][vector]);
                    }
                }
            }
        }
        for (int64_t output = 0; output < Outputs; output++) {
            float* target = results + (output * wanted.results + result) * kBlock * kLanes;
            for (int64_t i = 0; i < kBlock; i++) _mm512_storeu_ps(target + i * kLanes, sums[output][i]);
        }
    }
}

constexpr decltype(&multiply<1>) kMultiply[] = {multiply<1>, multiply<2>,  multiply<3>,  multiply<4>,
                                                multiply<5>, multiply<6>,  multiply<7>,  multiply<8>,
                                                multiply<9>, multiply<10>, multiply<11>, multiply<12>};

// [outputs, inputs, ...], or [inputs, outputs, ...] if turned, becomes [..., inputs, outputs].
template <typename Form>
void transform_weight(const float* weight, int64_t inputs, int64_t outputs, bool turned, float* transformed) {
    const int64_t size = Form::kSize, down = turned ? outputs * size : size, across = turned ? size : inputs * size;
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i places = _mm512_mullo_epi32(lanes, _mm512_set1_epi32((int)across));
    for (int64_t input = 0; input < inputs; input++) {
        for (int64_t output = 0; output < outputs; output += kLanes) {
            const __mmask16 mask = mask_of(outputs - output);
            const float* from = weight + input * down + output * across;
            float* to = transformed + input * outputs + output;
            Lanes kernel[9], found[16], none = {};
            for (int64_t i = 0; i < size; i++) kernel[i] = _mm512_mask_i32gather_ps(none, mask, places, from + i, 4);
            Form::weight(kernel, turned, found);
            for (int64_t i = 0; i < Form::kReads; i++) _mm512_mask_storeu_ps(to + i * inputs * outputs, mask, found[i]);
        }
    }
}

template <int Rows, int Most>
struct Places {
    int64_t count;
    Place<Rows> at[Most];

    Places(const Tiling& tiling, int64_t from, int64_t most) : count(0) {
        for (; count < most && from + count < tiling.all; count++) at[count] = Place<Rows>(tiling, from + count);
    }
};

// Calls `body` with the plane of each vector, and asks for those of the next ones.
template <bool Half, int Rows, int Most, typename Body>
OCS_INLINE void each_channel(const float* x, int64_t channels, const Tiling& tiling, const Places<Rows, Most>& now,
                             const Places<Rows, Most>& next, Body&& body) {
    const int64_t plane = tiling.pixels[Half];
    for (int64_t channel = 0; channel < channels; channel++) {
        for (int64_t vector = 0; vector < next.count; vector++) {
            next.at[vector].template prefetch<Half>(x + (next.at[vector].image * channels + channel) * plane);
        }
        for (int64_t vector = 0; vector < now.count; vector++) {
            body(x + (now.at[vector].image * channels + channel) * plane, now.at[vector], channel, vector);
        }
    }
}

template <typename Form, int Rows>
void convolve(const float* x, const float* weight, const float* bias, float* y, const Tiling& tiling, int64_t inputs,
              int64_t outputs, int64_t begin, int64_t end, float* scratch) {
    const int64_t plane = tiling.pixels[Form::kWritesHalf], stride = stride_of(inputs, kBlock);
    const Blocks blocks(outputs, kOutputs);
    float* results = scratch + Form::kReads * stride;
    Places<Rows, kBlock> next(tiling, begin, kBlock);
    for (int64_t from = begin; from < end; from += kBlock) {
        auto now = next;
        if (now.count > end - from) now.count = end - from;
        next = {tiling, from + kBlock, kBlock};
        each_channel<Form::kReadsHalf>(x, inputs, tiling, now, next,
                                       [&](const float* from, const auto& place, int64_t i, int64_t vector) {
                                           Form::read(from, place, scratch + (i * kBlock + vector) * kLanes, stride);
                                       });
        for (int64_t block = 0; block < blocks.count; block++) {
            const int64_t start = blocks.start(block), size = blocks.size_of(block);
            kMultiply[size - 1](scratch, stride, Form::kSums, weight + start, inputs, outputs, results);
            for (int64_t output = 0; output < size; output++) {
                const Lanes shift = _mm512_set1_ps(bias == nullptr ? 0 : bias[start + output]);
                for (int64_t vector = 0; vector < now.count; vector++) {
                    Form::write(results + (output * Form::kSums.results * kBlock + vector) * kLanes, shift,
                                now.at[vector], y + (now.at[vector].image * outputs + start + output) * plane);
                }
            }
        }
    }
    if (tiling.streams) _mm_sfence();
}

// The sum of the lanes of each of 16 vectors.
inline Lanes sums_of(Lanes* vectors) {
    const __m512i others = _mm512_setr_epi32(1, 16, 3, 18, 5, 20, 7, 22, 9, 24, 11, 26, 13, 28, 15, 30);
    for (int64_t i = 0; i < 8; i++) {  // sums of two lanes of the first beside those of the second
        vectors[i] = _mm512_mask_blend_ps(0xAAAA, vectors[2 * i], vectors[2 * i + 1]) +
                     _mm512_permutex2var_ps(vectors[2 * i], others, vectors[2 * i + 1]);
    }
    for (int64_t i = 0; i < 4; i++) {
        const __m512d first = _mm512_castps_pd(vectors[2 * i]), second = _mm512_castps_pd(vectors[2 * i + 1]);
        vectors[i] =
            _mm512_castpd_ps(_mm512_unpacklo_pd(first, second)) + _mm512_castpd_ps(_mm512_unpackhi_pd(first, second));
    }
    for (int64_t i = 0; i < 2; i++) {
        vectors[i] = _mm512_shuffle_f32x4(vectors[2 * i], vectors[2 * i + 1], 0x88) +
                     _mm512_shuffle_f32x4(vectors[2 * i], vectors[2 * i + 1], 0xDD);
    }
    return _mm512_shuffle_f32x4(vectors[0], vectors[1], 0x88) + _mm512_shuffle_f32x4(vectors[0], vectors[1], 0xDD);
}

// Adds the products of some outputs and inputs, summed over a block of vectors, for some squares beside one another;
// lane 4 i + j of a square is that of output i and input j.
template <int Height, int Width>
void multiply_squares(const float* slopes, const float* values, int64_t block, int64_t count, float* sums) {
    for (int64_t square = 0; square < count; square++, values += Width * block * kLanes, sums += kLanes) {
        Lanes found[kSquare * kSquare] = {};
        for (int64_t vector = 0; vector < block; vector++) {
            Lanes read[Width];
            for (int64_t i = 0; i < Width; i++) read[i] = _mm512_loadu_ps(values + (i * block + vector) * kLanes);
            for (int64_t output = 0; output < Height; output++) {
                const Lanes slope = _mm512_loadu_ps(slopes + (output * block + vector) * kLanes);
                for (int64_t input = 0; input < Width; input++) {
                    Lanes& sum = found[output * kSquare + input];
                    sum = _mm512_fmadd_ps(slope, read[input], sum);
                }
            }
        }
        _mm512_storeu_ps(sums, _mm512_loadu_ps(sums) + sums_of(found));
    }
}

template <int Height>
constexpr decltype(&multiply_squares<1, 1>) kSquares[] = {multiply_squares<Height, 1>, multiply_squares<Height, 2>,
                                                          multiply_squares<Height, 3>, multiply_squares<Height, 4>};
constexpr decltype(&multiply_squares<1, 1>) const* kAllSquares[] = {kSquares<1>, kSquares<2>, kSquares<3>, kSquares<4>};

// Vectors of one sum of weight_products: as many as the second cache holds.
template <typename Form>
int64_t wide_block(int64_t inputs, int64_t outputs) {
    const int64_t numbers = (Form::kReads * inputs + Form::kSlopes * outputs) * kLanes;
    const int64_t fitting = kCacheBytes / (numbers * (int64_t)sizeof(float));
    return fitting >= kMostVectors ? kMostVectors : fitting >= 8 ? 8 : 4;
}

template <typename Form, int Rows>
void weight_products(const float* x, const float* above, const Tiling& tiling, int64_t inputs, int64_t outputs,
                     int64_t begin, int64_t end, float* scratch, float* sums) {
    const int64_t block = wide_block<Form>(inputs, outputs);
    const int64_t stride = stride_of(inputs, block), above_stride = stride_of(outputs, block);
    const Blocks down(outputs, kSquare), across(inputs, kSquare);
    float *values = scratch, *slopes = scratch + Form::kReads * stride;
    Places<Rows, kMostVectors> next(tiling, begin, block);
    for (int64_t from = begin; from < end; from += block) {
        auto now = next;
        if (now.count > end - from) now.count = end - from;
        next = {tiling, from + block, block};
        if (now.count < block) {
            memset(values, 0, Form::kReads * stride * sizeof(float));
            memset(slopes, 0, Form::kSlopes * above_stride * sizeof(float));
        }
        each_channel<false>(x, inputs, tiling, now, next,
                            [&](const float* plane, const Place<Rows>& place, int64_t input, int64_t vector) {
                                Form::read(plane, place, values + (input * block + vector) * kLanes, stride);
                            });
        each_channel<Form::kWritesHalf>(
            above, outputs, tiling, now, next,
            [&](const float* plane, const Place<Rows>& place, int64_t output, int64_t vector) {
                Form::slopes(plane, place, slopes + (output * block + vector) * kLanes, above_stride);
            });
        float* square = sums;
        for (int64_t product = 0; product < Form::kReads; product++) {
            const float* slope = slopes + (Form::kSlopes == 1 ? 0 : product * above_stride);
            const float* value = values + product * stride;
            for (int64_t i = 0; i < down.count; i++, square += across.count * kLanes) {
                const auto* squares = kAllSquares[down.size_of(i) - 1];
                const float* row = slope + down.start(i) * block * kLanes;
                if (across.larger > 0) squares[across.size](row, value, block, across.larger, square);
                squares[across.size - 1](row, value + across.start(across.larger) * block * kLanes, block,
                                         across.count - across.larger, square + across.larger * kLanes);
            }
        }
    }
}

template <typename Form>
void weight_gradient(const float* products, int64_t inputs, int64_t outputs, float* gradient) {
    const Blocks down(outputs, kSquare), across(inputs, kSquare);
    const int64_t size = down.count * across.count * kLanes;
    for (int64_t i = 0; i < down.count * across.count; i++, products += kLanes) {
        const int64_t row = i / across.count, column = i % across.count;
        for (int64_t output = 0; output < down.size_of(row); output++) {
            for (int64_t input = 0; input < across.size_of(column); input++) {
                float values[16];
                for (int64_t j = 0; j < Form::kReads; j++) values[j] = products[j * size + output * kSquare + input];
                const int64_t place = (down.start(row) + output) * inputs + across.start(column) + input;
                Form::gradient(values, gradient + place * Form::kSize);
            }
        }
    }
}

template <typename Form>
int64_t scratch(int64_t inputs, int64_t outputs) {
    const int64_t block = wide_block<Form>(inputs, outputs), most = inputs > outputs ? inputs : outputs;
    return Form::kReads * stride_of(inputs, block) + Form::kSlopes * stride_of(outputs, block) +
           16 * (stride_of(most, kBlock) + kOutputs * kBlock * kLanes);
}

template <typename Form, typename Backward>
constexpr ocs::ConvKernels kernels() {
    return {Form::kWritesHalf ? 2 : 1,
            Form::kReads,
            scratch<Form>,
            transform_weight<Form>,
            weight_gradient<Form>,
            {convolve<Form, 1>, convolve<Form, 2>, convolve<Form, 4>},
            {convolve<Backward, 1>, convolve<Backward, 2>, convolve<Backward, 4>},
            {weight_products<Form, 1>, weight_products<Form, 2>, weight_products<Form, 4>}};
}

}  // namespace

extern const ocs::ConvKernelSet OCS_KERNELS;
const ocs::ConvKernelSet OCS_KERNELS = {kernels<Winograd, Winograd>(), kernels<Strided<3>, StridedBackward<3>>(),
                                        kernels<Strided<1>, StridedBackward<1>>()};
