#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <string>

#include "ocs_torch.h"

struct ocs_error {
    std::string message;
    std::string stack;
};

namespace ocs {

inline ocs_error* fail(const char* message, const char* stack) noexcept {
    // Out of memory while reporting an error: the process terminates.
    return new ocs_error{message, stack};
}

// Runs `body`. Exceptions become errors, so that none crosses the C boundary.
template <typename Body>
ocs_error* guard(Body&& body) noexcept {
    try {
        body();
        return nullptr;
    } catch (const c10::Error& error) {
        return fail(error.what_without_backtrace(), error.what());
    } catch (const std::exception& error) {
        return fail(error.what(), "");
    } catch (...) {
        return fail("unknown C++ exception", "");
    }
}

}  // namespace ocs
