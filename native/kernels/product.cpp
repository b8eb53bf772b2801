#include "product.h"

#include <string.h>

// Compiled once per instruction set; OCS_KERNELS is the name of the result. No inline function of a header may be used
// here: the linker could keep the copy for newer processors.

using ocs::Matrix;

// Otherwise GCC keeps the sums of a tile in memory.
#define OCS_UNROLL _Pragma("GCC unroll 24")

namespace {

#if defined __AVX512F__
constexpr int64_t kLanes = 16, kMostVectors = 4;
constexpr int64_t kSums = 24;  // registers of 32
#else
constexpr int64_t kLanes = 8, kMostVectors = 2;
constexpr int64_t kSums = 12;  // registers of 16
#endif

typedef float Lanes __attribute__((vector_size(kLanes * 4)));

inline Lanes load(const float* source) {
    Lanes value;
    memcpy(&value, source, sizeof value);
    return value;
}

inline void store(float* target, Lanes value) {
    memcpy(target, &value, sizeof value);
}

// The first `count` numbers, or all.
inline void store_first(int64_t count, float* target, Lanes value) {
    if (count >= kLanes) {
        store(target, value);
    } else if (count > 0) {
        float numbers[kLanes];
        store(numbers, value);
        memcpy(target, numbers, count * sizeof(float));
    }
}

// Four columns of a transposed matrix, `apart` from each other, as four columns of the panel.
inline void pack_four(const float* columns, int64_t apart, int64_t k, float* panel, int64_t width) {
    typedef float Four __attribute__((vector_size(16)));
    typedef int32_t Order __attribute__((vector_size(16)));
    int64_t p = 0;
    for (; p + 4 <= k; p += 4) {
        Four of[4];
        for (int64_t j = 0; j < 4; j++) memcpy(&of[j], columns + j * apart + p, sizeof of[j]);
        const Four low = __builtin_shuffle(of[0], of[1], Order{0, 4, 1, 5}),
                   high = __builtin_shuffle(of[0], of[1], Order{2, 6, 3, 7}),
                   other_low = __builtin_shuffle(of[2], of[3], Order{0, 4, 1, 5}),
                   other_high = __builtin_shuffle(of[2], of[3], Order{2, 6, 3, 7});
        const Four rows[4] = {__builtin_shuffle(low, other_low, Order{0, 1, 4, 5}),
                              __builtin_shuffle(low, other_low, Order{2, 3, 6, 7}),
                              __builtin_shuffle(high, other_high, Order{0, 1, 4, 5}),
                              __builtin_shuffle(high, other_high, Order{2, 3, 6, 7})};
        for (int64_t i = 0; i < 4; i++) memcpy(panel + (p + i) * width, &rows[i], sizeof rows[i]);
    }
    for (; p < k; p++) {
        for (int64_t j = 0; j < 4; j++) panel[p * width + j] = columns[j * apart + p];
    }
}

// Columns of b as rows of `Vectors` vectors; columns beyond the last are 0.
template <int64_t Vectors>
inline void pack(Matrix b, int64_t k, int64_t columns, float* panel) {
    constexpr int64_t width = Vectors * kLanes;
    if (columns < width) memset(panel, 0, k * width * sizeof(float));
    if (b.right == 1) {
        for (int64_t p = 0; p < k; p++) memcpy(panel + p * width, b.data + p * b.down, columns * sizeof(float));
        return;
    }
    int64_t j = 0;
    if (b.down == 1) {
        for (; j + 4 <= columns; j += 4) pack_four(b.data + j * b.right, b.right, k, panel + j, width);
    }
    for (; j < columns; j++) {
        for (int64_t p = 0; p < k; p++) panel[p * width + j] = b.data[j * b.right + p * b.down];
    }
}

// `Rows` rows of c in the columns of a panel.
template <int64_t Rows, int64_t Vectors>
inline void tile(int64_t k, Matrix a, const float* panel, float* c, int64_t n, int64_t columns) {
    Lanes sums[Rows][Vectors];
    OCS_UNROLL
    for (int64_t i = 0; i < Rows * Vectors; i++) sums[i / Vectors][i % Vectors] = Lanes{};
    for (int64_t p = 0; p < k; p++, panel += Vectors * kLanes) {
        OCS_UNROLL
        for (int64_t row = 0; row < Rows; row++) {
            const float factor = a.data[row * a.down + p * a.right];
            OCS_UNROLL
            for (int64_t v = 0; v < Vectors; v++) sums[row][v] += factor * load(panel + v * kLanes);
        }
    }
    OCS_UNROLL
    for (int64_t row = 0; row < Rows; row++) {
        OCS_UNROLL
        for (int64_t v = 0; v < Vectors; v++) store_first(columns - v * kLanes, c + row * n + v * kLanes, sums[row][v]);
    }
}

// The rows from `row` on, `Rows` at a time, then half as many.
template <int64_t Rows, int64_t Vectors>
inline void rows(int64_t row, int64_t m, int64_t k, Matrix a, const float* panel, float* c, int64_t n,
                 int64_t columns) {
    for (; row + Rows <= m; row += Rows) {
        tile<Rows, Vectors>(k, {a.data + row * a.down, a.down, a.right}, panel, c + row * n, n, columns);
    }
    if constexpr (Rows > 1) rows<Rows / 2, Vectors>(row, m, k, a, panel, c, n, columns);
}

template <int64_t Vectors>
void columns_of(int64_t m, int64_t k, Matrix a, Matrix b, float* c, int64_t n, int64_t columns, float* panel) {
    pack<Vectors>(b, k, columns, panel);
    rows<kSums / Vectors, Vectors>(0, m, k, a, panel, c, n, columns);
}

// A copy without gaps, in the order of the matrix in memory: each number is read once for every panel.
inline Matrix compact(Matrix a, int64_t m, int64_t k, float* copy) {
    if (a.down == 1) {
        for (int64_t p = 0; p < k; p++) memcpy(copy + p * m, a.data + p * a.right, m * sizeof(float));
        return {copy, 1, m};
    }
    for (int64_t row = 0; row < m; row++) {
        const float* from = a.data + row * a.down;
        if (a.right == 1) {
            memcpy(copy + row * k, from, k * sizeof(float));
        } else {
            for (int64_t p = 0; p < k; p++) copy[row * k + p] = from[p * a.right];
        }
    }
    return {copy, k, 1};
}

void multiply(int64_t m, int64_t n, int64_t k, Matrix a, Matrix b, float* c, float* scratch) {
    const Matrix rows = compact(a, m, k, scratch + k * kMostVectors * kLanes);
    for (int64_t done = 0; done < n;) {
        // As wide as it goes, but two panels of three vectors rather than one of four and one of two.
        const int64_t left = (n - done + kLanes - 1) / kLanes, panels = (left + kMostVectors - 1) / kMostVectors;
        const int64_t vectors = (left + panels - 1) / panels;
        const int64_t columns = vectors * kLanes < n - done ? vectors * kLanes : n - done;
        const Matrix part{b.data + done * b.right, b.down, b.right};
        if (vectors == 1) columns_of<1>(m, k, rows, part, c + done, n, columns, scratch);
        if (vectors == 2) columns_of<2>(m, k, rows, part, c + done, n, columns, scratch);
        if constexpr (kMostVectors > 2) {
            if (vectors == 3) columns_of<3>(m, k, rows, part, c + done, n, columns, scratch);
            if (vectors == 4) columns_of<4>(m, k, rows, part, c + done, n, columns, scratch);
        }
        done += columns;
    }
}

int64_t scratch_size(int64_t m, int64_t k) {
    return k * (kMostVectors * kLanes + m);
}

}  // namespace

extern const ocs::ProductKernels OCS_KERNELS;
const ocs::ProductKernels OCS_KERNELS = {multiply, scratch_size};
