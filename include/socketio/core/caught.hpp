// Exceptions as error codes, for code that no exception may leave: coroutines, noexcept functions, loops that
// continue. With exceptions switched off, these functions only call their argument.
#pragma once

#include <socketio/core/config.hpp>

#include <new>
#include <system_error>
#include <utility>

namespace socketio::detail {

#if SOCKETIO_HAS_EXCEPTIONS
// The error code of the exception that is being handled.
inline std::error_code code_of_exception() noexcept
{
    try {
        throw;
    } catch (std::bad_alloc const&) {
        return std::make_error_code(std::errc::not_enough_memory);
    } catch (std::system_error const& thrown) {
        return thrown.code() ? thrown.code() : std::make_error_code(std::errc::state_not_recoverable);
    } catch (...) {
        return std::make_error_code(std::errc::state_not_recoverable);
    }
}
#endif

// Calls `work`. Returns an exception of it as an error code.
template <class Work>
std::error_code caught(Work&& work) noexcept
{
#if SOCKETIO_HAS_EXCEPTIONS
    try {
        std::forward<Work>(work)();
        return {};
    } catch (...) {
        return code_of_exception();
    }
#else
    std::forward<Work>(work)();
    return {};
#endif
}

// Calls `work`. On std::bad_alloc calls `out_of_memory` and throws the exception again.
template <class Work, class Otherwise>
void watch_memory(Work&& work, Otherwise&& out_of_memory)
{
#if SOCKETIO_HAS_EXCEPTIONS
    try {
        std::forward<Work>(work)();
    } catch (std::bad_alloc const&) {
        std::forward<Otherwise>(out_of_memory)();
        throw;
    }
#else
    static_cast<void>(out_of_memory);
    std::forward<Work>(work)();
#endif
}

// Memory ran out before the first call of user code.
class not_begun final : public std::bad_alloc {};

// Runs `work`, the preparation of a call of user code. A failed allocation becomes not_begun.
template <class Work>
auto made_ready(Work&& work) -> decltype(work())
{
#if SOCKETIO_HAS_EXCEPTIONS
    try {
        return std::forward<Work>(work)();
    } catch (std::bad_alloc const&) {
        throw not_begun{};
    }
#else
    return std::forward<Work>(work)();
#endif
}

// Takes the first step out of the list and calls it. A step that throws not_begun goes back into the list.
template <class Steps>
void run_first(Steps& steps)
{
    Steps now;
    now.splice(now.begin(), steps, steps.begin());
#if SOCKETIO_HAS_EXCEPTIONS
    try {
        now.front()();
    } catch (not_begun const&) {
        steps.splice(steps.begin(), now);
        throw;
    }
#else
    now.front()();
#endif
}

// Makes room for one more element, so that the next push_back() cannot fail.
template <class Vector>
void make_room(Vector& in)
{
    if (in.size() == in.capacity())
        in.reserve(in.empty() ? 4 : 2 * in.size());
}

} // namespace socketio::detail
