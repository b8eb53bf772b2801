// ocs::conv2d: a convolution. In float32 most convolutions over contiguous planes are our own, and so is a gradient of
// depthwise ones (own_conv.h). In bfloat16 over planes of few pixels, the gradient of the weights is one matrix product
// per kernel position, over the pixels read there: oneDNN takes twice as long (512 channels, 4x4 pixels). Strided 1x1
// convolutions first drop unread pixels (`Sparser`). Everything else is libtorch's.

#include <ATen/Parallel.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "../compat.h"
#include "own_conv.h"

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using OptionalTensor = OCS_OPTIONAL<at::Tensor>;

constexpr int64_t kFewPixels = 16, kManyChannels = 128;

// [positions, O, C] in bfloat16 becomes [O, C, kernel] in float32, the layout of weights.
at::Tensor as_weight(const at::Tensor& products, at::IntArrayRef sizes) {
    const auto result = at::empty(sizes, products.options().dtype(at::kFloat));
    const int64_t places = products.size(0), count = products.numel() / places;
    const auto* from = products.data_ptr<at::BFloat16>();
    auto* to = result.data_ptr<float>();
    at::parallel_for(0, count, 1024, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) {
            for (int64_t place = 0; place < places; place++) to[i * places + place] = from[place * count + i];
        }
    });
    return result;
}

// The range of outputs along a dimension whose input at this offset exists.
std::array<int64_t, 2> span(int64_t outputs, int64_t inputs, int64_t behind) {
    return {std::max<int64_t>(0, -behind), std::min(outputs, inputs - behind)};
}

at::Tensor weight_gradient(const at::Tensor& above, const at::Tensor& x, at::IntArrayRef sizes,
                           at::IntArrayRef padding) {
    const auto slopes = above.permute({0, 2, 3, 1}).contiguous(), values = x.permute({0, 2, 3, 1}).contiguous();
    const auto products = at::zeros({sizes[2] * sizes[3], sizes[0], sizes[1]}, above.options());
    for (int64_t place = 0; place < products.size(0); place++) {
        const int64_t down = place / sizes[3] - padding[0], right = place % sizes[3] - padding[1];
        const auto [top, bottom] = span(slopes.size(1), values.size(1), down);
        const auto [left, end] = span(slopes.size(2), values.size(2), right);
        if (top >= bottom || left >= end) continue;
        const auto g = slopes.slice(1, top, bottom).slice(2, left, end).reshape({-1, sizes[0]});
        const auto read = values.slice(1, top + down, bottom + down).slice(2, left + right, end + right);
        auto product = products[place];
        at::mm_out(product, g.t(), read.reshape({-1, sizes[1]}));
    }
    return as_weight(products, sizes);
}

// A convolution of libtorch with our gradient of the weights: depthwise, or in bfloat16 over few pixels. There x is
// bfloat16, weight and bias are float32, and their gradients have the same types.
struct OwnGradient : torch::autograd::Function<OwnGradient> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const OptionalTensor& bias, at::IntArrayRef stride, at::IntArrayRef padding,
                              at::IntArrayRef dilation, int64_t groups) {
        const auto typed = weight.to(x.scalar_type());
        context->save_for_backward({x, typed});
        context->saved_data["stride"] = stride.vec();
        context->saved_data["padding"] = padding.vec();
        context->saved_data["dilation"] = dilation.vec();
        context->saved_data["groups"] = groups;
        context->saved_data["biased"] = bias.has_value();
        return at::convolution(x, typed, bias ? bias->to(x.scalar_type()) : bias, stride, padding, dilation, false,
                               {0, 0}, groups);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1];
        const auto numbers = [&](const char* name) { return context->saved_data[name].toIntVector(); };
        const auto stride = numbers("stride"), padding = numbers("padding"), dilation = numbers("dilation");
        const int64_t groups = context->saved_data["groups"].toInt();
        const auto above =
            gradients[0].contiguous(groups == 1 ? at::MemoryFormat::Contiguous : at::MemoryFormat::ChannelsLast);
        const auto theirs = [&](std::array<bool, 3> wanted) {
            return at::convolution_backward(above, x, weight, {}, stride, padding, dilation, false, {0, 0}, groups,
                                            wanted);
        };
        variable_list found(7);
        if (context->needs_input_grad(0)) found[0] = std::get<0>(theirs({true, false, false}));
        if (context->needs_input_grad(1)) {
            // Our kernels may have been turned off since.
            found[1] = groups == 1 ? weight_gradient(above, x, weight.sizes(), padding)
                       : ocs::has_depthwise_gradient(x, weight, groups)
                           ? ocs::depthwise_gradient(x, above, weight, stride, padding, dilation)
                           : std::get<1>(theirs({false, true, false}));
        }
        if (context->saved_data["biased"].toBool()) found[2] = above.sum({0, 2, 3}, false, at::kFloat);
        return found;
    }
};

