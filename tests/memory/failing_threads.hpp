// Threads that cannot be started, as when a process may have no more of them.
#pragma once

#include <cstddef>

namespace memory {

// While it lives, for all threads.
class no_threads {
public:
    no_threads();
    no_threads(no_threads const&) = delete;
    no_threads& operator=(no_threads const&) = delete;
    ~no_threads();
    // How many were refused.
    std::size_t refused() const noexcept;
};

} // namespace memory
