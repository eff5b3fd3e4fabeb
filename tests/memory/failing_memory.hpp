// Memory that runs out at a chosen moment: the n-th allocation of this thread fails, once.
#pragma once

#include <cstddef>
#include <exception>
#include <new>

namespace memory {

// While it lives. Allocations are those of operator new and of std::aligned_alloc (where Asio's operations come from).
class failing {
public:
    explicit failing(std::size_t nth);
    failing(failing const&) = delete;
    failing& operator=(failing const&) = delete;
    ~failing();
    bool happened() const noexcept;
};

// While it lives, none fails, and none is counted down: for what a test does itself.
class spared {
public:
    spared();
    spared(spared const&) = delete;
    spared& operator=(spared const&) = delete;
    ~spared();

private:
    std::size_t left_;
};

// Allocations of this thread so far.
std::size_t count() noexcept;

// Blocks of operator new that are not freed, of all threads.
std::size_t live() noexcept;

// Calls `work` again and again, its first allocation failing, its second, and so on, until it got all it asked for.
// `after` is told whether it threw. Returns how often something failed.
template <class Prepare, class Work, class After>
std::size_t fail_each(Prepare prepare, Work work, After after)
{
    for (std::size_t nth = 1;; ++nth) {
        auto subject = prepare();
        bool threw = false;
        bool happened = false;
        {
            failing const now{nth};
            try {
                work(subject);
            } catch (std::bad_alloc const&) {
                threw = true;
            }
            happened = now.happened();
        }
        after(subject, threw);
        if (!happened)
            return nth - 1;
    }
}

} // namespace memory
