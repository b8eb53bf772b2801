// ocs::batch_norm: batch norm of a training step with the following residual sum and activation, in two passes over
// memory forward and two backward. In channels first, a channel stays in the cache between both. It is registered with
// libtorch's dispatcher, so the boxed call finds it like any operator.

#include "../kernels/norm.h"

#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/add.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/clamp_max.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <vector>

#include "../compat.h"
#include "../processor.h"

extern const ocs::NormKernelSet ocs_norm_base;
#ifdef OCS_X86_KERNELS
extern const ocs::NormKernelSet ocs_norm_avx2;
extern const ocs::NormKernelSet ocs_norm_avx512;
#endif

namespace {

using ocs::Activation;
using ocs::Area;
using ocs::Mask;
using torch::autograd::SavedVariable;
using torch::autograd::variable_list;
using Numbers = std::vector<double>;
using OptionalTensor = OCS_OPTIONAL<at::Tensor>;

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

// The best kernels for this processor.
const ocs::NormKernelSet& kernel_set() {
#ifdef OCS_X86_KERNELS
    if (ocs::best_instructions() == ocs::Instructions::Avx512) return ocs_norm_avx512;
    if (ocs::best_instructions() == ocs::Instructions::Avx2) return ocs_norm_avx2;
#endif
    return ocs_norm_base;
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

// Calls `body` with a value of the tensor's element type.
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

constexpr int64_t kGrain = 32 * 1024;  // numbers per thread, at least
constexpr int64_t kPlaneWidth = 64;

// Channels last: rows of `width` values, with each channel equally often in a row. The last `rest` values do not fill a
// row.
struct Rows {
    int64_t channels, count, width, rows, rest;

    explicit Rows(const at::Tensor& tensor) : channels(tensor.size(1)), count(tensor.numel() / channels) {
        constexpr int64_t four_vectors = 64, one_vector = 16, longest = 2048;
        width = std::lcm(channels, four_vectors);
        if (width > longest) width = std::lcm(channels, one_vector);
        rows = tensor.numel() / width;
        rest = tensor.numel() - rows * width;
    }

    // Calls `body` with the index of a thread, the start of some rows, and the rows.
    template <typename Body>
    void parallel(Body&& body) const {
        at::parallel_for(0, rows, std::max<int64_t>(1, kGrain / width), [&](int64_t begin, int64_t end) {
            body(at::get_thread_num(), begin * width, area(end - begin));
        });
    }

    Area area(int64_t number) const { return {1, 0, number, width}; }

    // The values that do not fill a row, padded with zeros.
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

// Channels first: one plane per image and channel.
struct Planes {
    int64_t channels, count, size, width;

    explicit Planes(const at::Tensor& tensor)
        : channels(tensor.size(1)),
          count(tensor.numel() / channels),
          size(tensor.size(2) * tensor.size(3)),
          width(size % kPlaneWidth == 0 ? kPlaneWidth : 16) {}

    static bool fit(const at::Tensor& tensor) { return tensor.size(2) * tensor.size(3) % 16 == 0; }

    // Calls `body` with each channel, the start of its first plane, and its planes.
    template <typename Body>
    void parallel(Body&& body) const {
        const Area area{count / size, channels * size, size / width, width};
        at::parallel_for(0, channels, std::max<int64_t>(1, kGrain / count), [&](int64_t begin, int64_t end) {
            for (int64_t channel = begin; channel < end; channel++) body(channel, channel * size, area);
        });
    }

    // A coefficient of one channel, repeated to the width.
    struct Repeat {
        float values[kPlaneWidth];

        explicit Repeat(double value) { std::fill_n(values, kPlaneWidth, static_cast<float>(value)); }
        operator const float*() const { return values; }
    };
};

// Two numbers per column.
struct Pairs {
    double count = 0;
    Numbers first, second;

    explicit Pairs(int64_t width) : first(width), second(width) {}
};

// Merges two sets of values, given by number, mean and squared deviations (Chan et al. 1979).
void merge(double& count, double& mean, double& deviations, double other, double other_mean, double other_deviations) {
    if (other == 0) return;
    const double total = count + other, apart = other_mean - mean;
    mean += apart * other / total;
    deviations += other_deviations + apart * apart * count * other / total;
    count = total;
}

// Statistics of each channel that forward computes for backward; deviation is 1 / sqrt(variance + epsilon).
struct Channels {
    Numbers mean, variance, deviation, scale, shift;

    explicit Channels(int64_t count) : mean(count), variance(count), deviation(count), scale(count), shift(count) {}

    void prepare(int64_t channel, double weight, double bias, double epsilon) {
        deviation[channel] = 1 / std::sqrt(variance[channel] + epsilon);
        scale[channel] = static_cast<float>(weight * deviation[channel]);
        shift[channel] = bias - mean[channel] * scale[channel];
    }
};

struct Forward {
    const at::Tensor &x, &residual, &weight, &bias;
    double epsilon;
    Activation activation;
};

template <typename T>
void statistics(const Rows& rows, const T* x, Channels& channels) {
    std::vector<Pairs> parts(at::get_num_threads() + 1, Pairs(rows.width));
    rows.parallel([&](int thread, int64_t place, Area area) {
        parts[thread].count = static_cast<double>(area.rows);
        kernels<T>().moments(x + place, area, parts[thread].first.data(), parts[thread].second.data());
    });
    Numbers count(rows.channels);
    const auto add = [&](const Pairs& part, int64_t width) {
        for (int64_t i = 0; i < width; i++) {
            const auto channel = i % rows.channels;
            merge(count[channel], channels.mean[channel], channels.variance[channel], part.count, part.first[i],
                  part.second[i]);
        }
    };
    for (const Pairs& part : parts) add(part, rows.width);
    if (rows.rest > 0) {
        Pairs& last = parts.back();
        last.count = 1;
        kernels<T>().moments(rows.last(x).data(), rows.area(1), last.first.data(), last.second.data());
        add(last, rows.rest);
    }
    for (auto& value : channels.variance) value /= static_cast<double>(rows.count);
}

template <typename T>
void forward(const Rows& rows, const Forward& of, Channels& channels, const at::Tensor& result) {
    const T *x = data<T>(of.x), *residual = data<T>(of.residual);
    T* y = data<T>(result);
    statistics(rows, x, channels);
    for (int64_t c = 0; c < rows.channels; c++) {
        channels.prepare(c, data<float>(of.weight)[c], data<float>(of.bias)[c], of.epsilon);
    }
    const auto scale = rows.repeat(channels.scale), shift = rows.repeat(channels.shift);
    const auto run = [&](const T* xs, const T* others, T* target, Area area) {
        kernels<T>().forward(xs, others, target, area, scale.data(), shift.data(), of.activation);
    };
    rows.parallel([&](int, int64_t place, Area area) { run(x + place, at_place(residual, place), y + place, area); });
    if (rows.rest > 0) {
        auto last = rows.last(x);
        const auto other = rows.last(residual);
        run(last.data(), residual == nullptr ? nullptr : other.data(), last.data(), rows.area(1));
        std::copy_n(last.begin(), rows.rest, y + rows.rows * rows.width);
    }
}

template <typename T>
void forward(const Planes& planes, const Forward& of, Channels& channels, const at::Tensor& result) {
    const T *x = data<T>(of.x), *residual = data<T>(of.residual);
    T* y = data<T>(result);
    planes.parallel([&](int64_t c, int64_t place, Area area) {
        double means[kPlaneWidth], deviations[kPlaneWidth];
        kernels<T>().moments(x + place, area, means, deviations);
        // Columns have equally many values. The squared deviation is that within columns, plus that of the columns'
        // means.
        const double width = static_cast<double>(area.width),
                     mean = std::accumulate(means, means + area.width, 0.0) / width;
        double variance = std::accumulate(deviations, deviations + area.width, 0.0) / static_cast<double>(planes.count);
        for (int64_t i = 0; i < area.width; i++) variance += (means[i] - mean) * (means[i] - mean) / width;
        channels.mean[c] = mean;
        channels.variance[c] = variance;
        channels.prepare(c, data<float>(of.weight)[c], data<float>(of.bias)[c], of.epsilon);
        kernels<T>().forward(x + place, at_place(residual, place), y + place, area, Planes::Repeat(channels.scale[c]),
                             Planes::Repeat(channels.shift[c]), of.activation);
    });
}

struct NormBackward : torch::autograd::Node {
    SavedVariable x, y, weight;
    Channels channels{0};
    Activation activation = Activation::None;
    bool has_residual = false;

    std::string name() const override { return "OcsBatchNormBackward"; }

    void release_variables() override {
        x.reset_data();
        y.reset_data();
        weight.reset_data();
    }

    variable_list apply(variable_list&& gradients) override;
};

struct Backward {
    const Channels& channels;
    at::Tensor x, y, above;
    Activation activation;
    Mask mask;
    // Outputs: the gradient in front of the activation (undefined if x determines it), then the results; to_x may be
    // undefined.
    at::Tensor masked, to_x, to_weight, to_bias;

    // With g the masked gradient, x' = x - mean, d = deviation, n values a channel and w the weight: bias' = sum g,
    // weight' = d sum(g x'), dx = w d (g - bias' / n - x' d weight' / n). Returns the factor of x' and the constant.
    std::pair<double, double> finish(int64_t c, double sum, double product, double count) const {
        const double deviation = channels.deviation[c], factor = channels.scale[c];
        data<float>(to_weight)[c] = static_cast<float>(product * deviation);
        data<float>(to_bias)[c] = static_cast<float>(sum);
        return {-factor * deviation * deviation * product / count, -factor * sum / count};
    }
};

template <typename T>
void backward(const Rows& rows, const Backward& of) {
    const auto scale = rows.repeat(of.channels.scale), shift = rows.repeat(of.channels.shift),
               mean = rows.repeat(of.channels.mean);
    const T *x = data<T>(of.x), *y = data<T>(of.y), *above = data<T>(of.above);
    T *masked = data<T>(of.masked), *result = data<T>(of.to_x);
    std::vector<Pairs> parts(at::get_num_threads() + 1, Pairs(rows.width));
    const auto sum = [&](Pairs& part, const T* xs, const T* ys, const T* gs, T* kept, Area area) {
        kernels<T>().sums(xs, ys, gs, kept, area, scale.data(), shift.data(), mean.data(), of.mask, of.activation,
                          part.first.data(), part.second.data());
    };
    rows.parallel([&](int thread, int64_t place, Area area) {
        sum(parts[thread], x + place, at_place(y, place), above + place, at_place(masked, place), area);
    });
    // Padding zeros add nothing: their gradient is zero.
    const auto last_x = rows.last(x), last_y = rows.last(y);
    auto last_g = rows.last(above);
    const auto done = rows.rows * rows.width;
    if (rows.rest > 0) {
        sum(parts.back(), last_x.data(), last_y.data(), last_g.data(), masked == nullptr ? nullptr : last_g.data(),
            rows.area(1));
        if (masked != nullptr) std::copy_n(last_g.begin(), rows.rest, masked + done);
    }

    Numbers sums(rows.channels), products(rows.channels), slope(rows.channels), offset(rows.channels);
    for (const Pairs& part : parts) {
        for (int64_t i = 0; i < rows.width; i++) {
            sums[i % rows.channels] += part.first[i];
            products[i % rows.channels] += part.second[i];
        }
    }
    for (int64_t c = 0; c < rows.channels; c++) {
        std::tie(slope[c], offset[c]) = of.finish(c, sums[c], products[c], static_cast<double>(rows.count));
    }
    if (result == nullptr) return;
    const auto slopes = rows.repeat(slope), offsets = rows.repeat(offset);
    const auto run = [&](const T* xs, const T* gs, T* target, Area area) {
        kernels<T>().backward(xs, gs, target, area, scale.data(), shift.data(), mean.data(), slopes.data(),
                              offsets.data(), masked == nullptr ? of.mask : Mask::None, of.activation);
    };
    const T* g = masked == nullptr ? above : masked;
    rows.parallel([&](int, int64_t place, Area area) { run(x + place, g + place, result + place, area); });
    if (rows.rest > 0) {
        run(last_x.data(), last_g.data(), last_g.data(), rows.area(1));
        std::copy_n(last_g.begin(), rows.rest, result + done);
    }
}

template <typename T>
void backward(const Planes& planes, const Backward& of) {
    const T *x = data<T>(of.x), *y = data<T>(of.y), *above = data<T>(of.above);
    T *masked = data<T>(of.masked), *result = data<T>(of.to_x);
    const T* g = masked == nullptr ? above : masked;
    planes.parallel([&](int64_t c, int64_t place, Area area) {
        const Planes::Repeat scale(of.channels.scale[c]), shift(of.channels.shift[c]), mean(of.channels.mean[c]);
        double sums[kPlaneWidth] = {}, products[kPlaneWidth] = {};
        kernels<T>().sums(x + place, at_place(y, place), above + place, at_place(masked, place), area, scale, shift,
                          mean, of.mask, of.activation, sums, products);
        const auto [slope, offset] =
            of.finish(c, std::accumulate(sums, sums + area.width, 0.0),
                      std::accumulate(products, products + area.width, 0.0), static_cast<double>(planes.count));
        if (result == nullptr) return;
        kernels<T>().backward(x + place, g + place, result + place, area, scale, shift, mean, Planes::Repeat(slope),
                              Planes::Repeat(offset), masked == nullptr ? of.mask : Mask::None, of.activation);
    });
}

// Calls `body` with the memory layout of the tensor.
template <typename Body>
void by_layout(const at::Tensor& tensor, Body&& body) {
    if (tensor.is_contiguous(kChannelsLast)) {
        body(Rows(tensor));
    } else {
        body(Planes(tensor));
    }
}

at::MemoryFormat format_of(const at::Tensor& tensor) {
    return tensor.is_contiguous(kChannelsLast) ? kChannelsLast : at::MemoryFormat::Contiguous;
}

// Whether no other tensor uses this memory, so that a gradient may overwrite it.
bool is_alone(const at::Tensor& tensor) {
    return tensor.use_count() == 1 && tensor.has_storage() && tensor.storage().use_count() == 1;
}

variable_list NormBackward::apply(variable_list&& gradients) {
    if (!gradients[0].defined()) return variable_list(4);
    const at::NoGradGuard no_grad;
    const auto input = x.unpack(), scale = weight.unpack();
    auto above = std::move(gradients[0]);
    if (above.scalar_type() != input.scalar_type() || !above.is_contiguous(format_of(input))) {
        above = above.to(input.scalar_type()).contiguous(format_of(input));
    }
    const bool active = activation != Activation::None;
    // With a residual the slope comes from the output, and the gradient of the residual is stored apart from that of x.
    const bool overwrites = is_alone(above), separate = active && has_residual;
    const Mask mask = !active ? Mask::None : separate ? Mask::FromOutput : Mask::FromInput;
    Backward of{channels, input, {}, above, activation, mask, {}, {}, {}, {}};
    if (separate) {
        of.y = y.unpack(shared_from_this());
        of.masked = overwrites ? above : at::empty_like(above);
    }
    if (should_compute_output(0)) of.to_x = overwrites && !has_residual ? above : at::empty_like(input);
    of.to_weight = at::empty_like(scale);
    of.to_bias = at::empty_like(scale);
    by_type(input, [&](auto number) {
        by_layout(input, [&](const auto& layout) { backward<decltype(number)>(layout, of); });
    });
    return {of.to_x, separate ? of.masked : has_residual ? above : at::Tensor(), of.to_weight, of.to_bias};
}

bool is_supported(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight, Activation activation) {
    // The slopes of SiLU and hard-swish do not follow from their outputs.
    if (residual.defined() && activation > Activation::Relu6) return false;
    if (x.dim() != 4 || x.numel() == 0 || !x.is_cpu() || weight.scalar_type() != at::kFloat) return false;
    const auto format = format_of(x);
    const auto fits = [&](const at::Tensor& tensor) {
        return tensor.scalar_type() == x.scalar_type() && tensor.sizes() == x.sizes() && tensor.is_contiguous(format);
    };
    return (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
           (format == kChannelsLast || Planes::fit(x)) && fits(x) && (!residual.defined() || fits(residual));
}

at::Tensor activated(at::Tensor y, Activation activation) {
    switch (activation) {
        case Activation::None:
            return y;
        case Activation::Relu:
            return at::relu_(y);
        case Activation::Relu6:
            return at::clamp_max(at::relu_(y), 6);  // hardtanh has no backward in bfloat16 on a CPU
        case Activation::Silu:
            return at::silu(y);
        case Activation::HardSwish:
            return at::hardswish(y);
    }
    return y;
}

// The activation of batch_norm(x) + residual in training; the running statistics are updated.
at::Tensor batch_norm(const at::Tensor& x, const OptionalTensor& other, const at::Tensor& weight,
                      const at::Tensor& bias, const at::Tensor& running_mean, const at::Tensor& running_variance,
                      double momentum, double epsilon, int64_t kind) {
    const auto activation = static_cast<Activation>(kind);
    const auto residual = other ? *other : at::Tensor();
    if (!is_supported(x, residual, weight, activation)) {
        auto y = at::batch_norm(x, weight, bias, running_mean, running_variance, true, momentum, epsilon, true);
        if (other) y = y.scalar_type() == residual.scalar_type() ? y.add_(residual) : at::add(y, residual);
        return activated(y, activation);
    }
    Channels channels(x.size(1));
    at::Tensor y;
    {
        const at::AutoDispatchBelowADInplaceOrView below;
        y = at::empty_like(x);
        const Forward of{x, residual, weight, bias, epsilon, activation};
        by_type(x, [&](auto number) {
            by_layout(x, [&](const auto& layout) { forward<decltype(number)>(layout, of, channels, y); });
        });
        const double n = static_cast<double>(x.numel() / x.size(1)), unbiased = n > 1 ? n / (n - 1) : 1;
        for (int64_t c = 0; c < x.size(1); c++) {
            float &old_mean = data<float>(running_mean)[c], &old_variance = data<float>(running_variance)[c];
            old_mean = static_cast<float>(momentum * channels.mean[c] + (1 - momentum) * old_mean);
            old_variance =
                static_cast<float>(momentum * channels.variance[c] * unbiased + (1 - momentum) * old_variance);
        }
    }
    if (!torch::autograd::compute_requires_grad(x, residual, weight, bias)) return y;
    std::shared_ptr<NormBackward> node(new NormBackward(), torch::autograd::deleteNode);
    node->set_next_edges(torch::autograd::collect_next_edges(x, residual, weight, bias));
    node->x = SavedVariable(x, /*is_output=*/false);
    node->weight = SavedVariable(weight, /*is_output=*/false);
    node->channels = std::move(channels);
    node->activation = activation;
    node->has_residual = residual.defined();
    torch::autograd::set_history(y, node);
    if (activation != Activation::None && residual.defined()) node->y = SavedVariable(y, /*is_output=*/true);
    return y;
}

TORCH_LIBRARY(ocs, library) {
    library.def(
        "batch_norm(Tensor x, Tensor? residual, Tensor weight, Tensor bias, Tensor running_mean, Tensor "
        "running_variance, "
        "float momentum, float epsilon, int activation) -> Tensor",
        batch_norm);
}

}  // namespace
