// Actions at the end of a scope, on every way out of it.
#pragma once

#include <socketio/core/caught.hpp>

#include <utility>

namespace socketio::detail {

// Sets a flag for the duration of a scope.
class flag_guard {
public:
    explicit flag_guard(bool& flag) noexcept : flag_{flag} { flag_ = true; }
    flag_guard(flag_guard const&) = delete;
    flag_guard& operator=(flag_guard const&) = delete;
    ~flag_guard() { flag_ = false; }

private:
    bool& flag_;
};

// Calls its action at the end of the scope. The action must not throw.
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

// Calls its action unless it was dismissed: for user code that may throw. An exception of the action is dropped,
// since another exception is usually under way.
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
