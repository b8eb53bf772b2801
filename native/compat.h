#pragma once

// All differences between versions of libtorch (1.13 to 2.x).

#include <torch/csrc/api/include/torch/version.h>

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
#include <optional>
#define OCS_OPTIONAL std::optional
#else
#include <c10/util/Optional.h>
#define OCS_OPTIONAL c10::optional
#endif

#include <ATen/autocast_mode.h>
#ifdef OCS_CUDA_GRAPHS
#include <ATen/cuda/CUDAGraph.h>
#endif

namespace ocs {

// From 2.4 on libtorch has one function with a device argument; before, one function per device.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
inline bool autocast_enabled(at::DeviceType device) {
    return at::autocast::is_autocast_enabled(device);
}
inline at::ScalarType autocast_dtype(at::DeviceType device) {
    return at::autocast::get_autocast_dtype(device);
}
inline void set_autocast(at::DeviceType device, bool enabled, at::ScalarType dtype) {
    at::autocast::set_autocast_enabled(device, enabled);
    at::autocast::set_autocast_dtype(device, dtype);
}
#else
inline bool autocast_enabled(at::DeviceType device) {
    return device == at::kCPU ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
}
inline at::ScalarType autocast_dtype(at::DeviceType device) {
    return device == at::kCPU ? at::autocast::get_autocast_cpu_dtype() : at::autocast::get_autocast_gpu_dtype();
}
inline void set_autocast(at::DeviceType device, bool enabled, at::ScalarType dtype) {
    if (device == at::kCPU) {
        at::autocast::set_cpu_enabled(enabled);
        at::autocast::set_autocast_cpu_dtype(dtype);
    } else {
        at::autocast::set_enabled(enabled);
        at::autocast::set_autocast_gpu_dtype(dtype);
    }
}
#endif

// From 2.4 on the store uses libuv by default, which not every libtorch has. The older server works as well.
template <typename StoreOptions>
void without_libuv([[maybe_unused]] StoreOptions& options) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    options.useLibUV = false;
#endif
}

#ifdef OCS_CUDA_GRAPHS
// From 2.1 on other threads may use the device during a capture, as a data loader does.
inline void begin_capture(at::cuda::CUDAGraph& graph) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
    graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
#else
    graph.capture_begin();
#endif
}
#endif

}  // namespace ocs
