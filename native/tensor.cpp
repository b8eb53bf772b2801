#include "tensor.h"

#include <ATen/ops/item.h>
#include <c10/core/MemoryFormat.h>

#include "error.h"

using ocs::borrow;
using ocs::guard;

std::atomic<int64_t> ocs::live_tensors{0};

const char* ocs_error_message(const ocs_error* error) noexcept {
    return error->message.c_str();
}

const char* ocs_error_stack(const ocs_error* error) noexcept {
    return error->stack.c_str();
}

void ocs_error_free(ocs_error* error) noexcept {
    delete error;
}

ocs_error* ocs_tensor_release(ocs_tensor* tensor) noexcept {
    return guard([&] {
        if (tensor == nullptr) return;
        ocs::live_tensors.fetch_sub(1, std::memory_order_relaxed);
        c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(ocs::impl(tensor));
    });
}

ocs_error* ocs_tensor_alias(ocs_tensor* tensor, ocs_tensor** result) noexcept {
    return guard([&] { *result = ocs::give(borrow(tensor)); });
}

ocs_error* ocs_tensor_describe(ocs_tensor* tensor, ocs_tensor_info* info, int64_t* sizes, int32_t capacity) noexcept {
    return guard([&] {
        const at::TensorImpl* impl = ocs::impl(tensor);
        const auto shape = impl->sizes();
        const auto device = impl->device();
        info->element_count = impl->numel();
        info->rank = static_cast<int32_t>(shape.size());
        info->dtype = static_cast<int32_t>(c10::typeMetaToScalarType(impl->dtype()));
        info->device_kind = static_cast<int32_t>(device.type());
        info->device_index = device.index();
        for (int32_t i = 0; i < info->rank && i < capacity; i++) sizes[i] = shape[i];
    });
}

ocs_error* ocs_tensor_is_contiguous(ocs_tensor* tensor, int32_t memory_format, uint8_t* result) noexcept {
    return guard([&] { *result = ocs::impl(tensor)->is_contiguous(static_cast<c10::MemoryFormat>(memory_format)); });
}

ocs_error* ocs_tensor_data(ocs_tensor* tensor, void** result) noexcept {
    return guard([&] { *result = borrow(tensor).data_ptr(); });
}

ocs_error* ocs_tensor_item(ocs_tensor* tensor, ocs_value* result) noexcept {
    return guard([&] {
        const at::Scalar item = borrow(tensor).item();
        if (item.isBoolean()) {
            *result = ocs_value{OCS_BOOL, 0, {item.toBool() ? 1 : 0}};
        } else if (item.isIntegral(false)) {
            *result = ocs_value{OCS_INT, 0, {item.toLong()}};
        } else {
            *result = ocs_value{OCS_DOUBLE, 0, {}};
            result->real = item.toDouble();
        }
    });
}