at::Tensor every(const at::Tensor& x, at::IntArrayRef stride) {
    return x.slice(2, 0, x.size(2), stride[0]).slice(3, 0, x.size(3), stride[1]);
}

// x without the pixels that a 1x1 convolution with strides does not read, in the layout of x.
struct Sparser : torch::autograd::Function<Sparser> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, at::IntArrayRef stride) {
        context->saved_data["sizes"] = x.sizes().vec();
        context->saved_data["stride"] = stride.vec();
        return every(x, stride).contiguous(x.suggest_memory_format());
    }

    static variable_list backward(AutogradContext* context, variable_list above) {
        const auto sizes = context->saved_data["sizes"].toIntVector(),
                   stride = context->saved_data["stride"].toIntVector();
        const auto gradient = at::empty(sizes, above[0].options(), above[0].suggest_memory_format()).zero_();
        every(gradient, stride).copy_(above[0]);
        return {gradient, at::Tensor()};
    }
};

// Whether oneDNN would gather the pixels that it reads. In channels last, with fewer channels than its vectors have
// lanes, it writes past its buffer (its issue 6035): the process crashes, or the gradient of the weights is wrong by a
// tenth. It depends on threads and images, so no trial can prove that a libtorch is free of it.
bool gathers(const at::Tensor& x, const at::Tensor& weight, at::IntArrayRef stride, at::IntArrayRef padding) {
    const bool last = x.suggest_memory_format() == at::MemoryFormat::ChannelsLast ||
                      weight.suggest_memory_format() == at::MemoryFormat::ChannelsLast;
    return x.is_cpu() && last && weight.size(2) == 1 && weight.size(3) == 1 && stride.size() == 2 &&
           !ocs::all_are(stride, 1) && ocs::all_are(padding, 0);
}

at::Tensor conv2d(const at::Tensor& x, const at::Tensor& weight, const OptionalTensor& bias, at::IntArrayRef stride,
                  at::IntArrayRef padding, at::IntArrayRef dilation, int64_t groups) {
    if (x.dim() != 4 || weight.dim() != 4) return at::conv2d(x, weight, bias, stride, padding, dilation, groups);
    const bool narrow = x.is_cpu() && ocs::autocast_enabled(at::kCPU) && ocs::autocast_dtype(at::kCPU) == at::kBFloat16;
    const bool small = x.size(2) * x.size(3) <= kFewPixels && weight.size(2) * weight.size(3) > 1 &&
                       std::min(weight.size(0), weight.size(1)) >= kManyChannels;
    const bool plain = groups == 1 && ocs::all_are(stride, 1) && ocs::all_are(dilation, 1);
    if (const auto y = ocs::own_convolution(x, weight, bias, stride, padding, dilation, groups)) return *y;
    const bool both = stride.size() == 2 && padding.size() == 2 && dilation.size() == 2;
    if (both && ocs::has_depthwise_gradient(x, weight, groups)) {
        return OwnGradient::apply(x, weight, bias, stride, padding, dilation, groups);
    }
    if (gathers(x, weight, stride, padding)) {
        return at::conv2d(Sparser::apply(x, stride), weight, bias, at::IntArrayRef{1, 1}, padding, dilation, groups);
    }
    if (!narrow || !small || !plain || !weight.is_contiguous()) {
        return at::conv2d(x, weight, bias, stride, padding, dilation, groups);
    }
    return OwnGradient::apply(x.to(at::kBFloat16), weight, bias, stride, padding, dilation, groups);
}

TORCH_LIBRARY_FRAGMENT(ocs, library) {
    library.def(
        "conv2d(Tensor x, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, int groups) -> "
        "Tensor",
        conv2d);
}

}  // namespace
