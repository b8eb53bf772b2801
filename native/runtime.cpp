#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/csrc/autograd/autograd.h>

#include <mutex>
#include <string>
#include <vector>

#include "compat.h"
#include "error.h"
#include "operators/own_conv.h"
#include "tensor.h"

using ocs::borrow;
using ocs::guard;

namespace {

std::atomic<int32_t> wanted_threads{0};  // 0: never set, libtorch's own default
thread_local int32_t applied_threads = 0;

std::vector<at::Tensor> borrow_all(ocs_tensor* const* tensors, int32_t count) {
    std::vector<at::Tensor> result;
    result.reserve(count);
    for (int32_t i = 0; i < count; i++) result.push_back(borrow(tensors[i]));
    return result;
}

at::Tensor state_of(at::Generator source) {
    const std::lock_guard<std::mutex> lock(source.mutex());
    return source.get_state();
}

void set_state(at::Generator target, const at::Tensor& state) {
    const std::lock_guard<std::mutex> lock(target.mutex());
    target.set_state(state);
}

at::Generator generator(int32_t device_kind, int32_t device_index) {
    return at::globalContext().defaultGenerator(
        c10::Device(static_cast<c10::DeviceType>(device_kind), static_cast<c10::DeviceIndex>(device_index)));
}

}  // namespace

void ocs::use_threads() {
    const int32_t wanted = wanted_threads.load(std::memory_order_relaxed);
    if (wanted != applied_threads) {
        at::set_num_threads(wanted);
        applied_threads = wanted;
    }
}

ocs_error* ocs_grad_mode_get(uint8_t* enabled) noexcept {
    return guard([&] { *enabled = c10::GradMode::is_enabled(); });
}

ocs_error* ocs_grad_mode_set(uint8_t enabled) noexcept {
    return guard([&] { c10::GradMode::set_enabled(enabled != 0); });
}

ocs_error* ocs_requires_grad_get(ocs_tensor* tensor, uint8_t* result) noexcept {
    return guard([&] { *result = borrow(tensor).requires_grad(); });
}

ocs_error* ocs_requires_grad_set(ocs_tensor* tensor, uint8_t value) noexcept {
    return guard([&] { borrow(tensor).requires_grad_(value != 0); });
}

ocs_error* ocs_gradient_take(ocs_tensor* tensor, ocs_tensor** result) noexcept {
    return guard([&] { *result = ocs::give(borrow(tensor).grad()); });
}

ocs_error* ocs_gradient_set(ocs_tensor* tensor, ocs_tensor* gradient) noexcept {
    return guard([&] { borrow(tensor).mutable_grad() = borrow(gradient); });
}

ocs_error* ocs_autograd_backward(ocs_tensor* const* outputs, int32_t output_count, uint8_t retain_graph) noexcept {
    return guard([&] {
        ocs::use_threads();
        torch::autograd::backward(borrow_all(outputs, output_count), {}, retain_graph != 0, false);
    });
}

ocs_error* ocs_autograd_gradients(ocs_tensor* const* outputs, int32_t output_count, ocs_tensor* const* inputs,
                                  int32_t input_count, uint8_t retain_graph, ocs_tensor** results) noexcept {
    return guard([&] {
        ocs::use_threads();
        const auto gradients =
            torch::autograd::grad(borrow_all(outputs, output_count), borrow_all(inputs, input_count), {},
                                  retain_graph != 0, /*create_graph=*/false, /*allow_unused=*/false);
        for (int32_t i = 0; i < input_count; i++) results[i] = ocs::give(gradients[i]);
    });
}

ocs_error* ocs_autocast_get(int32_t device_kind, uint8_t* enabled, int32_t* dtype) noexcept {
    return guard([&] {
        const auto device = static_cast<c10::DeviceType>(device_kind);
        *enabled = ocs::autocast_enabled(device);
        *dtype = static_cast<int32_t>(ocs::autocast_dtype(device));
    });
}

ocs_error* ocs_autocast_set(int32_t device_kind, uint8_t enabled, int32_t dtype) noexcept {
    return guard([&] {
        ocs::set_autocast(static_cast<c10::DeviceType>(device_kind), enabled != 0, static_cast<at::ScalarType>(dtype));
    });
}

ocs_error* ocs_autocast_clear_cache() noexcept {
    return guard([&] { at::autocast::clear_cache(); });
}

