// Activation checkpointing: backward recomputes values instead of keeping them (Chen et al. 2016, arXiv 1604.06174).

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <stdexcept>
#include <vector>

#include "error.h"
#include "tensor.h"

namespace {

using torch::autograd::variable_list;

// The backward node of a computation without autograd.
struct Recomputed : torch::autograd::Node {
    Recomputed(const ocs_recomputation& recomputation, size_t inputs)
        : recomputation_(recomputation), inputs_(inputs) {}

    ~Recomputed() override { let_go(); }

    Recomputed(const Recomputed&) = delete;
    Recomputed& operator=(const Recomputed&) = delete;

    std::string name() const override { return "ocs::Recomputed"; }

    void release_variables() override { let_go(); }

    variable_list apply(variable_list&& above) override {
        if (recomputation_.state == nullptr) throw std::runtime_error("its values were released: backward runs once");
        std::vector<ocs_tensor*> given, found(inputs_, nullptr);
        for (auto& gradient : above) given.push_back(ocs::give(std::move(gradient)));
        char message[1024] = "";
        if (recomputation_.run(recomputation_.state, given.data(), static_cast<int32_t>(given.size()), found.data(),
                               static_cast<int32_t>(inputs_), message, sizeof message) != 0) {
            throw std::runtime_error(message);
        }
        variable_list result;
        for (auto* gradient : found) result.push_back(ocs::borrow(gradient));
        return result;
    }

  private:
    void let_go() {
        if (recomputation_.state != nullptr) recomputation_.release(recomputation_.state);
        recomputation_.state = nullptr;
    }

    ocs_recomputation recomputation_;
    size_t inputs_;
};

}  // namespace

ocs_error* ocs_recompute(ocs_tensor* const* inputs, int32_t input_count, ocs_tensor* const* outputs,
                         int32_t output_count, const ocs_recomputation* recomputation) noexcept {
    return ocs::guard([&] {
        // From now on the node releases the state, also after an error.
        const std::shared_ptr<Recomputed> node(new Recomputed(*recomputation, input_count),
                                               torch::autograd::deleteNode);
        variable_list read;
        for (int32_t i = 0; i < input_count; i++) read.push_back(ocs::borrow(inputs[i]));
        node->set_next_edges(torch::autograd::collect_next_edges(read));
        for (int32_t i = 0; i < output_count; i++) {
            auto output = ocs::borrow(outputs[i]);
            torch::autograd::set_history(output, node);
        }
    });
}

ocs_error* ocs_autograd_backward_from(ocs_tensor* const* outputs, ocs_tensor* const* gradients,
                                      int32_t count) noexcept {
    return ocs::guard([&] {
        ocs::use_threads();
        variable_list roots, above;
        for (int32_t i = 0; i < count; i++) {
            roots.push_back(ocs::borrow(outputs[i]));
            above.push_back(ocs::borrow(gradients[i]));
        }
        torch::autograd::backward(roots, above);
    });
}
