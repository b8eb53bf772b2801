#include "conv.h"

#include <string.h>

#include "lanes.h"

// Compiled for AVX-512 and for AVX2. As in norm.cpp, no inline function of a shared header may be used here, so none of
// Tiling.

using ocs::kSquare;
using ocs::Tiling;

namespace {

constexpr int64_t kMostVectors = 16, kCacheBytes = 320 * 1024;  // of one sum of weights with its inputs

// The stride between planes of read values: not a multiple of 4 KB, at which addresses share cache lines in L1.
inline int64_t stride_of(int64_t channels, int64_t block) {
    return (channels * block + 1) * kLanes;
}

// Splits channels into as few blocks of at most `most` as possible: first larger ones, then ones smaller by one.
struct Blocks {
    int64_t count, size, larger;

    Blocks(int64_t channels, int64_t most)
        : count((channels + most - 1) / most), size(channels / count), larger(channels % count) {}

    int64_t start(int64_t block) const { return block * size + (block < larger ? block : larger); }
    int64_t size_of(int64_t block) const { return size + (block < larger); }
};

// The position of one vector's tiles: in `Rows` rows of tiles of an image's planes.
template <int Rows>
struct Place {
    static constexpr int64_t kDown = Rows == 1 ? 0 : Rows, kRight = Rows == 1 ? 16 : 0;  // to the second 16 pixels
    int64_t height, width, image;
    int64_t top, left;         // its first pixel
    Mask first[4], second[4];  // existing pixels of a `part`, from the row above its first on
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

    Mask where(int64_t row, Mask mask) const {
        const Mask below = Rows == 4 && row + 2 < height ? mask << 8 : 0;
        return ((uint64_t)row < (uint64_t)height ? mask : 0) | below;
    }

    // 16 pixels of a row; if rows are 8 wide, of this row and the second one below.
    static OCS_INLINE Lanes load_part(const float* pixels, Mask mask) {
        return Rows < 4 ? ::load(pixels, mask) : load_halves(pixels, pixels + 16, mask);
    }

    OCS_INLINE void store_part(float* pixels, Mask mask, Lanes value) const {
        if (Rows == 4) return store_halves(pixels, pixels + 16, value, mask);
        if (streams) return stream(pixels, value);
        ::store(pixels, value, mask);
    }

    // The pixels of one row of each tile, in even and odd columns. Rows are counted from the tile's first.
    OCS_INLINE void load(const float* plane, int64_t offset, Lanes& even, Lanes& odd) const {
        const float* pixels = plane + (top + offset) * width + left;
        ::part(load_part(pixels, first[offset + 1]), load_part(pixels + kDown * width + kRight, second[offset + 1]),
               even, odd);
    }

    // The columns before the even ones and after the odd ones.
    OCS_INLINE void neighbours(const float* plane, int64_t offset, Lanes even, Lanes odd, Lanes& before,
                               Lanes& behind) const {
        before = ::before<Rows>(odd);
        behind = ::behind<Rows>(even);
        if (Rows > 1) return;
        const float* pixels = plane + (top + offset) * width + left;
        if (has_before && (first[offset + 1] & 1) != 0) before = with_first(before, pixels - 1);
        if (has_behind && (first[offset + 1] & 0x8000) != 0) behind = with_last(behind, pixels + 32);
    }

    // The pixels of tiles at an offset below and to the right, in planes with one pixel per tile. Tiles are in 1 or 2
    // rows.
    OCS_INLINE Lanes load_half(const float* plane, int64_t down, int64_t right) const {
        const float* pixels = plane + (top / 2 + down) * half_width() + left / 2 + right;
        const Mask mask = where_half(down, right);
        if (Rows == 1) return ::load(pixels, mask);
        return load_halves(pixels, pixels + half_width(), (mask & 0xFF) | where_half(down + 1, right) << 8);
    }

    OCS_INLINE void store_half(float* plane, Lanes value) const {
        float* pixels = plane + top / 2 * half_width() + left / 2;
        if (Rows == 1) return ::store(pixels, value, where_half(0, 0));
        store_halves(pixels, pixels + half_width(), value, (where_half(0, 0) & 0xFF) | where_half(1, 0) << 8);
    }

    int64_t half_width() const { return (width + 1) / 2; }

    Mask where_half(int64_t down, int64_t right) const {
        return top / 2 + down < (height + 1) / 2 ? mask_of(half_width() - left / 2 - right) : 0;
    }

    // Prefetches the pixels of a vector of the next block, and of the row below. They are in as many pages as there are
    // channels, which hardware prefetchers do not predict.
    template <bool Half>
    OCS_INLINE void prefetch(const float* plane) const {
        const float* pixels = plane + (Half ? top / 2 * half_width() + left / 2 : top * width + left);
        for (int64_t i = 0; i < (Half ? 2 : Rows == 1 ? 6 : Rows == 2 ? 5 : 4); i++) {
            __builtin_prefetch(pixels + (Half ? i * 15 : Rows == 1 ? i / 2 * width + i % 2 * 16 : i * 16), 0, 2);
        }
    }

