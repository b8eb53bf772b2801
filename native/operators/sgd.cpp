// ocs::sgd_step: stochastic gradient descent with momentum in one pass over weights, gradients and velocities. The rate
// is a tensor, so that a captured step can use another rate.

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#if __has_include(<ATen/ops/_fused_sgd.h>)
#include <ATen/ops/_fused_sgd.h>
#define OCS_FUSED_SGD
#endif
#include <torch/library.h>

#include <algorithm>
#include <vector>

namespace {

struct Step {
    float rate, momentum, decay;
    bool nesterov;
};

bool is_plain(const at::Tensor& tensor) {
    return tensor.scalar_type() == at::kFloat && tensor.is_non_overlapping_and_dense();
}

// Whether both have the same memory layout; strides of dimensions of size 1 do not count.
bool lies_as(const at::Tensor& weight, const at::Tensor& other) {
    if (!is_plain(other) || other.sizes() != weight.sizes() || other.device() != weight.device()) return false;
    for (int64_t i = 0; i < weight.dim(); i++) {
        if (weight.size(i) > 1 && weight.stride(i) != other.stride(i)) return false;
    }
    return true;
}

at::Tensor laid_as(const at::Tensor& weight, const at::Tensor& other) {
    return lies_as(weight, other) ? other : at::empty_like(weight).copy_(other);
}

void in_one_pass(const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& velocity, Step by) {
    auto *w = weight.data_ptr<float>(), *v = velocity.data_ptr<float>();
    const auto* g = gradient.data_ptr<float>();
    at::parallel_for(0, weight.numel(), 32 * 1024, [=](int64_t begin, int64_t end) {
#pragma omp simd
        for (int64_t i = begin; i < end; i++) {
            const float slope = g[i] + by.decay * w[i];
            v[i] = by.momentum * v[i] + slope;
            w[i] -= by.rate * (by.nesterov ? slope + by.momentum * v[i] : v[i]);
        }
    });
    weight.unsafeGetTensorImpl()->bump_version();
}

// Also used by devices without a fused kernel; the host never reads the rate there.
void one_by_one(const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& velocity,
                const at::Tensor& rate, double momentum, double decay, bool nesterov) {
    const auto slope = gradient.add(weight, decay);
    velocity.mul_(momentum).add_(slope);
    weight.sub_((nesterov ? slope.add(velocity, momentum) : velocity).mul(rate));
}

// After a change of layout, a velocity is converted once.
void lay_velocity(const at::Tensor& weight, const at::Tensor& velocity) {
    if (!lies_as(weight, velocity)) at::Tensor(velocity).set_data(laid_as(weight, velocity));
}

#ifdef OCS_FUSED_SGD
// Tensors with equal strides: those of dimensions of size 1 may differ, but libtorch compares all.
std::vector<at::Tensor> strided_as(at::TensorList weights, at::TensorList others) {
    std::vector<at::Tensor> result;
    for (size_t i = 0; i < weights.size(); i++) {
        result.push_back(laid_as(weights[i], others[i]).as_strided(weights[i].sizes(), weights[i].strides()));
    }
    return result;
}
#endif

// Without momentum there is no v.
void without_velocity(const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& rate, double decay) {
    weight.sub_((decay == 0 ? gradient : gradient.add(weight, decay)).mul(rate));
}

// v = momentum v + g + decay w; w -= rate (v, or with Nesterov g + decay w + momentum v). Without momentum: no
// velocities.
void sgd_step(at::TensorList weights, at::TensorList gradients, at::TensorList velocities, const at::Tensor& rate,
              double momentum, double decay, bool nesterov) {
    TORCH_CHECK(weights.size() == gradients.size() && velocities.size() == (momentum == 0 ? 0 : weights.size()),
                "the lists differ in length");
    const auto plain = [](const at::Tensor& weight) { return is_plain(weight); };
    const auto on_cuda = [](const at::Tensor& weight) { return weight.is_cuda(); };
#ifdef OCS_FUSED_SGD
    if (!weights.empty() && std::all_of(weights.begin(), weights.end(), on_cuda) &&
        std::all_of(weights.begin(), weights.end(), plain)) {
        for (size_t i = 0; i < velocities.size(); i++) lay_velocity(weights[i], velocities[i]);
        const auto slopes = strided_as(weights, gradients),
                   speeds = strided_as(weights.slice(0, velocities.size()), velocities);
        at::_fused_sgd_(weights, slopes, speeds, decay, momentum, rate, /*dampening=*/0, nesterov, /*maximize=*/false,
                        /*is_first_step=*/false);
        return;
    }
#endif
    const float known = rate.is_cpu() ? rate.item<float>() : 0;
    for (size_t i = 0; i < weights.size(); i++) {
        if (velocities.empty()) {
            without_velocity(weights[i], gradients[i], rate, decay);
            continue;
        }
        if (on_cuda(weights[i]) || !plain(weights[i])) {
            one_by_one(weights[i], gradients[i], velocities[i], rate, momentum, decay, nesterov);
            continue;
        }
        lay_velocity(weights[i], velocities[i]);
        in_one_pass(weights[i], laid_as(weights[i], gradients[i]), velocities[i],
                    {known, static_cast<float>(momentum), static_cast<float>(decay), nesterov});
    }
}

TORCH_LIBRARY_FRAGMENT(ocs, library) {
    library.def(
        "sgd_step(Tensor[] weights, Tensor[] gradients, Tensor[] velocities, Tensor rate, float momentum, float decay, "
        "bool nesterov) -> ()",
        sgd_step);
}

}  // namespace
