// ocs::sgd_step: stochastic gradient descent with momentum in one pass over weights, gradients and velocities.

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#include <torch/library.h>

namespace {

struct Step {
    float rate, momentum, decay;
    bool nesterov;
};

bool is_plain(const at::Tensor& tensor) {
    return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_non_overlapping_and_dense();
}

// Whether numbers of one place in memory belong together; strides of single elements mean nothing.
bool lies_as(const at::Tensor& weight, const at::Tensor& other) {
    if (!is_plain(other) || other.sizes() != weight.sizes()) return false;
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

void one_by_one(const at::Tensor& weight, const at::Tensor& gradient, const at::Tensor& velocity, Step by) {
    const auto slope = gradient.add(weight, by.decay);
    velocity.mul_(by.momentum).add_(slope);
    weight.add_(by.nesterov ? slope.add(velocity, by.momentum) : velocity, -by.rate);
}

// v = momentum v + g + decay w; w -= rate (v, or with Nesterov g + decay w + momentum v).
void sgd_step(at::TensorList weights, at::TensorList gradients, at::TensorList velocities, double rate, double momentum,
              double decay, bool nesterov) {
    TORCH_CHECK(weights.size() == gradients.size() && weights.size() == velocities.size(),
                "the lists differ in length");
    const Step by{static_cast<float>(rate), static_cast<float>(momentum), static_cast<float>(decay), nesterov};
    for (size_t i = 0; i < weights.size(); i++) {
        if (!is_plain(weights[i])) {
            one_by_one(weights[i], gradients[i], velocities[i], by);
            continue;
        }
        // A velocity from before a change of layout gets the new one, once.
        if (!lies_as(weights[i], velocities[i])) at::Tensor(velocities[i]).set_data(laid_as(weights[i], velocities[i]));
        in_one_pass(weights[i], laid_as(weights[i], gradients[i]), velocities[i], by);
    }
}

TORCH_LIBRARY_FRAGMENT(ocs, library) {
    library.def(
        "sgd_step(Tensor[] weights, Tensor[] gradients, Tensor[] velocities, float rate, float momentum, float decay, "
        "bool nesterov) -> ()",
        sgd_step);
}

}  // namespace
