#pragma once

// Debian's libtorch-dev lacks this header, but c10d's reducer.hpp includes it. It needs only these names. If libtorch
// has the real header, that is found first.

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace torch::distributed::autograd {

class DistAutogradContext {
  public:
    using GradCallback = std::function<bool(at::Tensor&)>;
};

using ContextPtr = std::shared_ptr<DistAutogradContext>;

}  // namespace torch::distributed::autograd
