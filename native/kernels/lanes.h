#pragma once

#include <immintrin.h>
#include <stdint.h>

// The vectors of the convolution loops: 16 numbers in one register of AVX-512, or two of AVX2. All functions are
// private to the including file, which is compiled for one of both: of a shared function the linker could keep the copy
// for newer processors.

#define OCS_INLINE __attribute__((always_inline)) inline

namespace {

constexpr int64_t kLanes = 16;

// One bit per lane, the first lane in the lowest bit.
typedef uint16_t Mask;

// The first `count` lanes.
OCS_INLINE Mask mask_of(int64_t count) {
    return count >= kLanes ? 0xFFFF : count <= 0 ? 0 : (1u << count) - 1;
}

#ifdef __AVX512F__

typedef __m512 Lanes;
typedef __m512 Register;
constexpr int64_t kBlock = 2;     // vectors convolved together
constexpr int64_t kOutputs = 12;  // channels of outputs: 24 sums in registers
constexpr int kRows = 4;          // outputs of a square summed together

OCS_INLINE Register load_register(const float* from) {
    return _mm512_loadu_ps(from);
}

OCS_INLINE void store_register(float* to, Register value) {
    _mm512_storeu_ps(to, value);
}

OCS_INLINE void keep(Register&) {}

OCS_INLINE Register fill_register(float value) {
    return _mm512_set1_ps(value);
}

OCS_INLINE Register multiply_add(Register a, Register b, Register sum) {
    return _mm512_fmadd_ps(a, b, sum);
}

OCS_INLINE Lanes load(const float* from) {
    return _mm512_loadu_ps(from);
}

OCS_INLINE Lanes fill(float value) {
    return _mm512_set1_ps(value);
}

OCS_INLINE Lanes load(const float* from, Mask mask) {
    return _mm512_maskz_loadu_ps(mask, from);
}

// Loads two halves from separate addresses.
OCS_INLINE Lanes load_halves(const float* low, const float* high, Mask mask) {
    const __m512d halves = _mm512_castpd256_pd512(_mm256_castps_pd(_mm256_maskz_loadu_ps(mask, low)));
    return _mm512_castpd_ps(_mm512_insertf64x4(halves, _mm256_castps_pd(_mm256_maskz_loadu_ps(mask >> 8, high)), 1));
}

OCS_INLINE void store(float* to, Lanes value) {
    _mm512_storeu_ps(to, value);
}

OCS_INLINE void store(float* to, Lanes value, Mask mask) {
    _mm512_mask_storeu_ps(to, mask, value);
}

OCS_INLINE void store_halves(float* low, float* high, Lanes value, Mask mask) {
    _mm256_mask_storeu_ps(low, mask, _mm512_castps512_ps256(value));
    _mm256_mask_storeu_ps(high, mask >> 8, _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(value), 1)));
}

// A non-temporal store.
OCS_INLINE void stream(float* to, Lanes value) {
    _mm512_stream_ps(to, value);
}

// Loads numbers with a stride.
OCS_INLINE Lanes gather(const float* from, int64_t apart, Mask mask) {
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i places = _mm512_mullo_epi32(lanes, _mm512_set1_epi32((int)apart));
    return _mm512_mask_i32gather_ps(_mm512_setzero_ps(), mask, places, from, 4);
}

// Splits 32 numbers into even and odd positions, and the inverse.
OCS_INLINE void part(Lanes low, Lanes high, Lanes& even, Lanes& odd) {
    const __m512i evens = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    even = _mm512_permutex2var_ps(low, evens, high);
    odd = _mm512_permutex2var_ps(low, _mm512_add_epi32(evens, _mm512_set1_epi32(1)), high);
}

OCS_INLINE void join(Lanes even, Lanes odd, Lanes& low, Lanes& high) {
    const __m512i pairs = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    low = _mm512_permutex2var_ps(even, pairs, odd);
    high = _mm512_permutex2var_ps(even, _mm512_add_epi32(pairs, _mm512_set1_epi32(8)), odd);
}

// The previous and the next lane in each row; 0 at the ends of the `Rows` rows.
template <int Rows>
OCS_INLINE Lanes before(Lanes value) {
    constexpr Mask within = Rows == 4 ? 0xEEEE : Rows == 2 ? 0xFEFE : 0xFFFE;
    const __m512i none = _mm512_setzero_si512();
    return _mm512_castsi512_ps(_mm512_maskz_alignr_epi32(within, _mm512_castps_si512(value), none, 15));
}

template <int Rows>
OCS_INLINE Lanes behind(Lanes value) {
    constexpr Mask within = Rows == 4 ? 0x7777 : Rows == 2 ? 0x7F7F : 0x7FFF;
    const __m512i none = _mm512_setzero_si512();
    return _mm512_castsi512_ps(_mm512_maskz_alignr_epi32(within, none, _mm512_castps_si512(value), 1));
}

