#include "own_conv.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <atomic>

#include "../kernels/conv.h"

using OptionalTensor = OCS_OPTIONAL<at::Tensor>;

#ifdef OCS_X86_KERNELS
extern const ocs::ConvKernelSet ocs_conv_avx2, ocs_conv_avx512;
#endif

namespace {

using ocs::ConvKernels;
using ocs::Tiling;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kGrain = 16;               // vectors of tiles per thread, at least
constexpr int64_t kMostWeights = 256 * 256;  // measured up to here; larger transformed weights would not fit the caches
constexpr int64_t kMostStrided = 128 * 256;  // above it libtorch's 3x3 with stride 2 is faster
constexpr int64_t kMostParts = 16;

float* data(const at::Tensor& tensor) {
    return tensor.defined() ? tensor.data_ptr<float>() : nullptr;
}

Tiling tiling_of(const at::Tensor& x, int64_t written) {
    return {x.size(0), x.size(2), x.size(3), written};
}

// Calls `body` with each number below `count` on a free thread, with the scratch buffer of that thread.
template <typename Body>
void each(int64_t count, int64_t scratch, const at::Tensor& like, Body&& body) {
    std::atomic<int64_t> next{0};
    at::parallel_for(0, std::min<int64_t>(count, at::get_num_threads()), 1, [&](int64_t, int64_t) {
        const auto own = at::empty({scratch}, like.options());
        for (int64_t i = next++; i < count; i = next++) body(i, data(own));
    });
}

// Computes y from x, forward or backward.
void convolve(const ConvKernels::Convolve* run, const at::Tensor& x, const at::Tensor& weight, const float* bias,
              const at::Tensor& y, const Tiling& tiling, int64_t scratch) {
    // Small planes are split into small parts, so that threads finish at about the same time.
    const int64_t grain = std::clamp<int64_t>(tiling.all / 128 * 2, 4, kGrain);
    each((tiling.all + grain - 1) / grain, scratch, x, [&](int64_t i, float* own) {
        run[tiling.rows / 2](data(x), data(weight), bias, data(y), tiling, x.size(1), y.size(1), i * grain,
                             std::min((i + 1) * grain, tiling.all), own);
    });
}

at::Tensor weight_gradient(const ConvKernels& kernels, const at::Tensor& x, const at::Tensor& weight,
                           const at::Tensor& above, int64_t scratch) {
    const int64_t inputs = x.size(1), outputs = above.size(1), square = ocs::kSquare;
    const int64_t squares = (inputs + square - 1) / square * ((outputs + square - 1) / square);
    const int64_t size = kernels.weights * squares * square * square;
    const auto tiling = tiling_of(x, 0);
    // A fixed number of parts, each with its own sums, for any number of threads.
    const int64_t parts = std::clamp<int64_t>(tiling.all / kGrain, 1, kMostParts);
    const auto products = at::zeros({parts, size}, x.options());
    each(parts, scratch, x, [&](int64_t part, float* own) {
        kernels.weight_products[tiling.rows / 2](data(x), data(above), tiling, inputs, outputs,
                                                 part * tiling.all / parts, (part + 1) * tiling.all / parts, own,
                                                 data(products) + part * size);
    });
    const auto gradient = at::empty_like(weight);
    kernels.weight_gradient(data(products.sum(0)), inputs, outputs, data(gradient));
    return gradient;
}

struct OwnConvolution : torch::autograd::Function<OwnConvolution> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const OptionalTensor& bias, int64_t kernels) {
        context->save_for_backward({x, weight});
        context->saved_data["biased"] = bias.has_value();
        context->saved_data["kernels"] = kernels;
        const auto& own = *reinterpret_cast<const ConvKernels*>(kernels);
        const int64_t inputs = x.size(1), outputs = weight.size(0), step = own.step;
        const auto transformed = at::empty({own.weights * inputs * outputs}, x.options());
        own.transform_weight(data(weight), inputs, outputs, false, data(transformed));
        const auto y =
            at::empty({x.size(0), outputs, (x.size(2) - 1) / step + 1, (x.size(3) - 1) / step + 1}, x.options());
        convolve(own.forward, x, transformed, bias ? data(*bias) : nullptr, y, tiling_of(x, y.numel()),
                 own.scratch(inputs, outputs));
        return y;
    }

    static variable_list backward(AutogradContext* context, variable_list above) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1];
        const auto& own = *reinterpret_cast<const ConvKernels*>(context->saved_data["kernels"].toInt());
        const int64_t inputs = x.size(1), outputs = weight.size(0), scratch = own.scratch(inputs, outputs);
        const auto slopes = above[0].contiguous();
        variable_list found(4);
        if (context->needs_input_grad(0)) {
            const auto turned = at::empty({own.weights * inputs * outputs}, x.options());
            own.transform_weight(data(weight), outputs, inputs, true, data(turned));
            found[0] = at::empty_like(x);
            convolve(own.backward, slopes, turned, nullptr, found[0], tiling_of(x, x.numel()), scratch);
        }
        if (context->needs_input_grad(1)) found[1] = weight_gradient(own, x, weight, slopes, scratch);
        if (context->saved_data["biased"].toBool()) found[2] = slopes.sum({0, 2, 3});
        return found;
    }
};

// Null if there are no kernels for the instructions.
const ocs::ConvKernelSet* kernel_set() {
#ifdef OCS_X86_KERNELS
    if (ocs::own_instructions() == ocs::Instructions::Avx512) return &ocs_conv_avx512;
    if (ocs::own_instructions() == ocs::Instructions::Avx2) return &ocs_conv_avx2;
#endif
    return nullptr;
}

bool is_plain(const at::Tensor& tensor) {
    return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous();
}

}  // namespace

bool ocs::all_are(at::IntArrayRef numbers, int64_t number) {
    return std::all_of(numbers.begin(), numbers.end(), [&](int64_t each) { return each == number; });
}

OptionalTensor ocs::own_convolution(const at::Tensor& x, const at::Tensor& weight, const OptionalTensor& bias,
                                    at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation,
                                    int64_t groups) {
    const auto* all = kernel_set();
    if (all == nullptr || autocast_enabled(at::kCPU) || !is_plain(x) || !is_plain(weight) ||
        (bias && !is_plain(*bias)) || x.dim() != 4 || weight.dim() != 4 || x.numel() == 0 || weight.numel() == 0 ||
        groups != 1 || weight.size(1) != x.size(1) || weight.size(2) != weight.size(3) ||
        weight.size(0) * weight.size(1) > kMostWeights || !all_are(dilation, 1)) {
        return {};
    }
    // Narrower planes would leave most lanes of a vector idle.
    const bool is_small = weight.size(2) == 3 && all_are(padding, 1);
    const bool is_point = weight.size(2) == 1 && all_are(padding, 0);
    const bool strides = all_are(stride, 2) && x.size(3) >= 9;
    const bool few = weight.size(0) * weight.size(1) <= kMostStrided;
    const ConvKernels* kernels = is_small && all_are(stride, 1) && x.size(3) >= 7 ? &all->winograd
                                 : is_small && strides && few                     ? &all->strided
                                 : is_point && strides                            ? &all->pointwise
                                                                                  : nullptr;
    if (kernels == nullptr) return {};
    return OwnConvolution::apply(x, weight, bias, reinterpret_cast<int64_t>(kernels));
}