    OCS_INLINE void store(float* plane, int64_t offset, Lanes even, Lanes odd) const {
        Lanes low, high;
        join(even, odd, low, high);
        float* pixels = plane + (top + offset) * width + left;
        store_part(pixels, first[offset + 1], low);
        store_part(pixels + kDown * width + kRight, second[offset + 1], high);
    }
};

// The planes that each result sums, times weights: from the end of the previous result to its own end.
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

    // B^T d B of the 4x4 pixels that each tile reads; planes are `stride` numbers apart.
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
            store(target + column * stride, rows[0][column] - rows[2][column]);
            store(target + (4 + column) * stride, rows[1][column] + rows[2][column]);
            store(target + (8 + column) * stride, rows[2][column] - rows[1][column]);
            store(target + (12 + column) * stride, rows[3][column] - rows[1][column]);
        }
    }

    // Expands the 2x2 gradients of each tile to 4x4, without the factors 1/2 of the second and third row and column.
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
            store(target + column * stride, rows[0][column]);
            store(target + (4 + column) * stride, rows[0][column] + rows[1][column]);
            store(target + (8 + column) * stride, rows[0][column] - rows[1][column]);
            store(target + (12 + column) * stride, rows[1][column]);
        }
    }

    // A^T m A, the 2x2 outputs of each tile.
    template <int Rows>
    static OCS_INLINE void write(const float* results, Lanes bias, const Place<Rows>& place, float* plane) {
        constexpr int64_t stride = kBlock * kLanes;
        Lanes upper[4], lower[4];
        for (int64_t column = 0; column < 4; column++) {
            const Lanes first = load(results + column * stride);
            const Lanes second = load(results + (4 + column) * stride);
            const Lanes third = load(results + (8 + column) * stride);
            const Lanes fourth = load(results + (12 + column) * stride);
            upper[column] = first + (second + third);
            lower[column] = (second - third) + fourth;
        }
        place.store(plane, 0, upper[0] + (upper[1] + upper[2]) + bias, (upper[1] - upper[2]) + upper[3] + bias);
        place.store(plane, 1, lower[0] + (lower[1] + lower[2]) + bias, (lower[1] - lower[2]) + lower[3] + bias);
    }

    // G w G^T of the kernel, or of the kernel rotated by 180 degrees for the gradient of the input.
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

    // A^T m A with the factors 1/2 that `slopes` omits.
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

// Size x Size, stride 2: each kernel position has a separate plane of the pixels that outputs read there.
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
            if (Size == 1) return store(target, even);
            place.neighbours(plane, row - 1, even, odd, before, behind);
            store(target + row * 3 * stride, before);
            store(target + (row * 3 + 1) * stride, even);
            store(target + (row * 3 + 2) * stride, odd);
        }
    }

    template <int Rows>
    static OCS_INLINE void slopes(const float* plane, const Place<Rows>& place, float* target, int64_t) {
        store(target, place.load_half(plane, 0, 0));
    }

    template <int Rows>
    static OCS_INLINE void write(const float* results, Lanes bias, const Place<Rows>& place, float* plane) {
        place.store_half(plane, load(results) + bias);
    }

    // Copies weights, or reorders them for the sums of StridedBackward.
    template <typename T>
    static void weight(const T* kernel, bool turned, T* values) {
        constexpr int64_t places[] = {4, 5, 3, 7, 1, 8, 6, 2, 0};
        for (int64_t i = 0; i < kSize; i++) values[i] = kernel[turned && Size == 3 ? places[i] : i];
    }

    static void gradient(const float* values, float* kernel) { weight(values, false, kernel); }
};

// The gradient of the input. In each tile, the pixel in an even row and column was read at one kernel position, two
// pixels at two, and the last at four, by outputs here, to the right and below.
template <int Size>
struct StridedBackward {
    static constexpr int64_t kReads = Size == 3 ? 4 : 1;
    static constexpr bool kReadsHalf = true, kWritesHalf = false;
    static constexpr Sums kSums = {kReads, {1, 3, 5, 9}, {0, 0, 1, 0, 2, 0, 1, 2, 3}};

    template <int Rows>
    static OCS_INLINE void read(const float* plane, const Place<Rows>& place, float* to, int64_t stride) {
        for (int64_t i = 0; i < kReads; i++) store(to + i * stride, place.load_half(plane, i / 2, i % 2));
    }

    template <int Rows>
    static OCS_INLINE void write(const float* results, Lanes, const Place<Rows>& place, float* plane) {
        Lanes found[4] = {};
        for (int64_t i = 0; i < kReads; i++) found[i] = load(results + i * kBlock * kLanes);
        place.store(plane, 0, found[0], found[1]);
        place.store(plane, 1, found[2], found[3]);
    }
};

