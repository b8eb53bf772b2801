#pragma once

#include <ATen/core/Tensor.h>

#include "../compat.h"

namespace ocs {

// Whether convolutions may be Winograd's, at first where the processor can.
bool uses_winograd();
void use_winograd(bool enabled);

// Whether a convolution of stride, padding and dilation 1 in one group is one that `winograd` computes: float32, 3x3,
// over contiguous planes at least 7 wide.
bool fits_winograd(const at::Tensor& x, const at::Tensor& weight, const OCS_OPTIONAL<at::Tensor>& bias);

// x [N, C, H, W] by weight [O, C, 3, 3] with its gradients. The same bits with any number of threads.
at::Tensor winograd(const at::Tensor& x, const at::Tensor& weight, const OCS_OPTIONAL<at::Tensor>& bias);

}  // namespace ocs
