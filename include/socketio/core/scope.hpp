// What is to be done at the end of a scope, whichever way it is left.
#pragma once

#include <socketio/core/caught.hpp>

#include <utility>

namespace socketio::detail {

// Sets a flag for the length of a scope.
class flag_guard {
public:
    explicit flag_guard(bool& flag) noexcept : flag_{flag} { flag_ = true; }
    flag_guard(flag_guard const&) = delete;
    flag_guard& operator=(flag_guard const&) = delete;
    ~flag_guard() { flag_ = false; }

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
class scope_fail {
public:
    explicit scope_fail(Otherwise otherwise) : otherwise_{std::move(otherwise)} {}
    scope_fail(scope_fail const&) = delete;
    scope_fail& operator=(scope_fail const&) = delete;
    ~scope_fail()
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
