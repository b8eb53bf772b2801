#include "winograd.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "../kernels/winograd.h"

using OptionalTensor = OCS_OPTIONAL<at::Tensor>;

#ifdef OCS_X86_KERNELS

extern const ocs::WinogradKernels ocs_winograd;

namespace {

using ocs::Tiling;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kGrain = 16;               // vectors of tiles that are worth a thread
constexpr int64_t kMostWeights = 256 * 256;  // measured up to there; more would not fit the caches transformed
constexpr int64_t kMostParts = 16;

at::Tensor numbers(int64_t count, const at::Tensor& like) {
    return at::empty({count}, like.options());
}

float* data(const at::Tensor& tensor) {
    return tensor.data_ptr<float>();
}

// x [N, inputs, H, W] by weight [outputs, inputs, 3, 3], or by one [inputs, outputs, 3, 3] turned by half a circle.
at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const OptionalTensor& bias, bool turned) {
    const int64_t inputs = x.size(1), outputs = weight.size(turned ? 1 : 0);
    const Tiling tiling(x.size(2), x.size(3));
    const auto transformed = numbers(ocs_winograd.weight_size(inputs, outputs), x);
    ocs_winograd.transform_weight(data(weight), inputs, outputs, turned, data(transformed));
    const auto y = at::empty({x.size(0), outputs, x.size(2), x.size(3)}, x.options());
    at::parallel_for(0, x.size(0) * tiling.vectors, kGrain, [&](int64_t begin, int64_t end) {
        const auto scratch = numbers(ocs_winograd.convolve_scratch(inputs), x);
        ocs_winograd.convolve(data(x), data(transformed), bias ? data(*bias) : nullptr, data(y), tiling, inputs,
                              outputs, begin, end, data(scratch));
    });
    return y;
}

at::Tensor weight_gradient(const at::Tensor& x, const at::Tensor& above) {
    const int64_t inputs = x.size(1), outputs = above.size(1);
    const Tiling tiling(x.size(2), x.size(3));
    const int64_t vectors = x.size(0) * tiling.vectors;
    // As many parts, each with its own sums, for any number of threads.
    const int64_t parts = std::clamp<int64_t>(vectors / kGrain, 1, kMostParts);
    const auto products = at::zeros({parts, ocs_winograd.products_size(inputs, outputs)}, x.options());
    at::parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
        const auto scratch = numbers(ocs_winograd.weight_scratch(inputs, outputs), x);
        for (int64_t part = begin; part < end; part++) {
            ocs_winograd.weight_products(data(x), data(above), tiling, inputs, outputs, part * vectors / parts,
                                         (part + 1) * vectors / parts, data(scratch), data(products[part]));
        }
    });
    const auto gradient = at::empty({outputs, inputs, 3, 3}, x.options());
    ocs_winograd.weight_gradient(data(products.sum(0)), inputs, outputs, data(gradient));
    return gradient;
}

struct Winograd : torch::autograd::Function<Winograd> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const OptionalTensor& bias) {
        context->save_for_backward({x, weight});
        context->saved_data["biased"] = bias.has_value();
        return convolve(x, weight, bias, false);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto above = gradients[0].contiguous();
        variable_list found(3);
        if (context->needs_input_grad(0)) found[0] = convolve(above, saved[1], {}, true);
        if (context->needs_input_grad(1)) found[1] = weight_gradient(saved[0], above);
        if (context->saved_data["biased"].toBool()) found[2] = above.sum({0, 2, 3});
        return found;
    }
};

std::atomic<bool> wanted{true};

bool is_plain(const at::Tensor& tensor) {
    return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous();
}

}  // namespace

bool ocs::uses_winograd() {
    static const bool understood = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                                   __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return understood && wanted.load(std::memory_order_relaxed);
}

void ocs::use_winograd(bool enabled) {
    wanted.store(enabled, std::memory_order_relaxed);
}

bool ocs::fits_winograd(const at::Tensor& x, const at::Tensor& weight, const OptionalTensor& bias) {
    return uses_winograd() && !autocast_enabled(at::kCPU) && is_plain(x) && is_plain(weight) &&
           (!bias || is_plain(*bias)) && x.dim() == 4 && weight.dim() == 4 && x.numel() > 0 && weight.size(0) > 0 &&
           weight.size(1) == x.size(1) && weight.size(2) == 3 && weight.size(3) == 3 &&
           weight.size(0) * weight.size(1) <= kMostWeights && Tiling::fits(x.size(2), x.size(3));
}

at::Tensor ocs::winograd(const at::Tensor& x, const at::Tensor& weight, const OptionalTensor& bias) {
    return Winograd::apply(x, weight, bias);
}

#else

bool ocs::uses_winograd() {
    return false;
}

void ocs::use_winograd(bool) {}

bool ocs::fits_winograd(const at::Tensor&, const at::Tensor&, const OptionalTensor&) {
    return false;
}

at::Tensor ocs::winograd(const at::Tensor&, const at::Tensor&, const OptionalTensor&) {
    throw std::logic_error("no Winograd on this processor");
}

#endif