OCS_INLINE Lanes with_first(Lanes value, const float* first) {
    return _mm512_mask_loadu_ps(value, 1, first);
}

OCS_INLINE Lanes with_last(Lanes value, const float* last) {
    return _mm512_mask_loadu_ps(value, 0x8000, last - 15);
}

// The sums over the lanes of 16 registers, which are overwritten.
OCS_INLINE Lanes sums_of(Register* registers) {
    const __m512i others = _mm512_setr_epi32(1, 16, 3, 18, 5, 20, 7, 22, 9, 24, 11, 26, 13, 28, 15, 30);
    for (int64_t i = 0; i < 8; i++) {  // sums of two lanes of the first, then of the second
        registers[i] = _mm512_mask_blend_ps(0xAAAA, registers[2 * i], registers[2 * i + 1]) +
                       _mm512_permutex2var_ps(registers[2 * i], others, registers[2 * i + 1]);
    }
    for (int64_t i = 0; i < 4; i++) {
        const __m512d first = _mm512_castps_pd(registers[2 * i]), second = _mm512_castps_pd(registers[2 * i + 1]);
        registers[i] =
            _mm512_castpd_ps(_mm512_unpacklo_pd(first, second)) + _mm512_castpd_ps(_mm512_unpackhi_pd(first, second));
    }
    for (int64_t i = 0; i < 2; i++) {
        registers[i] = _mm512_shuffle_f32x4(registers[2 * i], registers[2 * i + 1], 0x88) +
                       _mm512_shuffle_f32x4(registers[2 * i], registers[2 * i + 1], 0xDD);
    }
    return _mm512_shuffle_f32x4(registers[0], registers[1], 0x88) +
           _mm512_shuffle_f32x4(registers[0], registers[1], 0xDD);
}

#else

struct Lanes {
    __m256 low, high;
};

typedef __m256 Register;
constexpr int64_t kBlock = 1;  // with six outputs 12 sums: 16 registers hold no more
constexpr int64_t kOutputs = 6;
constexpr int kRows = 2;

OCS_INLINE Lanes operator+(Lanes a, Lanes b) {
    return {a.low + b.low, a.high + b.high};
}

OCS_INLINE Lanes operator-(Lanes a, Lanes b) {
    return {a.low - b.low, a.high - b.high};
}

OCS_INLINE Lanes operator/(Lanes a, float b) {
    return {a.low / b, a.high / b};
}

OCS_INLINE Register load_register(const float* from) {
    return _mm256_loadu_ps(from);
}

OCS_INLINE void store_register(float* to, Register value) {
    _mm256_storeu_ps(to, value);
}

// Keeps a value in a register. Otherwise GCC reloads it at each use: more than two loads per cycle.
OCS_INLINE void keep(Register& value) {
    __asm__("" : "+x"(value));
}

OCS_INLINE Register fill_register(float value) {
    return _mm256_set1_ps(value);
}

OCS_INLINE Register multiply_add(Register a, Register b, Register sum) {
    return _mm256_fmadd_ps(a, b, sum);
}

OCS_INLINE Lanes multiply_add(Lanes a, Lanes b, Lanes sum) {
    return {_mm256_fmadd_ps(a.low, b.low, sum.low), _mm256_fmadd_ps(a.high, b.high, sum.high)};
}

OCS_INLINE Lanes load(const float* from) {
    return {_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)};
}

OCS_INLINE Lanes fill(float value) {
    return {_mm256_set1_ps(value), _mm256_set1_ps(value)};
}

// Expands eight bits to an AVX2 mask.
OCS_INLINE __m256i wide(Mask mask) {
    const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(mask), bits), bits);
}

// On some processors a masked access takes many times as long as a plain one, and most vectors are whole.
OCS_INLINE Lanes load_halves(const float* low, const float* high, Mask mask) {
    if (mask == 0xFFFF) return {_mm256_loadu_ps(low), _mm256_loadu_ps(high)};
    if (mask == 0) return fill(0);
    return {_mm256_maskload_ps(low, wide(mask)), _mm256_maskload_ps(high, wide(mask >> 8))};
}

OCS_INLINE Lanes load(const float* from, Mask mask) {
    return load_halves(from, from + 8, mask);
}

OCS_INLINE void store(float* to, Lanes value) {
    _mm256_storeu_ps(to, value.low);
    _mm256_storeu_ps(to + 8, value.high);
}

OCS_INLINE void store_half(float* to, __m256 value, Mask mask) {
    if ((mask & 0xFF) == 0xFF) {
        _mm256_storeu_ps(to, value);
    } else if ((mask & 0xFF) != 0) {
        _mm256_maskstore_ps(to, wide(mask), value);
    }
}

