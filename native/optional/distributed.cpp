#include "../error.h"
#include "../tensor.h"

#ifdef USE_C10D_GLOO

#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/csrc/distributed/c10d/reducer.hpp>
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <algorithm>
#include <chrono>
#include <vector>

#include "../compat.h"

using ocs::borrow;
using ocs::guard;

namespace {

// From 2.0 on a ProcessGroup is a table of backends, one per kind of device; before, each backend is a group.
#if TORCH_VERSION_MAJOR >= 2
using Backend = c10d::Backend;
#else
using Backend = c10d::ProcessGroup;
#endif

using Store = c10::intrusive_ptr<c10d::Store>;

std::chrono::milliseconds milliseconds(int64_t count) {
    return std::chrono::milliseconds(count);
}

// The gradient of a 1x1 convolution may have other strides than its weight in dimensions of size 1; the reducer warns.
bool is_wanted(const std::string& warning) {
    return warning.find("Grad strides") == std::string::npos;
}

struct StrideWarnings : c10::WarningHandler {
#if TORCH_VERSION_MAJOR >= 2
    using Guard = c10::WarningUtils::WarningHandlerGuard;

    void process(const c10::Warning& warning) override {
        if (is_wanted(warning.msg())) c10::WarningHandler::process(warning);
    }
#else
    using Guard = c10::Warning::WarningHandlerGuard;

    void process(const c10::SourceLocation& place, const std::string& message, const bool verbatim) override {
        if (is_wanted(message)) c10::WarningHandler::process(place, message, verbatim);
    }
#endif
};

// A TCPStore listens on every interface of its machine; a file is only for processes of one machine and user.
Store meeting_place(const ocs_group_options& options) {
    const std::string file = options.store_file;
    if (!file.empty()) {
        auto store = c10::make_intrusive<c10d::FileStore>(file, options.size);
        store->setTimeout(milliseconds(options.join_timeout_ms));
        return store;
    }
    c10d::TCPStoreOptions tcp;
    tcp.port = static_cast<uint16_t>(options.port);
    tcp.isServer = options.hosts_store != 0;
    tcp.timeout = milliseconds(options.join_timeout_ms);
    tcp.waitWorkers = false;  // rank 0 would wait for all before it can name missing ones
    ocs::without_libuv(tcp);
    return c10::make_intrusive<c10d::TCPStore>(options.host, tcp);
}

// All must have joined before Gloo connects them: it waits for a missing process no longer than for a message.
void wait_for_all(const Store& store, const ocs_group_options& options) {
    std::vector<std::string> keys;
    for (int32_t rank = 0; rank < options.size; rank++) keys.push_back("arrived/" + std::to_string(rank));
    store->set(keys[options.rank], std::vector<uint8_t>{1});
    try {
        store->wait(keys, milliseconds(options.join_timeout_ms));
    } catch (const std::exception&) {
        std::string missing;
        for (int32_t rank = 0; rank < options.size; rank++) {
            if (!store->check({keys[rank]})) missing += " " + std::to_string(rank);
        }
        TORCH_CHECK(false, "did not come within ", options.join_timeout_ms / 1000, " s: rank", missing);
    }
}

c10::intrusive_ptr<Backend> gloo_backend(const Store& store, const ocs_group_options& options) {
    using c10d::ProcessGroupGloo;
    auto backend = ProcessGroupGloo::Options::create(milliseconds(options.timeout_ms));
    const std::string interface = options.interface, address = options.address;
    backend->devices.push_back(!interface.empty() ? ProcessGroupGloo::createDeviceForInterface(interface)
                               : !address.empty() ? ProcessGroupGloo::createDeviceForHostname(address)
                                                  : ProcessGroupGloo::createDefaultDevice());
    return c10::make_intrusive<ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>("gloo", store), options.rank,
                                                 options.size, backend);
}

