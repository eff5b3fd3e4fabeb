// Each allocation of a conversation fails once. Each time in a process of its own, so that one that dies is counted.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace memory {

class subject {
public:
    subject() = default;
    subject(subject const&) = delete;
    subject& operator=(subject const&) = delete;
    virtual ~subject() = default;
    // Everything, with memory that may fail.
    virtual void hold() = 0;
    // Afterwards, with all the memory there is: empty if all works, or words for the first thing that does not.
    virtual std::string examine() = 0;
    // True if the context runs out of work once everybody has left.
    virtual bool end() = 0;
};

// Checks each, and says how often each end was met. In the environment, SOCKETIO_FAIL_ONLY: the n-th alone, in this
// process; SOCKETIO_FAIL_EVERY: every n-th, from a random one on, where all take too long.
void fail_each_allocation(std::function<std::unique_ptr<subject>()> const& make);

} // namespace memory
