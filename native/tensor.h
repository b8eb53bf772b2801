#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <atomic>

#include "ocs_torch.h"

struct ocs_generator {
    at::Generator generator;
};

namespace ocs {

// An ocs_tensor* is the TensorImpl* itself with one reference: no extra allocation per tensor.
extern std::atomic<int64_t> live_tensors;

inline at::TensorImpl* impl(ocs_tensor* tensor) {
    return reinterpret_cast<at::TensorImpl*>(tensor);
}

// A counted reference for the duration of a call; null gives the undefined tensor.
inline at::Tensor borrow(ocs_tensor* tensor) {
    if (tensor == nullptr) return at::Tensor();
    return at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim_copy(impl(tensor)));
}

// Hands a reference to the caller; the undefined tensor gives null.
inline ocs_tensor* give(at::Tensor tensor) {
    if (!tensor.defined()) return nullptr;
    live_tensors.fetch_add(1, std::memory_order_relaxed);
    return reinterpret_cast<ocs_tensor*>(tensor.unsafeReleaseTensorImpl());
}

// OpenMP keeps the number of threads per thread; this applies the last ocs_threads_set to the calling thread.
void use_threads();

}  // namespace ocs
