#pragma once

#include <ATen/core/Tensor.h>

#include "../compat.h"
#include "../processor.h"

namespace ocs {

bool all_are(at::IntArrayRef numbers, int64_t number);

// A convolution with its gradients; none if only libtorch computes it. Ours are in float32, in one group, over
// contiguous planes: 3x3 with a padding of 1 and strides of 1 or 2, 1x1 with strides of 2. Results are bitwise equal
// for any number of threads.
OCS_OPTIONAL<at::Tensor> own_convolution(const at::Tensor& x, const at::Tensor& weight,
                                         const OCS_OPTIONAL<at::Tensor>& bias, at::IntArrayRef stride,
                                         at::IntArrayRef padding, at::IntArrayRef dilation, int64_t groups);

// Whether we compute the gradient of the weights of a convolution: it is depthwise, in float32, over channels-last
// values, with a kernel 5 or 7 wide.
bool has_depthwise_gradient(const at::Tensor& x, const at::Tensor& weight, int64_t groups);

// That gradient of `weight`, [C, 1, h, w], from that of the output in channels last. Bitwise equal for any number of
// threads.
at::Tensor depthwise_gradient(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& weight,
                              at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation);

}  // namespace ocs
