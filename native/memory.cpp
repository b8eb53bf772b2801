// The allocator of CPU tensors. Training steps allocate blocks of the same sizes, so freed memory is kept.

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "error.h"
#include "ocs_torch.h"

namespace {

constexpr size_t kLarge = 256 << 10, kPage = 4096, kLeastRegion = 32 << 20, kLine = 64;

#ifdef __GLIBC__
// Libraries allocate scratch memory by malloc. Without this glibc maps and unmaps it each time, and the kernel clears
// the pages (VGG-16, batch 128: 12 % of the step).
__attribute__((constructor)) void keep_large_blocks() {
    const int gibibyte = 1 << 30;
    const int largest_of_older_glibc = 32 << 20;
    if (mallopt(M_MMAP_THRESHOLD, gibibyte) == 0) mallopt(M_MMAP_THRESHOLD, largest_of_older_glibc);
    mallopt(M_TRIM_THRESHOLD, gibibyte);
    mallopt(M_TOP_PAD, 64 << 20);
}
#endif

// A heap of large blocks, separate from small ones: malloc would put small blocks into gaps that the next large block
// needs. Best fit; adjacent gaps are merged.
class Heap {
  public:
    // Null if the system gives no memory.
    void* take(size_t bytes) {
        const size_t size = size_of(bytes);
        const std::lock_guard<std::mutex> lock(mutex_);
        auto gap = gaps_by_size_.lower_bound({size, 0});
        if (gap == gaps_by_size_.end()) {
            if (!grow(size)) return nullptr;
            gap = gaps_by_size_.lower_bound({size, 0});
        }
        const auto [available, start] = *gap;
        remove(start, available);
        if (available > size) add(start + size, available - size);
        // Blocks that all begin at the start of a page would share cache lines in L1.
        const uintptr_t begin = start + ++taken_ * kLine % kPage;
        blocks_[begin] = {start, size};
        return reinterpret_cast<void*>(begin);
    }

    // False if the block is not from this heap.
    bool give_back(void* block) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = blocks_.find(reinterpret_cast<uintptr_t>(block));
        if (found == blocks_.end()) return false;
        const auto [start, size] = found->second;
        blocks_.erase(found);
        add(start, size);
        return true;
    }

    // Gaps stay where they are: the kernel takes their pages, and gives others when they are used again.
    void give_back_gaps() {
        const std::lock_guard<std::mutex> lock(mutex_);
        for (const auto& [start, size] : gaps_) madvise(reinterpret_cast<void*>(start), size, MADV_DONTNEED);
    }

  private:
    // The size includes room to begin at any cache line of a page. It is proportional, so that two blocks of half the
    // size fit where one was.
    static size_t size_of(size_t bytes) {
        const size_t room = bytes / 64 > kPage ? bytes / 64 : kPage;
        return (bytes + room + kPage - 1) / kPage * kPage;
    }

    bool grow(size_t size) {
        const size_t bytes = size > kLeastRegion ? size : kLeastRegion;
        // After the last region if that address is free, so that gaps can merge.
        void* region =
            mmap(reinterpret_cast<void*>(end_), bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (region == MAP_FAILED) return false;
        end_ = reinterpret_cast<uintptr_t>(region) + bytes;
        add(reinterpret_cast<uintptr_t>(region), bytes);
        return true;
    }

    void add(uintptr_t start, size_t size) {
        auto after = gaps_.lower_bound(start);
        if (after != gaps_.end() && after->first == start + size) {
            const size_t more = after->second;
            remove(start + size, more);
            size += more;
        }
        after = gaps_.lower_bound(start);
        if (after != gaps_.begin()) {
            const auto [before, less] = *std::prev(after);
            if (before + less == start) {
                remove(before, less);
                start = before;
                size += less;
            }
        }
        gaps_[start] = size;
        gaps_by_size_.insert({size, start});
    }

    void remove(uintptr_t start, size_t size) {
        gaps_.erase(start);
        gaps_by_size_.erase({size, start});
    }

    std::mutex mutex_;
    std::map<uintptr_t, size_t> gaps_;
    std::set<std::pair<size_t, uintptr_t>> gaps_by_size_;
    std::unordered_map<uintptr_t, std::pair<uintptr_t, size_t>> blocks_;
    uintptr_t end_ = 0;
    size_t taken_ = 0;
};

// Never destroyed: tensors may outlive static objects at the end of a process.
Heap& heap() {
    static auto* const made = new Heap();
    return *made;
}

void give_back(void* block) {
    if (!heap().give_back(block)) c10::GetDefaultCPUAllocator()->raw_deleter()(block);
}

struct Allocator : at::Allocator {
    // Constant in older versions of libtorch.
    at::DataPtr allocate(size_t bytes) const { return take(bytes); }
    at::DataPtr allocate(size_t bytes) { return take(bytes); }

    at::DeleterFnPtr raw_deleter() const override { return &give_back; }

    // Required by newer versions.
    void copy_data(void* to, const void* from, size_t bytes) const { std::memcpy(to, from, bytes); }

  private:
    static at::DataPtr take(size_t bytes) {
        void* block = bytes < kLarge ? nullptr : heap().take(bytes);
        // Its error message is well known.
        if (block == nullptr) return c10::GetDefaultCPUAllocator()->allocate(bytes);
        return {block, block, &give_back, at::Device(at::kCPU)};
    }
};

const bool installed = [] {
    c10::SetCPUAllocator(new Allocator(), 1);
    return true;
}();

}  // namespace

ocs_error* ocs_memory_give_back() noexcept {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    return ocs::guard([] { heap().give_back_gaps(); });
}
