// CUDA beyond tensors and operators: a side stream, graphs, and the allocator's statistics. It needs CUDA's headers
// (OCS_CUDA_GRAPHS). Without them, or with a libtorch without CUDA, each function but the first is an error.

#include "../compat.h"
#include "../error.h"

#ifdef OCS_CUDA_GRAPHS
#include <ATen/cuda/CUDAGraph.h>
#include <ATen/ops/empty.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <memory>
#endif

using ocs::guard;

ocs_error* ocs_cuda_graphs(uint8_t* result) noexcept {
    return guard([&] {
#ifdef OCS_CUDA_GRAPHS
        *result = 1;
#else
        *result = 0;
#endif
    });
}

#ifdef OCS_CUDA_GRAPHS

namespace allocator = c10::cuda::CUDACachingAllocator;

// A side stream with its capture. All captures of one owner use one stream: libtorch keeps workspaces per stream.
struct ocs_cuda_graph {
    c10::cuda::CUDAStream stream;
    std::unique_ptr<at::cuda::CUDAGraph> captured;
    OCS_OPTIONAL<c10::cuda::CUDAStreamGuard> inside;
};

namespace {

// The allocator knows a device only after the first tensor on it.
c10::DeviceIndex initialized(int32_t device_index) {
    const auto index = static_cast<c10::DeviceIndex>(device_index);
    at::empty({0}, at::TensorOptions().device(c10::Device(at::kCUDA, index)));
    return index;
}

at::cuda::CUDAGraph& captured(ocs_cuda_graph* graph) {
    TORCH_CHECK(graph->captured != nullptr, "nothing was captured yet");
    return *graph->captured;
}

// libtorch's allocator keeps asking a capture that failed to begin or end whether it owns memory, so such a capture is
// never freed.
template <typename Body>
void or_abandon(ocs_cuda_graph* graph, Body&& body) {
    try {
        body(captured(graph));
    } catch (...) {
        static_cast<void>(graph->captured.release());
        throw;
    }
}

}  // namespace

ocs_error* ocs_cuda_graph_create(int32_t device_index, ocs_cuda_graph** result) noexcept {
    return guard([&] {
        const auto index = initialized(device_index);
        *result = new ocs_cuda_graph{c10::cuda::getStreamFromPool(/*isHighPriority=*/false, index), nullptr, {}};
    });
}

ocs_error* ocs_cuda_graph_free(ocs_cuda_graph* graph) noexcept {
    return guard([&] {
        const c10::cuda::CUDAGuard device(graph->stream.device_index());
        c10::cuda::device_synchronize();
        delete graph;
    });
}

ocs_error* ocs_cuda_graph_enter(ocs_cuda_graph* graph) noexcept {
    return guard([&] {
        TORCH_CHECK(!graph->inside, "the side stream is in use already");
        {
            const c10::cuda::CUDAGuard device(graph->stream.device_index());
            c10::cuda::device_synchronize();
        }
        graph->inside.emplace(graph->stream.unwrap());
    });
}

ocs_error* ocs_cuda_graph_leave(ocs_cuda_graph* graph) noexcept {
    return guard([&] {
        graph->inside.reset();
        const c10::cuda::CUDAGuard device(graph->stream.device_index());
        c10::cuda::device_synchronize();
    });
}

ocs_error* ocs_cuda_graph_begin(ocs_cuda_graph* graph) noexcept {
    return guard([&] {
        TORCH_CHECK(static_cast<bool>(graph->inside), "a capture begins on the side stream: enter it first");
        graph->captured.reset();
        // The capture allocates from a separate pool: memory of the warm-up would stay unused.
        allocator::emptyCache();
        graph->captured = std::make_unique<at::cuda::CUDAGraph>();
        or_abandon(graph, [](at::cuda::CUDAGraph& capture) { ocs::begin_capture(capture); });
    });
}

ocs_error* ocs_cuda_graph_end(ocs_cuda_graph* graph) noexcept {
    return guard([&] { or_abandon(graph, [](at::cuda::CUDAGraph& capture) { capture.capture_end(); }); });
}

ocs_error* ocs_cuda_graph_discard(ocs_cuda_graph* graph) noexcept {
    return guard([&] {
        const c10::cuda::CUDAGuard device(graph->stream.device_index());
        c10::cuda::device_synchronize();
        graph->captured.reset();
    });
}

ocs_error* ocs_cuda_graph_replay(ocs_cuda_graph* graph) noexcept {
    return guard([&] { captured(graph).replay(); });
}

ocs_error* ocs_cuda_memory(int32_t device_index, int64_t* in_use, int64_t* peak) noexcept {
    return guard([&] {
        constexpr size_t all_blocks = 0;
        const auto stats = allocator::getDeviceStats(initialized(device_index));
        *in_use = stats.allocated_bytes[all_blocks].current;
        *peak = stats.allocated_bytes[all_blocks].peak;
    });
}

ocs_error* ocs_cuda_memory_reset_peak(int32_t device_index) noexcept {
    return guard([&] { allocator::resetPeakStats(initialized(device_index)); });
}

ocs_error* ocs_cuda_empty_cache() noexcept {
    return guard([&] { allocator::emptyCache(); });
}

#else

namespace {

ocs_error* missing() {
#ifdef OCS_CUDA
    return ocs::fail("the shim was built without CUDA's headers: set CUDA_HOME to a CUDA toolkit and build it anew",
                     "");
#else
    return ocs::fail("this libtorch has no CUDA: set LIBTORCH to one that has and build the shim anew", "");
#endif
}

}  // namespace

#define OCS_MISSING(name, ...)              \
    ocs_error* name(__VA_ARGS__) noexcept { \
        return missing();                   \
    }
OCS_MISSING(ocs_cuda_graph_create, int32_t, ocs_cuda_graph**)
OCS_MISSING(ocs_cuda_graph_free, ocs_cuda_graph*)
OCS_MISSING(ocs_cuda_graph_enter, ocs_cuda_graph*)
OCS_MISSING(ocs_cuda_graph_leave, ocs_cuda_graph*)
OCS_MISSING(ocs_cuda_graph_begin, ocs_cuda_graph*)
OCS_MISSING(ocs_cuda_graph_end, ocs_cuda_graph*)
OCS_MISSING(ocs_cuda_graph_discard, ocs_cuda_graph*)
OCS_MISSING(ocs_cuda_graph_replay, ocs_cuda_graph*)
OCS_MISSING(ocs_cuda_memory, int32_t, int64_t*, int64_t*)
OCS_MISSING(ocs_cuda_memory_reset_peak, int32_t)
OCS_MISSING(ocs_cuda_empty_cache)

#endif
