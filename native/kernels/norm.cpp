#include "norm.h"

#include <string.h>

// Compiled once per instruction set; OCS_KERNELS is the name of the result. No inline function of a header may be used
// here: the linker could keep the copy for newer processors.

using ocs::Activation;
using ocs::Area;
using ocs::Mask;

namespace {

#if defined __AVX512F__
constexpr int64_t kLanes = 16;
#elif defined __AVX2__
constexpr int64_t kLanes = 8;
#else
constexpr int64_t kLanes = 4;
#endif

// One register: sums in larger vectors would not stay in registers.
typedef float Lanes __attribute__((vector_size(kLanes * 4)));
typedef uint32_t Bits __attribute__((vector_size(kLanes * 4)));
typedef uint16_t Halves __attribute__((vector_size(kLanes * 2)));

constexpr int64_t kBlockBytes = 16 * 1024;  // read twice, so it must stay in the first cache

inline Lanes load(const float* source) {
    Lanes value;
    memcpy(&value, source, sizeof value);
    return value;
}

inline Lanes load(const uint16_t* source) {
    Halves halves;
    memcpy(&halves, source, sizeof halves);
    return (Lanes)(__builtin_convertvector(halves, Bits) << 16);
}

inline void store(float* target, Lanes value) {
    memcpy(target, &value, sizeof value);
}

// Rounds to nearest, ties to even; NaN stays NaN.
inline void store(uint16_t* target, Lanes value) {
    const Bits bits = (Bits)value;
    const Bits rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    const Halves halves = __builtin_convertvector(value == value ? rounded : rounded * 0 + 0x7FC0, Halves);
    memcpy(target, &halves, sizeof halves);
}

// e^x for |x| up to 87, with a relative error of about 1e-7: 2^n times a polynomial (Cephes, expf).
inline Lanes exponential(Lanes x) {
    constexpr float magic = 12582912;  // 1.5 * 2^23: a sum with it has n in its last bits
    const Lanes shifted = x * 1.44269504f + magic, n = shifted - magic;
    const Lanes r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    Lanes sum = r * 1.9875691500e-4f + 1.3981999507e-3f;
    sum = sum * r + 8.3334519073e-3f;
    sum = sum * r + 4.1665795894e-2f;
    sum = sum * r + 1.6666665459e-1f;
    sum = sum * r + 5.0000001201e-1f;
    return (Lanes)((Bits)(sum * (r * r) + r + 1) + ((Bits)shifted << 23));
}

inline Lanes sigmoid(Lanes x) {
    constexpr float most = 80;
    const Lanes bounded = x > most ? Lanes{} + most : x < -most ? Lanes{} - most : x;
    return 1 / (1 + exponential(-bounded));
}

// NaN passes in all of them, as in libtorch, so that divergence is visible.
template <Activation Kind>
inline Lanes activate(Lanes x) {
    if (Kind == Activation::Relu) return x <= Lanes{} ? Lanes{} : x;
    if (Kind == Activation::Relu6) return x <= Lanes{} ? Lanes{} : x >= 6 ? Lanes{} + 6 : x;
    if (Kind == Activation::Silu) return x * sigmoid(x);
    if (Kind == Activation::HardSwish) return x <= -3 ? Lanes{} : x >= 3 ? x : x * (x + 3) * (1.0f / 6);
    return x;
}

// The gradient in front of the activation from that behind it.
template <Activation Kind>
inline Lanes sloped(Lanes x, Lanes gradient) {
    if (Kind == Activation::Relu) return x <= Lanes{} ? Lanes{} : gradient;
    if (Kind == Activation::Relu6) return (x <= Lanes{}) | (x >= 6) ? Lanes{} : gradient;
    if (Kind == Activation::Silu) {
        const Lanes share = sigmoid(x);
        return gradient * share * (1 + x * (1 - share));
    }
    if (Kind == Activation::HardSwish) {
        return x <= -3 ? Lanes{} : x >= 3 ? gradient : gradient * (x * (1.0f / 3) + 0.5f);
    }
    return gradient;
}

inline void add(double* sums, Lanes values) {
    for (int64_t lane = 0; lane < kLanes; lane++) sums[lane] += values[lane];
}

// Calls `body` with the start and size of parts that fit the L1 cache: some rows of a piece, or some pieces.
template <typename T, typename Body>
inline void blocks(Area area, Body&& body) {
    const int64_t wanted = kBlockBytes / (area.width * static_cast<int64_t>(sizeof(T)));
    if (area.pieces > 1) {
        const int64_t several = wanted > area.rows ? wanted / area.rows : 1;
        for (int64_t first = 0; first < area.pieces; first += several) {
            const int64_t count = area.pieces - first < several ? area.pieces - first : several;
            body(first * area.stride, Area{count, area.stride, area.rows, area.width});
        }
    } else {
        const int64_t several = wanted < 8 ? 8 : wanted;
        for (int64_t first = 0; first < area.rows; first += several) {
            const int64_t count = area.rows - first < several ? area.rows - first : several;
            body(first * area.width, Area{1, 0, count, area.width});
        }
    }
}

// Calls `body` with the start of each row.
template <typename Body>
inline void rows(Area area, Body&& body) {
    for (int64_t piece = 0; piece < area.pieces; piece++) {
        for (int64_t row = 0; row < area.rows; row++) body(piece * area.stride + row * area.width);
    }
}

// Calls `body` from the last row to the first: the rows that the previous pass read last are still in a cache.
template <typename Body>
inline void rows_backwards(Area area, Body&& body) {
    for (int64_t piece = area.pieces - 1; piece >= 0; piece--) {
        for (int64_t row = area.rows - 1; row >= 0; row--) body(piece * area.stride + row * area.width);
    }
}

// Vectors that are summed in parallel, so that additions do not wait for each other.
template <int Count>
struct Columns {
    static constexpr int value = Count;
};

template <typename Body>
inline void columns(int64_t width, Body&& body) {
    int64_t column = 0;
    for (; column + 4 * kLanes <= width; column += 4 * kLanes) body(column, Columns<4>());
    for (; column < width; column += kLanes) body(column, Columns<1>());
}

template <typename T, int Count>
inline void block_moments(const T* x, Area area, double before, double* mean, double* deviations) {
    Lanes sum[Count], square[Count], center[Count];
    for (int c = 0; c < Count; c++) sum[c] = square[c] = Lanes{};
    const double number = static_cast<double>(area.pieces * area.rows);
    rows(area, [&](int64_t place) {
        for (int c = 0; c < Count; c++) sum[c] += load(x + place + c * kLanes);
    });
    for (int c = 0; c < Count; c++) center[c] = sum[c] / static_cast<float>(number);
    rows(area, [&](int64_t place) {
        for (int c = 0; c < Count; c++) {
            const Lanes apart = load(x + place + c * kLanes) - center[c];
            square[c] += apart * apart;
        }
    });
    // Merges two sets of values: Chan et al. 1979.
    const double share = number / (before + number), cross = before * share;
    for (int c = 0; c < Count; c++) {
        for (int64_t lane = 0; lane < kLanes; lane++) {
            const int64_t column = c * kLanes + lane;
            const double apart = center[c][lane] - mean[column];
            mean[column] += apart * share;
            deviations[column] += square[c][lane] + apart * apart * cross;
        }
    }
}

template <typename T>
void moments(const T* x, Area area, double* mean, double* deviations) {
    memset(mean, 0, area.width * sizeof(double));
    memset(deviations, 0, area.width * sizeof(double));
    double before = 0;
    blocks<T>(area, [&](int64_t start, Area block) {
        columns(area.width, [&](int64_t column, auto count) {
            block_moments<T, decltype(count)::value>(x + start + column, block, before, mean + column,
                                                     deviations + column);
        });
        before += static_cast<double>(block.pieces * block.rows);
    });
}

template <typename T, bool HasResidual, Activation Kind>
void forward_rows(const T* x, const T* residual, T* y, Area area, const float* scale, const float* shift) {
    rows_backwards(area, [&](int64_t start) {
        for (int64_t column = 0; column < area.width; column += kLanes) {
            const int64_t place = start + column;
            Lanes value = load(x + place) * load(scale + column) + load(shift + column);
            if (HasResidual) value += load(residual + place);
            store(y + place, activate<Kind>(value));
        }
    });
}

template <Activation Value>
struct Constant {
    static constexpr Activation value = Value;
};

// Calls `body` with the activation as a constant.
template <typename Body>
inline void by_activation(Activation activation, Body&& body) {
    switch (activation) {
        case Activation::None:
            return body(Constant<Activation::None>());
        case Activation::Relu:
            return body(Constant<Activation::Relu>());
        case Activation::Relu6:
            return body(Constant<Activation::Relu6>());
        case Activation::Silu:
            return body(Constant<Activation::Silu>());
        case Activation::HardSwish:
            return body(Constant<Activation::HardSwish>());
    }
}

template <typename T>
void forward(const T* x, const T* residual, T* y, Area area, const float* scale, const float* shift,
             Activation activation) {
    by_activation(activation, [&](auto kind) {
        const auto run = residual == nullptr ? forward_rows<T, false, decltype(kind)::value>
                                             : forward_rows<T, true, decltype(kind)::value>;
        run(x, residual, y, area, scale, shift);
    });
}

template <typename T, Mask Source, Activation Kind, bool Writes, int Count>
inline void block_sums(const T* x, const T* y, const T* gradient, T* masked, Area area, const float* scale,
                       const float* shift, const float* mean, double* sum, double* product) {
    Lanes sums[Count], products[Count];
    for (int c = 0; c < Count; c++) sums[c] = products[c] = Lanes{};
    rows(area, [&](int64_t start) {
        for (int c = 0; c < Count; c++) {
            const int64_t place = start + c * kLanes;
            const Lanes value = load(x + place);
            Lanes g = load(gradient + place);
            if (Source == Mask::FromInput) {
                g = sloped<Kind>(value * load(scale + c * kLanes) + load(shift + c * kLanes), g);
            }
            if (Source == Mask::FromOutput) g = sloped<Kind>(load(y + place), g);
            if (Writes) store(masked + place, g);
            sums[c] += g;
            products[c] += g * (value - load(mean + c * kLanes));
        }
    });
    for (int c = 0; c < Count; c++) {
        add(sum + c * kLanes, sums[c]);
        add(product + c * kLanes, products[c]);
    }
}

template <typename T, Mask Source, Activation Kind, bool Writes>
void sums_of(const T* x, const T* y, const T* gradient, T* masked, Area area, const float* scale, const float* shift,
             const float* mean, double* sum, double* product) {
    blocks<T>(area, [&](int64_t start, Area block) {
        columns(area.width, [&](int64_t column, auto count) {
            const int64_t place = start + column;
            block_sums<T, Source, Kind, Writes, decltype(count)::value>(
                x + place, Source == Mask::FromOutput ? y + place : y, gradient + place,
                Writes ? masked + place : masked, block, scale + column, shift + column, mean + column, sum + column,
                product + column);
        });
    });
}

template <typename T>
void sums(const T* x, const T* y, const T* gradient, T* masked, Area area, const float* scale, const float* shift,
          const float* mean, Mask mask, Activation activation, double* sum, double* product) {
    by_activation(mask == Mask::None ? Activation::None : activation, [&](auto kind) {
        constexpr Activation value = decltype(kind)::value;
        const auto run = mask != Mask::FromOutput ? sums_of<T, Mask::FromInput, value, false>
                         : masked == nullptr      ? sums_of<T, Mask::FromOutput, value, false>
                                                  : sums_of<T, Mask::FromOutput, value, true>;
        run(x, y, gradient, masked, area, scale, shift, mean, sum, product);
    });
}

template <typename T, Activation Kind>
void backward_rows(const T* x, const T* gradient, T* result, Area area, const float* scale, const float* shift,
                   const float* mean, const float* slope, const float* offset) {
    rows_backwards(area, [&](int64_t start) {
        for (int64_t column = 0; column < area.width; column += kLanes) {
            const int64_t place = start + column;
            const Lanes value = load(x + place), factor = load(scale + column);
            const Lanes g = sloped<Kind>(value * factor + load(shift + column), load(gradient + place));
            const Lanes apart = value - load(mean + column);
            store(result + place, g * factor + apart * load(slope + column) + load(offset + column));
        }
    });
}

template <typename T>
void backward(const T* x, const T* gradient, T* result, Area area, const float* scale, const float* shift,
              const float* mean, const float* slope, const float* offset, Mask mask, Activation activation) {
    by_activation(mask == Mask::FromInput ? activation : Activation::None, [&](auto kind) {
        backward_rows<T, decltype(kind)::value>(x, gradient, result, area, scale, shift, mean, slope, offset);
    });
}

}  // namespace

extern const ocs::NormKernelSet OCS_KERNELS;
const ocs::NormKernelSet OCS_KERNELS = {
    {moments<float>, forward<float>, sums<float>, backward<float>},
    {moments<uint16_t>, forward<uint16_t>, sums<uint16_t>, backward<uint16_t>},
};
