#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/scalar_tensor.h>

#include <memory>
#include <sstream>
#include <vector>

#include "compat.h"
#include "error.h"
#include "tensor.h"

using ocs::guard;

// The type to which the schema converts an int argument.
enum class Wanted : uint8_t { AsGiven, Double, IntList, DoubleList };

struct ocs_operator {
    c10::OperatorHandle handle;
    std::vector<Wanted> wanted;
    std::vector<int64_t> list_length;  // n of int[n], to which one int is repeated
    std::string schema;
};

namespace {

Wanted wanted(c10::TypePtr type) {
    if (auto optional = type->cast<c10::OptionalType>()) type = optional->getElementType();
    if (type->kind() == c10::TypeKind::FloatType) return Wanted::Double;
    if (auto list = type->cast<c10::ListType>()) {
        const auto element = list->getElementType()->kind();
        if (element == c10::TypeKind::FloatType) return Wanted::DoubleList;
        if (element == c10::TypeKind::IntType || element == c10::TypeKind::SymIntType) return Wanted::IntList;
    }
    return Wanted::AsGiven;
}

template <typename Element, typename Source>
c10::IValue list(const ocs_value& value) {
    const auto* source = static_cast<const Source*>(value.pointer);
    c10::List<Element> result;
    result.reserve(value.count);
    for (int32_t i = 0; i < value.count; i++) result.push_back(static_cast<Element>(source[i]));
    return result;
}

template <typename Element>
c10::IValue tensor_list(const ocs_value& value) {
    auto* const* source = static_cast<ocs_tensor* const*>(value.pointer);
    c10::List<Element> result;
    result.reserve(value.count);
    for (int32_t i = 0; i < value.count; i++) {
        result.push_back(source[i] == nullptr ? Element() : Element(ocs::borrow(source[i])));
    }
    return result;
}

c10::IValue integer(const ocs_operator& op, size_t index, int64_t value) {
    switch (op.wanted[index]) {
        case Wanted::Double:
            return static_cast<double>(value);
        case Wanted::IntList:
            return c10::List<int64_t>(std::vector<int64_t>(op.list_length[index], value));
        case Wanted::DoubleList:
            return c10::List<double>(std::vector<double>(op.list_length[index], static_cast<double>(value)));
        default:
            return value;
    }
}

c10::IValue boxed(const ocs_operator& op, size_t index, const ocs_value& value) {
    switch (value.kind) {
        case OCS_NONE:
            return c10::IValue();
        case OCS_TENSOR:
            return ocs::borrow(static_cast<ocs_tensor*>(const_cast<void*>(value.pointer)));
        case OCS_INT:
            return integer(op, index, value.integer);
        case OCS_DOUBLE:
            return value.real;
        case OCS_BOOL:
            return value.integer != 0;
        case OCS_INT_LIST:
            if (op.wanted[index] == Wanted::DoubleList) return list<double, int64_t>(value);
            return c10::IValue(c10::IntArrayRef(static_cast<const int64_t*>(value.pointer), value.count));
        case OCS_DOUBLE_LIST:
            if (op.wanted[index] == Wanted::DoubleList) return list<double, double>(value);
            return list<at::Scalar, double>(value);
        case OCS_BOOL_LIST:
            return list<bool, uint8_t>(value);
        case OCS_TENSOR_LIST:
            return tensor_list<at::Tensor>(value);
        case OCS_OPTIONAL_TENSOR_LIST:
            return tensor_list<OCS_OPTIONAL<at::Tensor>>(value);
        case OCS_DTYPE:
        case OCS_MEMORY_FORMAT:
            return value.integer;
        case OCS_DEVICE:
            return c10::Device(static_cast<c10::DeviceType>(value.integer), static_cast<c10::DeviceIndex>(value.count));
        case OCS_STRING:
            return std::string(static_cast<const char*>(value.pointer), value.count);
        case OCS_GENERATOR:
            return static_cast<const ocs_generator*>(value.pointer)->generator;
        default:
            TORCH_CHECK(false, "argument ", index, " is of unknown kind ", value.kind);
    }
}

void push_default(const ocs_operator& op, size_t index, torch::jit::Stack& stack) {
    const auto& argument = op.handle.schema().arguments()[index];
    const auto& value = argument.default_value();
    TORCH_CHECK(value.has_value(), "argument '", argument.name(), "' is missing: ", op.schema);
    stack.push_back(*value);
}

// Appends the tensors of one returned value.
void flatten(c10::IValue&& value, std::vector<at::Tensor>& results) {
    if (value.isTensor()) {
        results.push_back(std::move(value).toTensor());
    } else if (value.isTensorList()) {
        for (const at::Tensor& element : value.toTensorVector()) results.push_back(element);
    } else if (value.isInt()) {
        results.push_back(at::scalar_tensor(value.toInt(), at::kLong));
    } else if (value.isDouble()) {
        results.push_back(at::scalar_tensor(value.toDouble(), at::kDouble));
    } else if (value.isBool()) {
        results.push_back(at::scalar_tensor(value.toBool(), at::kBool));
    } else if (value.isNone()) {
        results.emplace_back();
    } else {
        TORCH_CHECK(false, "a result of kind ", value.tagKind(), " has no tensor form");
    }
}

}  // namespace

ocs_error* ocs_operator_find(const char* name, const char* overload, ocs_operator** result) noexcept {
    return guard([&] {
        const auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
        TORCH_CHECK(handle.has_value(), "libtorch has no operator '", name, "' with overload '", overload, "'");
        auto op = std::make_unique<ocs_operator>(ocs_operator{*handle, {}, {}, {}});
        for (const auto& argument : handle->schema().arguments()) {
            op->wanted.push_back(wanted(argument.type()));
            op->list_length.push_back(argument.N().value_or(1));
        }
        std::ostringstream text;
        text << handle->schema();
        op->schema = text.str();
        *result = op.release();
    });
}

ocs_error* ocs_operator_schema(const ocs_operator* op, const char** result) noexcept {
    return guard([&] { *result = op->schema.c_str(); });
}

ocs_error* ocs_operator_call(const ocs_operator* op, const ocs_value* arguments, int32_t argument_count,
                             ocs_tensor** results, int32_t capacity, int32_t* result_count,
                             ocs_tensor*** spill) noexcept {
    return guard([&] {
        const auto expected = static_cast<int32_t>(op->wanted.size());
        TORCH_CHECK(argument_count <= expected, "takes ", expected, " arguments, not ", argument_count, ": ",
                    op->schema);
        ocs::use_threads();
        torch::jit::Stack stack;
        stack.reserve(expected);
        for (int32_t i = 0; i < argument_count; i++) stack.push_back(boxed(*op, i, arguments[i]));
        for (int32_t i = argument_count; i < expected; i++) push_default(*op, i, stack);
        op->handle.callBoxed(&stack);

        *result_count = 0;
        *spill = nullptr;
        if (results == nullptr) return;
        if (stack.size() == 1 && stack[0].isTensor() && capacity > 0) {
            results[0] = ocs::give(std::move(stack[0]).toTensor());
            *result_count = 1;
            return;
        }
        std::vector<at::Tensor> flat;
        for (auto& value : stack) flatten(std::move(value), flat);
        const auto count = static_cast<int32_t>(flat.size());
        if (count > capacity) results = *spill = new ocs_tensor*[count];
        for (int32_t i = 0; i < count; i++) results[i] = ocs::give(std::move(flat[i]));
        *result_count = count;
    });
}

void ocs_spill_free(ocs_tensor** spill) noexcept {
    delete[] spill;
}
