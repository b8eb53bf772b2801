// ocs::batch_norm: batch norm of a training step with the residual sum and the ReLU behind it, in two passes over memory
// forward and two backward. It is registered with libtorch's dispatcher, so the boxed call finds it like any operator.

#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/add.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "compat.h"
#include "norm_kernels.h"

extern const ocs::NormKernelSet ocs_norm_base;
#ifdef OCS_X86_KERNELS
extern const ocs::NormKernelSet ocs_norm_avx2;
extern const ocs::NormKernelSet ocs_norm_avx512;
#endif

namespace {

using ocs::Mask;
using torch::autograd::SavedVariable;
using torch::autograd::variable_list;
using Numbers = std::vector<double>;
using OptionalTensor = OCS_OPTIONAL<at::Tensor>;

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

// The best that this processor has.
const ocs::NormKernelSet& kernel_set() {
#ifdef OCS_X86_KERNELS
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return avx2 && avx512 ? ocs_norm_avx512 : avx2 ? ocs_norm_avx2 : ocs_norm_base;
#else
    return ocs_norm_base;
#endif
}

template <typename T>
const ocs::NormKernels<T>& kernels() {
    static const ocs::NormKernelSet& best = kernel_set();
    if constexpr (std::is_same_v<T, float>) {
        return best.wide;
    } else {
        return best.narrow;
    }
}

// Calls `body` with a value of the type that holds the tensor's numbers.
template <typename Body>
void by_type(const at::Tensor& tensor, Body&& body) {
    if (tensor.scalar_type() == at::kFloat) {
        body(float());
    } else {
        body(uint16_t());
    }
}

template <typename T>
T* data(const at::Tensor& tensor) {
    return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

template <typename T>
T* at_place(T* start, int64_t place) {
    return start == nullptr ? nullptr : start + place;
}

Numbers numbers(const at::Tensor& tensor) {
    const auto* values = data<float>(tensor);
    return Numbers(values, values + tensor.numel());
}

// A channels-last tensor as rows of `width` values, each channel `repeats` times in one; the last `rest` values fill no row.
struct Rows {
    int64_t channels, count, width, rows, rest;

    explicit Rows(const at::Tensor& tensor) : channels(tensor.size(1)), count(tensor.numel() / channels) {
        constexpr int64_t four_vectors = 64, one_vector = 16, longest = 2048;
        width = std::lcm(channels, four_vectors);
        if (width > longest) width = std::lcm(channels, one_vector);
        rows = tensor.numel() / width;
        rest = tensor.numel() - rows * width;
    }

    template <typename Body>
    void parallel(Body&& body) const {
        constexpr int64_t grain = 32 * 1024;
        at::parallel_for(0, rows, std::max<int64_t>(1, grain / width), body);
    }

    // The values that fill no row, as one with zeros behind them.
    template <typename T>
    std::vector<T> last(const T* source) const {
        std::vector<T> row(width);
        if (source != nullptr) std::copy_n(source + rows * width, rest, row.begin());
        return row;
    }

    // A coefficient of each channel, repeated to the width.
    std::vector<float> repeat(const Numbers& values) const {
        std::vector<float> row(width);
        for (int64_t i = 0; i < width; i++) row[i] = static_cast<float>(values[i % channels]);
        return row;
    }
};

// What one thread found in each column of its rows.
struct Part {
    double count = 0;
    Numbers first, second;

    explicit Part(int64_t width) : first(width), second(width) {}
};

// Two sets of values, by number, mean and squared deviations, become one (Chan et al. 1979).
void merge(double& count, double& mean, double& deviations, double other, double other_mean, double other_deviations) {
    if (other == 0) return;
    const double total = count + other, apart = other_mean - mean;
    mean += apart * other / total;
    deviations += other_deviations + apart * apart * count * other / total;
    count = total;
}

// Mean and biased variance of each channel.
template <typename T>
void statistics(const Rows& rows, const T* x, Numbers& mean, Numbers& variance) {
    std::vector<Part> parts(at::get_num_threads() + 1, Part(rows.width));
    rows.parallel([&](int64_t begin, int64_t end) {
        Part& part = parts[at::get_thread_num()];
        part.count = static_cast<double>(end - begin);
        kernels<T>().moments(x + begin * rows.width, end - begin, rows.width, part.first.data(), part.second.data());
    });
    Numbers count(rows.channels);
    const auto add = [&](const Part& part, int64_t width) {
        for (int64_t i = 0; i < width; i++) {
            const auto channel = i % rows.channels;
            merge(count[channel], mean[channel], variance[channel], part.count, part.first[i], part.second[i]);
        }
    };
    for (const Part& part : parts) add(part, rows.width);
    if (rows.rest > 0) {
        Part last(rows.width);
        last.count = 1;
        kernels<T>().moments(rows.last(x).data(), 1, rows.width, last.first.data(), last.second.data());
        add(last, rows.rest);
    }
    for (auto& value : variance) value /= static_cast<double>(rows.count);
}

struct NormBackward : torch::autograd::Node {
    SavedVariable x, y, weight;
    Numbers mean, deviation, shift;  // of each channel; deviation is 1 / sqrt(variance + epsilon)
    bool relu = false, has_residual = false;

    std::string name() const override { return "OcsBatchNormBackward"; }

    void release_variables() override {
        x.reset_data();
        y.reset_data();
        weight.reset_data();
    }

    variable_list apply(variable_list&& gradients) override;
};

struct Gradients {
    at::Tensor above, masked, x, weight, bias;
};

// With g the gradient where ReLU passed, x' = x - mean, d = deviation, n values a channel and w the weight:
// bias' = sum g, weight' = d sum(g x'), dx = w d (g - bias' / n - x' d weight' / n).
template <typename T>
void differentiate(const NormBackward& node, const at::Tensor& x, const at::Tensor& y, const at::Tensor& weight,
                   const Gradients& gradients) {
    const Rows rows(x);
    const auto mask = !node.relu ? Mask::None : node.has_residual ? Mask::FromOutput : Mask::FromInput;
    auto factor = numbers(weight);
    for (int64_t c = 0; c < rows.channels; c++) factor[c] *= node.deviation[c];
    const auto scale = rows.repeat(factor), shift = rows.repeat(node.shift), mean = rows.repeat(node.mean);
    const T *input = data<T>(x), *output = data<T>(y), *above = data<T>(gradients.above);
    T* masked = mask == Mask::FromOutput ? data<T>(gradients.masked) : nullptr;

    std::vector<Part> parts(at::get_num_threads() + 1, Part(rows.width));
    const auto sum = [&](Part& part, const T* xs, const T* ys, const T* gs, T* kept, int64_t count) {
        kernels<T>().sums(xs, ys, gs, kept, count, rows.width, scale.data(), shift.data(), mean.data(), mask,
                          part.first.data(), part.second.data());
    };
    rows.parallel([&](int64_t begin, int64_t end) {
        const auto place = begin * rows.width;
        sum(parts[at::get_thread_num()], input + place, at_place(output, place), above + place, at_place(masked, place),
            end - begin);
    });
    // Zeros behind the last values add nothing: their gradient is zero.
    const auto last_x = rows.last(input), last_y = rows.last(output);
    auto last_g = rows.last(above);
    const auto done = rows.rows * rows.width;
    if (rows.rest > 0) {
        sum(parts.back(), last_x.data(), last_y.data(), last_g.data(), masked == nullptr ? nullptr : last_g.data(), 1);
        if (masked != nullptr) std::copy_n(last_g.begin(), rows.rest, masked + done);
    }

    Numbers sums(rows.channels), products(rows.channels), slope(rows.channels), offset(rows.channels);
    for (const Part& part : parts) {
        for (int64_t i = 0; i < rows.width; i++) {
            sums[i % rows.channels] += part.first[i];
            products[i % rows.channels] += part.second[i];
        }
    }
    const double share = 1.0 / static_cast<double>(rows.count);
    for (int64_t c = 0; c < rows.channels; c++) {
        data<float>(gradients.weight)[c] = static_cast<float>(products[c] * node.deviation[c]);
        data<float>(gradients.bias)[c] = static_cast<float>(sums[c]);
        slope[c] = -factor[c] * node.deviation[c] * node.deviation[c] * products[c] * share;
        offset[c] = -factor[c] * sums[c] * share;
    }
    if (!gradients.x.defined()) return;
    const auto slopes = rows.repeat(slope), offsets = rows.repeat(offset);
    const auto left = masked == nullptr ? mask : Mask::None;
    const T* g = masked == nullptr ? above : masked;
    T* result = data<T>(gradients.x);
    const auto run = [&](const T* xs, const T* gs, T* target, int64_t count) {
        kernels<T>().backward(xs, gs, target, count, rows.width, scale.data(), shift.data(), mean.data(), slopes.data(),
                              offsets.data(), left);
    };
    rows.parallel([&](int64_t begin, int64_t end) {
        const auto place = begin * rows.width;
        run(input + place, g + place, result + place, end - begin);
    });
    if (rows.rest > 0) {
        run(last_x.data(), last_g.data(), last_g.data(), 1);
        std::copy_n(last_g.begin(), rows.rest, result + done);
    }
}

// Whether nobody else sees the tensor's memory, so that a gradient may overwrite it.
bool is_alone(const at::Tensor& tensor) {
    return tensor.use_count() == 1 && tensor.has_storage() && tensor.storage().use_count() == 1;
}

variable_list NormBackward::apply(variable_list&& above) {
    variable_list results(4);
    if (!above[0].defined()) return results;
    const at::NoGradGuard no_grad;
    const auto input = x.unpack(), scale = weight.unpack();
    const auto output = relu && has_residual ? y.unpack(shared_from_this()) : at::Tensor();
    Gradients gradients;
    gradients.above = std::move(above[0]);
    if (gradients.above.scalar_type() != input.scalar_type() || !gradients.above.is_contiguous(kChannelsLast)) {
        gradients.above = gradients.above.to(input.scalar_type()).contiguous(kChannelsLast);
    }
    const bool overwrites = is_alone(gradients.above);
    if (has_residual) {
        gradients.masked = !relu || overwrites ? gradients.above : at::empty_like(gradients.above);
    }
    if (should_compute_output(0)) {
        gradients.x = overwrites && !has_residual ? gradients.above : at::empty_like(input);
    }
    gradients.weight = at::empty_like(scale);
    gradients.bias = at::empty_like(scale);
    by_type(input, [&](auto of) { differentiate<decltype(of)>(*this, input, output, scale, gradients); });
    return {gradients.x, gradients.masked, gradients.weight, gradients.bias};
}

bool is_supported(const at::Tensor& x, const OptionalTensor& residual, const at::Tensor& weight) {
    const auto fits = [&](const at::Tensor& tensor) {
        return tensor.is_cpu() && tensor.scalar_type() == x.scalar_type() && tensor.is_contiguous(kChannelsLast);
    };
    return x.dim() == 4 && x.numel() > 0 && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
           fits(x) && weight.scalar_type() == at::kFloat &&
           (!residual || (residual->sizes() == x.sizes() && fits(*residual)));
}

template <typename T>
void normalize(const Rows& rows, const T* x, const T* residual, T* y, const Numbers& scale, const Numbers& shift,
               bool relu) {
    const auto scales = rows.repeat(scale), shifts = rows.repeat(shift);
    const auto run = [&](const T* xs, const T* others, T* target, int64_t count) {
        kernels<T>().forward(xs, others, target, count, rows.width, scales.data(), shifts.data(), relu);
    };
    rows.parallel([&](int64_t begin, int64_t end) {
        const auto place = begin * rows.width;
        run(x + place, at_place(residual, place), y + place, end - begin);
    });
    if (rows.rest > 0) {
        auto last = rows.last(x);
        const auto other = rows.last(residual);
        run(last.data(), residual == nullptr ? nullptr : other.data(), last.data(), 1);
        std::copy_n(last.begin(), rows.rest, y + rows.rows * rows.width);
    }
}

// relu(batch_norm(x) + residual) in training; the running statistics are updated.
at::Tensor batch_norm(const at::Tensor& x, const OptionalTensor& residual, const at::Tensor& weight,
                      const at::Tensor& bias, const at::Tensor& running_mean, const at::Tensor& running_variance,
                      double momentum, double epsilon, bool relu) {
    if (!is_supported(x, residual, weight)) {
        auto y = at::batch_norm(x, weight, bias, running_mean, running_variance, true, momentum, epsilon, true);
        if (residual) y = y.scalar_type() == residual->scalar_type() ? y.add_(*residual) : at::add(y, *residual);
        return relu ? at::relu_(y) : y;
    }
    const Rows rows(x);
    const auto other = residual ? *residual : at::Tensor();
    Numbers mean(rows.channels), variance(rows.channels), deviation(rows.channels), shift(rows.channels);
    at::Tensor y;
    {
        const at::AutoDispatchBelowADInplaceOrView below;
        y = at::empty_like(x);
        by_type(x, [&](auto of) {
            using T = decltype(of);
            statistics<T>(rows, data<T>(x), mean, variance);
            auto scale = numbers(weight);
            const auto beta = numbers(bias);
            for (int64_t c = 0; c < rows.channels; c++) {
                deviation[c] = 1 / std::sqrt(variance[c] + epsilon);
                scale[c] = static_cast<float>(scale[c] * deviation[c]);
                shift[c] = beta[c] - mean[c] * scale[c];
            }
            normalize<T>(rows, data<T>(x), data<T>(other), data<T>(y), scale, shift, relu);
        });
        const double n = static_cast<double>(rows.count), unbiased = n > 1 ? n / (n - 1) : 1;
        for (int64_t c = 0; c < rows.channels; c++) {
            float &old_mean = data<float>(running_mean)[c], &old_variance = data<float>(running_variance)[c];
            old_mean = static_cast<float>(momentum * mean[c] + (1 - momentum) * old_mean);
            old_variance = static_cast<float>(momentum * variance[c] * unbiased + (1 - momentum) * old_variance);
        }
    }
    if (!torch::autograd::compute_requires_grad(x, other, weight, bias)) return y;
    std::shared_ptr<NormBackward> node(new NormBackward(), torch::autograd::deleteNode);
    node->set_next_edges(torch::autograd::collect_next_edges(x, other, weight, bias));
    node->x = SavedVariable(x, /*is_output=*/false);
    node->weight = SavedVariable(weight, /*is_output=*/false);
    node->mean = std::move(mean);
    node->deviation = std::move(deviation);
    node->shift = std::move(shift);
    node->relu = relu;
    node->has_residual = other.defined();
    torch::autograd::set_history(y, node);
    if (relu && other.defined()) node->y = SavedVariable(y, /*is_output=*/true);
    return y;
}

TORCH_LIBRARY(ocs, library) {
    library.def(
        "batch_norm(Tensor x, Tensor? residual, Tensor weight, Tensor bias, Tensor running_mean, Tensor running_variance, "
        "float momentum, float epsilon, bool relu) -> Tensor",
        batch_norm);
}

}  // namespace