ocs_error* ocs_live_tensors(int64_t* result) noexcept {
    return guard([&] { *result = ocs::live_tensors.load(std::memory_order_relaxed); });
}

ocs_error* ocs_torch_version(const char** result) noexcept {
    return guard([&] { *result = TORCH_VERSION; });
}

ocs_error* ocs_threads_get(int32_t* result) noexcept {
    return guard([&] {
        ocs::use_threads();
        *result = at::get_num_threads();
    });
}

ocs_error* ocs_threads_set(int32_t count) noexcept {
    return guard([&] {
        at::set_num_threads(count);
        wanted_threads.store(count, std::memory_order_relaxed);
        applied_threads = count;
    });
}

ocs_error* ocs_own_kernels_get(uint8_t* result) noexcept {
    return guard([&] { *result = static_cast<uint8_t>(ocs::own_instructions()); });
}

ocs_error* ocs_own_kernels_set(uint8_t most) noexcept {
    return guard([&] { ocs::limit_own_instructions(static_cast<ocs::Instructions>(most)); });
}

ocs_error* ocs_rng_seed(uint64_t seed) noexcept {
    return guard([&] { at::manual_seed(seed); });
}

ocs_error* ocs_rng_state_get(int32_t device_kind, int32_t device_index, ocs_tensor** result) noexcept {
    return guard([&] { *result = ocs::give(state_of(generator(device_kind, device_index))); });
}

ocs_error* ocs_rng_state_set(int32_t device_kind, int32_t device_index, ocs_tensor* state) noexcept {
    return guard([&] { set_state(generator(device_kind, device_index), borrow(state)); });
}

ocs_error* ocs_generator_create(uint64_t seed, ocs_generator** result) noexcept {
    return guard([&] { *result = new ocs_generator{at::make_generator<at::CPUGeneratorImpl>(seed)}; });
}

ocs_error* ocs_generator_free(ocs_generator* generator) noexcept {
    return guard([&] { delete generator; });
}

ocs_error* ocs_generator_state_get(ocs_generator* generator, ocs_tensor** result) noexcept {
    return guard([&] { *result = ocs::give(state_of(generator->generator)); });
}

ocs_error* ocs_generator_state_set(ocs_generator* generator, ocs_tensor* state) noexcept {
    return guard([&] { set_state(generator->generator, borrow(state)); });
}

// CUDA is reached by libtorch's hooks: no CUDA headers are needed, and a libtorch without CUDA reports an error.
ocs_error* ocs_cuda_compiled(uint8_t* result) noexcept {
    return guard([&] {
#ifdef OCS_CUDA
        *result = 1;
#else
        *result = 0;
#endif
    });
}

ocs_error* ocs_cuda_device_count(int32_t* result) noexcept {
    return guard([&] { *result = static_cast<int32_t>(at::getNumGPUs()); });
}

ocs_error* ocs_device_synchronize(int32_t device_kind, int32_t device_index) noexcept {
    return guard([&] {
        const auto type = static_cast<c10::DeviceType>(device_kind);
        if (type == c10::DeviceType::CPU) return;
        const auto* device = c10::impl::getDeviceGuardImpl(type);
        device->synchronizeStream(device->getStream(c10::Device(type, static_cast<c10::DeviceIndex>(device_index))));
    });
}

ocs_error* ocs_matmul_precision_get(int32_t* result) noexcept {
    return guard([&] { *result = static_cast<int32_t>(at::globalContext().float32MatmulPrecision()); });
}

ocs_error* ocs_matmul_precision_set(int32_t precision) noexcept {
    return guard([&] {
        TORCH_CHECK(precision >= 0 && precision <= 2, "the precision of products is 0, 1 or 2, not ", precision);
        const std::string names[] = {"highest", "high", "medium"};
        at::globalContext().setFloat32MatmulPrecision(names[precision]);
        at::globalContext().setAllowTF32CuDNN(precision > 0);
    });
}

ocs_error* ocs_cudnn_benchmark_get(uint8_t* result) noexcept {
    return guard([&] { *result = at::globalContext().benchmarkCuDNN(); });
}

ocs_error* ocs_cudnn_benchmark_set(uint8_t enabled) noexcept {
    return guard([&] { at::globalContext().setBenchmarkCuDNN(enabled != 0); });
}