#ifdef USE_C10D_NCCL
c10::intrusive_ptr<Backend> nccl_backend(const Store& store, const ocs_group_options& options) {
    auto backend = c10d::ProcessGroupNCCL::Options::create();
    backend->timeout = milliseconds(options.timeout_ms);
    return c10::make_intrusive<c10d::ProcessGroupNCCL>(c10::make_intrusive<c10d::PrefixStore>("nccl", store),
                                                       options.rank, options.size, backend);
}
#endif

}  // namespace

struct ocs_group {
    Store store;  // rank 0's is the server: it lives as long as the group
    c10::intrusive_ptr<Backend> cpu;
    c10::intrusive_ptr<Backend> cuda;
    int32_t size;

    const c10::intrusive_ptr<Backend>& backend(const at::Tensor& tensor) const {
        TORCH_CHECK(tensor.device().is_cpu() || cuda, "the group has no NCCL, which tensors on ", tensor.device(),
                    " need");
        return tensor.device().is_cpu() ? cpu : cuda;
    }

    c10::intrusive_ptr<c10d::ProcessGroup> process_group(const at::Tensor& tensor) const {
#if TORCH_VERSION_MAJOR >= 2
#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 6
        auto result = c10::make_intrusive<c10d::ProcessGroup>(store, cpu->getRank(), size);
#else
        auto result = c10::make_intrusive<c10d::ProcessGroup>(store, cpu->getRank(), size,
                                                              c10d::ProcessGroup::Options::create("undefined"));
#endif
        const bool is_cpu = tensor.device().is_cpu();
        result->setBackend(tensor.device().type(),
                           is_cpu ? c10d::ProcessGroup::BackendType::GLOO : c10d::ProcessGroup::BackendType::NCCL,
                           backend(tensor));
        return result;
#else
        return backend(tensor);
#endif
    }
};

struct ocs_reducer : c10d::Reducer {
    using Reducer::Reducer;
};

ocs_error* ocs_distributed_backends(int32_t* result) noexcept {
    return guard([&] {
        *result = OCS_GLOO;
#ifdef USE_C10D_NCCL
        *result |= OCS_NCCL;
#endif
    });
}

ocs_error* ocs_group_create(const ocs_group_options* options, ocs_group** result) noexcept {
    return guard([&] {
        Store store = c10::make_intrusive<c10d::PrefixStore>(options->prefix, meeting_place(*options));
        wait_for_all(store, *options);
        auto group = std::make_unique<ocs_group>();
        group->store = store;
        group->cpu = gloo_backend(store, *options);
        group->size = options->size;
#ifdef USE_C10D_NCCL
        if (options->nccl != 0) group->cuda = nccl_backend(store, *options);
#else
        TORCH_CHECK(options->nccl == 0, "the shim was built without NCCL");
#endif
        *result = group.release();
    });
}

ocs_error* ocs_group_free(ocs_group* group) noexcept {
    return guard([&] { delete group; });
}

ocs_error* ocs_group_broadcast(ocs_group* group, ocs_tensor* tensor, int32_t root) noexcept {
    return guard([&] {
        std::vector<at::Tensor> tensors{borrow(tensor).detach()};
        c10d::BroadcastOptions options;
        options.rootRank = root;
        group->backend(tensors[0])->broadcast(tensors, options)->wait();
    });
}

ocs_error* ocs_group_all_reduce(ocs_group* group, ocs_tensor* tensor, int32_t reduction) noexcept {
    return guard([&] {
        std::vector<at::Tensor> tensors{borrow(tensor).detach()};
        c10d::AllreduceOptions options;
        options.reduceOp = reduction == OCS_MAX ? c10d::ReduceOp::MAX : c10d::ReduceOp::SUM;
        group->backend(tensors[0])->allreduce(tensors, options)->wait();
    });
}

