// What is to be done at the end of a scope, whichever way it is left.
#pragma once

#include <socketio/core/caught.hpp>

#include <utility>

namespace socketio::detail {

// Sets a flag for the length of a scope.
class raised {
public:
    explicit raised(bool& flag) noexcept : flag_{flag} { flag_ = true; }
    raised(raised const&) = delete;
    raised& operator=(raised const&) = delete;
    ~raised() { flag_ = false; }

private:
    bool& flag_;
};

// Calls what it was given, in any case. It must not throw.
template <class Last>
class scope_end {
public:
    explicit scope_end(Last last) : last_{std::move(last)} {}
    scope_end(scope_end const&) = delete;
    scope_end& operator=(scope_end const&) = delete;
    ~scope_end() { last_(); }

private:
    Last last_;
};

// Calls what it was given, unless all went well: for user code that may throw. An exception of its own is dropped, since
// another one is mostly under way.
template <class Otherwise>
class unless_done {
public:
    explicit unless_done(Otherwise otherwise) : otherwise_{std::move(otherwise)} {}
    unless_done(unless_done const&) = delete;
    unless_done& operator=(unless_done const&) = delete;
    ~unless_done()
    {
        if (!done_)
            static_cast<void>(caught(otherwise_));
    }
    void done() noexcept { done_ = true; }

private:
    Otherwise otherwise_;
    bool done_ = false;
};

} // namespace socketio::detail
