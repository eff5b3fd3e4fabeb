// How much memory a program holds, and held at most. The program must have one file that includes
// heap_count.hpp. The sanitizers count by themselves: with them everything here is 0, and no bound says anything.
#pragma once

#include <atomic>
#include <cstddef>

namespace support::heap {

inline std::atomic<std::size_t> used{0};
inline std::atomic<std::size_t> most{0};

// What is held now is where the next peak() counts from.
class mark {
public:
    mark() : base_(used.load()) { most.store(base_); }
    std::size_t peak() const noexcept { return most.load() - base_; }

private:
    std::size_t base_;
};

} // namespace support::heap