ocs_error* ocs_group_all_gather(ocs_group* group, ocs_tensor* tensor, ocs_tensor** results) noexcept {
    return guard([&] {
        std::vector<at::Tensor> inputs{borrow(tensor).detach()};
        std::vector<std::vector<at::Tensor>> outputs(1);
        for (int32_t i = 0; i < group->size; i++) outputs[0].push_back(at::empty_like(inputs[0]));
        group->backend(inputs[0])->allgather(outputs, inputs)->wait();
        for (int32_t i = 0; i < group->size; i++) results[i] = ocs::give(outputs[0][i]);
    });
}

ocs_error* ocs_reducer_create(ocs_group* group, ocs_tensor* const* parameters, int32_t count,
                              int64_t first_bucket_bytes, int64_t bucket_bytes, ocs_reducer** result) noexcept {
    return guard([&] {
        std::vector<at::Tensor> tensors;
        for (int32_t i = 0; i < count; i++) tensors.push_back(borrow(parameters[i]));
        TORCH_CHECK(count > 0, "there are no parameters");
        const std::vector<bool> no_sparse(count, false);
        auto [buckets, limits] = c10d::compute_bucket_assignment_by_size(
            tensors, {static_cast<size_t>(first_bucket_bytes), static_cast<size_t>(bucket_bytes)}, no_sparse);
        // Backward reaches the last layer first.
        std::reverse(buckets.begin(), buckets.end());
        std::reverse(limits.begin(), limits.end());
        const auto process_group = group->process_group(tensors[0]);
        *result = new ocs_reducer(tensors, buckets, limits, process_group, no_sparse, bucket_bytes,
                                  /*find_unused_parameters=*/false, /*gradient_as_bucket_view=*/true,
                                  /*param_names=*/{}, first_bucket_bytes);
    });
}

ocs_error* ocs_reducer_free(ocs_reducer* reducer) noexcept {
    return guard([&] { delete reducer; });
}

ocs_error* ocs_reducer_prepare_for_forward(ocs_reducer* reducer) noexcept {
    return guard([&] {
        // Once, after the first step: then buckets follow the order in which gradients become ready.
        reducer->rebuild_buckets();
        reducer->prepare_for_forward();
    });
}

ocs_error* ocs_reducer_backward(ocs_reducer* reducer, ocs_tensor* loss) noexcept {
    return guard([&] {
        ocs::use_threads();
        StrideWarnings handler;
        const StrideWarnings::Guard quiet(&handler);
        reducer->prepare_for_backward({});
        torch::autograd::backward({borrow(loss)}, {});
    });
}

#else

#define OCS_UNAVAILABLE(function, ...)                                                                             \
    ocs_error* function(__VA_ARGS__) noexcept {                                                                    \
        return ocs::fail("the shim was built without Gloo: install its headers (libgloo-dev), build it anew", ""); \
    }

ocs_error* ocs_distributed_backends(int32_t* result) noexcept {
    *result = 0;
    return nullptr;
}

OCS_UNAVAILABLE(ocs_group_create, const ocs_group_options*, ocs_group**)
OCS_UNAVAILABLE(ocs_group_free, ocs_group*)
OCS_UNAVAILABLE(ocs_group_broadcast, ocs_group*, ocs_tensor*, int32_t)
OCS_UNAVAILABLE(ocs_group_all_reduce, ocs_group*, ocs_tensor*, int32_t)
OCS_UNAVAILABLE(ocs_group_all_gather, ocs_group*, ocs_tensor*, ocs_tensor**)
OCS_UNAVAILABLE(ocs_reducer_create, ocs_group*, ocs_tensor* const*, int32_t, int64_t, int64_t, ocs_reducer**)
OCS_UNAVAILABLE(ocs_reducer_free, ocs_reducer*)
OCS_UNAVAILABLE(ocs_reducer_prepare_for_forward, ocs_reducer*)
OCS_UNAVAILABLE(ocs_reducer_backward, ocs_reducer*, ocs_tensor*)

#endif
