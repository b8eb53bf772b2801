#include "processor.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string_view>

namespace {

std::atomic<ocs::Instructions> wanted{ocs::Instructions::Avx512};

ocs::Instructions understood() {
#ifdef OCS_X86_KERNELS
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return avx2 && avx512 ? ocs::Instructions::Avx512 : avx2 ? ocs::Instructions::Avx2 : ocs::Instructions::Base;
#else
    return ocs::Instructions::Base;
#endif
}

ocs::Instructions allowed() {
    const char* text = std::getenv("ATEN_CPU_CAPABILITY");
    const std::string_view limit = text == nullptr ? "" : text;
    return limit == "default" ? ocs::Instructions::Base
           : limit == "avx2"  ? ocs::Instructions::Avx2
                              : ocs::Instructions::Avx512;
}

}  // namespace

ocs::Instructions ocs::best_instructions() {
    static const Instructions best = std::min(understood(), allowed());
    return best;
}

ocs::Instructions ocs::own_instructions() {
    return std::min(best_instructions(), wanted.load(std::memory_order_relaxed));
}

void ocs::limit_own_instructions(Instructions most) {
    wanted.store(most, std::memory_order_relaxed);
}
