#include "../kernels/depthwise.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "own_conv.h"

#ifdef OCS_X86_KERNELS
extern const ocs::DepthwiseKernels ocs_depthwise_avx2, ocs_depthwise_avx512;
#endif

namespace {

using ocs::DepthwiseKernels;
using ocs::Side;

constexpr int64_t kCacheNumbers = 96 * 1024;  // of values and slopes that are multiplied together
constexpr int64_t kMostParts = 16;

// Null if there are none for the instructions and the kernel.
DepthwiseKernels::Products products(const at::Tensor& weight) {
#ifdef OCS_X86_KERNELS
    const auto* all = ocs::own_instructions() == ocs::Instructions::Avx512 ? &ocs_depthwise_avx512
                      : ocs::own_instructions() == ocs::Instructions::Avx2 ? &ocs_depthwise_avx2
                                                                           : nullptr;
    if (all != nullptr && weight.size(3) == 5) return all->five;
    if (all != nullptr && weight.size(3) == 7) return all->seven;
#endif
    return nullptr;
}

}  // namespace

bool ocs::has_depthwise_gradient(const at::Tensor& x, const at::Tensor& weight, int64_t groups) {
    const auto is_plain = [](const at::Tensor& tensor) {
        return tensor.is_cpu() && tensor.scalar_type() == at::kFloat;
    };
    return groups > 1 && groups == x.size(1) && weight.size(0) == groups && weight.size(1) == 1 && is_plain(x) &&
           is_plain(weight) && !autocast_enabled(at::kCPU) && x.is_contiguous(at::MemoryFormat::ChannelsLast) &&
           x.numel() > 0 && products(weight) != nullptr;
}

at::Tensor ocs::depthwise_gradient(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& weight,
                                   at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation) {
    const Side down{x.size(2), slopes.size(2), stride[0], padding[0], dilation[0]};
    const Side right{x.size(3), slopes.size(3), stride[1], padding[1], dilation[1]};
    const int64_t channels = x.size(1);
    // A few rows at a time, so that their values stay in the cache. A fixed number of parts, each with its own sums,
    // for any number of threads.
    const int64_t numbers = (right.read * down.stride + right.written) * channels;
    const int64_t band = std::clamp<int64_t>(kCacheNumbers / numbers, 1, down.written);
    const int64_t bands = (down.written + band - 1) / band, all = x.size(0) * bands, parts = std::min(all, kMostParts);
    const auto sums = at::zeros({parts, weight.size(2) * weight.size(3), channels}, x.options());
    const auto run = products(weight);
    at::parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
        for (int64_t part = first; part < last; part++) {
            for (int64_t i = part * all / parts; i < (part + 1) * all / parts; i++) {
                const int64_t image = i / bands, begin = i % bands * band;
                run(down, right, weight.size(2), channels, x.data_ptr<float>() + image * x.stride(0),
                    slopes.data_ptr<float>() + image * slopes.stride(0), begin, std::min(begin + band, down.written),
                    sums.data_ptr<float>() + part * sums.stride(0));
            }
        }
    });
    return at::empty_like(weight).copy_(sums.sum(0).t().reshape(weight.sizes()));
}
