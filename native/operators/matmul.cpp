// ocs::matmul: a product of matrices. Many small ones in float32, as in attention, are our own: libtorch 1.13 calls
// BLAS for one after the other, and copies tensors with gaps before. Everything else is libtorch's.

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <memory>

#include "../compat.h"
#include "../kernels/product.h"
#include "../processor.h"

#ifdef OCS_X86_KERNELS
extern const ocs::ProductKernels ocs_product_avx2, ocs_product_avx512;
#endif

namespace {

using ocs::Matrix;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kGrain = 256 * 1024;  // multiplications per thread, at least
constexpr int64_t kLargest = 512;       // larger matrices are faster in blocks, as BLAS does it

// Null where libtorch computes.
const ocs::ProductKernels* kernels() {
#ifdef OCS_X86_KERNELS
    if (ocs::own_instructions() == ocs::Instructions::Avx512) return &ocs_product_avx512;
    if (ocs::own_instructions() == ocs::Instructions::Avx2) return &ocs_product_avx2;
#endif
    return nullptr;
}

// The matrix with this number among the leading dimensions.
Matrix matrix_at(const at::Tensor& tensor, int64_t number) {
    int64_t place = 0;
    for (int64_t d = tensor.dim() - 3; d >= 0; d--) {
        place += number % tensor.size(d) * tensor.stride(d);
        number /= tensor.size(d);
    }
    return {tensor.data_ptr<float>() + place, tensor.stride(-2), tensor.stride(-1)};
}

// a [..., M, K] times b [..., K, N], of any strides, with equal leading dimensions.
at::Tensor product(const at::Tensor& a, const at::Tensor& b) {
    const auto* run = kernels();
    const int64_t m = a.size(-2), n = b.size(-1), k = a.size(-1);
    auto sizes = a.sizes().vec();
    sizes.back() = n;
    const auto result = at::empty(sizes, a.options());
    auto* c = result.data_ptr<float>();
    const int64_t count = result.numel() / (m * n);
    at::parallel_for(0, count, std::max<int64_t>(1, kGrain / (m * n * k)), [&](int64_t begin, int64_t end) {
        const std::unique_ptr<float[]> scratch(new float[run->scratch_size(m, k)]);
        for (int64_t i = begin; i < end; i++) {
            run->multiply(m, n, k, matrix_at(a, i), matrix_at(b, i), c + i * m * n, scratch.get());
        }
    });
    return result;
}

struct Product : torch::autograd::Function<Product> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& a, const at::Tensor& b) {
        context->save_for_backward({a, b});
        return product(a, b);
    }

    static variable_list backward(AutogradContext* context, variable_list above) {
        const auto saved = context->get_saved_variables();
        variable_list found(2);
        if (context->needs_input_grad(0)) found[0] = product(above[0], saved[1].transpose(-2, -1));
        if (context->needs_input_grad(1)) found[1] = product(saved[0].transpose(-2, -1), above[0]);
        return found;
    }
};

bool fits(const at::Tensor& a, const at::Tensor& b) {
    const auto is_wide = [](const at::Tensor& tensor) { return tensor.is_cpu() && tensor.scalar_type() == at::kFloat; };
    const int64_t d = a.dim();
    return d >= 3 && b.dim() == d && is_wide(a) && is_wide(b) && a.numel() > 0 && b.numel() > 0 &&
           !ocs::autocast_enabled(at::kCPU) && a.size(-1) == b.size(-2) && a.size(-1) <= kLargest &&
           std::min(a.size(-2), b.size(-1)) <= kLargest && a.sizes().slice(0, d - 2) == b.sizes().slice(0, d - 2) &&
           kernels() != nullptr;
}

at::Tensor matmul(const at::Tensor& a, const at::Tensor& b) {
    return fits(a, b) ? Product::apply(a, b) : at::matmul(a, b);
}

TORCH_LIBRARY_FRAGMENT(ocs, library) {
    library.def("matmul(Tensor a, Tensor b) -> Tensor", matmul);
}

}  // namespace