OCS_INLINE void store_halves(float* low, float* high, Lanes value, Mask mask) {
    store_half(low, value.low, mask);
    store_half(high, value.high, mask >> 8);
}

OCS_INLINE void store(float* to, Lanes value, Mask mask) {
    store_halves(to, to + 8, value, mask);
}

OCS_INLINE void stream(float* to, Lanes value) {
    _mm256_stream_ps(to, value.low);
    _mm256_stream_ps(to + 8, value.high);
}

OCS_INLINE Lanes gather(const float* from, int64_t apart, Mask mask) {
    float found[kLanes] = {};
    for (int64_t i = 0; i < kLanes && (mask >> i & 1) != 0; i++) found[i] = from[i * apart];
    return load(found);
}

OCS_INLINE __m256 in_order(__m256 quarters) {
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(quarters), 0xD8));
}

OCS_INLINE void part(Lanes low, Lanes high, Lanes& even, Lanes& odd) {
    even = {in_order(_mm256_shuffle_ps(low.low, low.high, 0x88)),
            in_order(_mm256_shuffle_ps(high.low, high.high, 0x88))};
    odd = {in_order(_mm256_shuffle_ps(low.low, low.high, 0xDD)),
           in_order(_mm256_shuffle_ps(high.low, high.high, 0xDD))};
}

OCS_INLINE Lanes pairs(__m256 even, __m256 odd) {
    const __m256 first = _mm256_unpacklo_ps(even, odd), second = _mm256_unpackhi_ps(even, odd);
    return {_mm256_permute2f128_ps(first, second, 0x20), _mm256_permute2f128_ps(first, second, 0x31)};
}

OCS_INLINE void join(Lanes even, Lanes odd, Lanes& low, Lanes& high) {
    low = pairs(even.low, odd.low);
    high = pairs(even.high, odd.high);
}

// For each quarter of `value`: the last lane of the previous quarter, taken from `shifted`, then its first three.
OCS_INLINE __m256 after(__m256 value, __m256 shifted) {
    return _mm256_castsi256_ps(_mm256_alignr_epi8(_mm256_castps_si256(value), _mm256_castps_si256(shifted), 12));
}

OCS_INLINE __m256 ahead_of(__m256 value, __m256 shifted) {
    return _mm256_castsi256_ps(_mm256_alignr_epi8(_mm256_castps_si256(shifted), _mm256_castps_si256(value), 4));
}

template <int Rows>
OCS_INLINE Lanes before(Lanes value) {
    const __m256 none = _mm256_setzero_ps();
    if (Rows == 4) return {after(value.low, none), after(value.high, none)};
    const __m256 low = _mm256_permute2f128_ps(value.low, value.low, 0x08);
    const __m256 high = Rows == 2 ? _mm256_permute2f128_ps(value.high, value.high, 0x08)
                                  : _mm256_permute2f128_ps(value.low, value.high, 0x21);
    return {after(value.low, low), after(value.high, high)};
}

template <int Rows>
OCS_INLINE Lanes behind(Lanes value) {
    const __m256 none = _mm256_setzero_ps();
    if (Rows == 4) return {ahead_of(value.low, none), ahead_of(value.high, none)};
    const __m256 high = _mm256_permute2f128_ps(value.high, value.high, 0x81);
    const __m256 low = Rows == 2 ? _mm256_permute2f128_ps(value.low, value.low, 0x81)
                                 : _mm256_permute2f128_ps(value.low, value.high, 0x21);
    return {ahead_of(value.low, low), ahead_of(value.high, high)};
}

OCS_INLINE Lanes with_first(Lanes value, const float* first) {
    return {_mm256_blend_ps(value.low, _mm256_broadcast_ss(first), 0x01), value.high};
}

OCS_INLINE Lanes with_last(Lanes value, const float* last) {
    return {value.low, _mm256_blend_ps(value.high, _mm256_broadcast_ss(last), 0x80)};
}

OCS_INLINE __m256 sums_of_eight(const Register* registers) {
    __m256 fours[2];
    for (int64_t i = 0; i < 2; i++, registers += 4) {
        fours[i] =
            _mm256_hadd_ps(_mm256_hadd_ps(registers[0], registers[1]), _mm256_hadd_ps(registers[2], registers[3]));
    }
    return _mm256_permute2f128_ps(fours[0], fours[1], 0x20) + _mm256_permute2f128_ps(fours[0], fours[1], 0x31);
}

OCS_INLINE Lanes sums_of(Register* registers) {
    return {sums_of_eight(registers), sums_of_eight(registers + 8)};
}

#endif

constexpr int64_t kWidth = sizeof(Register) / sizeof(float);
constexpr int64_t kParts = kLanes / kWidth;  // registers of a vector

}  // namespace
