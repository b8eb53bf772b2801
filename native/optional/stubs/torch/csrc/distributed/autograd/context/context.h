#pragma once

// Debian's libtorch-dev leaves this header out, but c10d's reducer.hpp includes it. These names are all that it needs;
// a libtorch that has the real header is found before this one.

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
