#pragma once

// Differences between the versions of libtorch that the shim builds with (1.13 to 2.x), and nowhere else.

#include <torch/csrc/api/include/torch/version.h>

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
#include <optional>
#define OCS_OPTIONAL std::optional
#else
#include <c10/util/Optional.h>
#define OCS_OPTIONAL c10::optional
#endif