// Sums `Outputs` channels over `inputs` channels, for kBlock vectors.
template <int64_t Outputs>
void multiply(const float* values, int64_t stride, const Sums& wanted, const float* weight, int64_t inputs,
              int64_t outputs, float* results) {
    for (int64_t result = 0, entry = 0; result < wanted.results; result++) {
        Register sums[Outputs][kBlock * kParts] = {};
        for (; entry < wanted.ends[result]; entry++) {
            const float* value = values + wanted.planes[entry] * stride;
            for (int64_t input = 0; input < inputs; input++, value += kBlock * kLanes, weight += outputs) {
                Register read[kBlock * kParts];
                for (int64_t i = 0; i < kBlock * kParts; i++) read[i] = load_register(value + i * kWidth);
                for (int64_t output = 0; output < Outputs; output++) {
                    const Register factor = fill_register(weight[output]);
                    for (int64_t i = 0; i < kBlock * kParts; i++) {
                        sums[output][i] = multiply_add(factor, read[i], sums[output][i]);
                    }
                }
            }
        }
        for (int64_t output = 0; output < Outputs; output++) {
            float* target = results + (output * wanted.results + result) * kBlock * kLanes;
            for (int64_t i = 0; i < kBlock * kParts; i++) store_register(target + i * kWidth, sums[output][i]);
        }
    }
}

constexpr decltype(&multiply<1>) kMultiply[] = {multiply<1>, multiply<2>,  multiply<3>,  multiply<4>,
                                                multiply<5>, multiply<6>,  multiply<7>,  multiply<8>,
                                                multiply<9>, multiply<10>, multiply<11>, multiply<12>};

// [outputs, inputs, ...], or transposed [inputs, outputs, ...], becomes [..., inputs, outputs].
template <typename Form>
void transform_weight(const float* weight, int64_t inputs, int64_t outputs, bool turned, float* transformed) {
    const int64_t size = Form::kSize, down = turned ? outputs * size : size, across = turned ? size : inputs * size;
    for (int64_t input = 0; input < inputs; input++) {
        for (int64_t output = 0; output < outputs; output += kLanes) {
            const Mask mask = mask_of(outputs - output);
            const float* from = weight + input * down + output * across;
            float* to = transformed + input * outputs + output;
            Lanes kernel[9], found[16];
            for (int64_t i = 0; i < size; i++) kernel[i] = gather(from + i, across, mask);
            Form::weight(kernel, turned, found);
            for (int64_t i = 0; i < Form::kReads; i++) store(to + i * inputs * outputs, found[i], mask);
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

// Calls `body` with the plane of each vector, and prefetches the next ones.
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
                const Lanes shift = fill(bias == nullptr ? 0 : bias[start + output]);
                for (int64_t vector = 0; vector < now.count; vector++) {
                    Form::write(results + (output * Form::kSums.results * kBlock + vector) * kLanes, shift,
                                now.at[vector], y + (now.at[vector].image * outputs + start + output) * plane);
                }
            }
        }
    }
    if (tiling.streams) _mm_sfence();
}

// Products of some outputs and inputs, summed over a block of vectors but not over lanes.
template <int Height, int Width>
OCS_INLINE void multiply_rows(const float* slopes, const float* values, int64_t block, Register* found) {
    Register sums[Height][Width] = {};
    for (int64_t place = 0; place < block * kLanes; place += kWidth) {
        Register read[Width];
        for (int64_t i = 0; i < Width; i++) read[i] = load_register(values + i * block * kLanes + place);
        for (int64_t i = 0; i < Width; i++) keep(read[i]);
        for (int64_t output = 0; output < Height; output++) {
            const Register slope = load_register(slopes + output * block * kLanes + place);
            for (int64_t i = 0; i < Width; i++) sums[output][i] = multiply_add(slope, read[i], sums[output][i]);
        }
    }
    for (int64_t output = 0; output < Height; output++) {
        for (int64_t i = 0; i < Width; i++) found[output * kSquare + i] = sums[output][i];
    }
}

// Adds the products to `sums`, for adjacent squares. Lane 4 i + j of a square belongs to output i and input j.
template <int Height, int Width>
void multiply_squares(const float* slopes, const float* values, int64_t block, int64_t count, float* sums) {
    constexpr int first = Height < kRows ? Height : kRows;
    for (int64_t square = 0; square < count; square++, values += Width * block * kLanes, sums += kLanes) {
        Register found[kSquare * kSquare] = {};
        multiply_rows<first, Width>(slopes, values, block, found);
        if constexpr (first < Height) {
            multiply_rows<Height - first, Width>(slopes + first * block * kLanes, values, block,
                                                 found + first * kSquare);
        }
        store(sums, load(sums) + sums_of(found));
    }
}

template <int Height>
constexpr decltype(&multiply_squares<1, 1>) kSquares[] = {multiply_squares<Height, 1>, multiply_squares<Height, 2>,
                                                          multiply_squares<Height, 3>, multiply_squares<Height, 4>};
constexpr decltype(&multiply_squares<1, 1>) const* kAllSquares[] = {kSquares<1>, kSquares<2>, kSquares<3>, kSquares<4>};

// Vectors of one sum of weight_products: as many as fit the L2 cache.
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
