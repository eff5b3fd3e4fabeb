// The end of a test that cannot go on.
#pragma once

#include <socketio/core/config.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace socketio::testing {

// What a world throws (without exceptions: std::terminate()) when it cannot do what the test wants: what() has the
// reason, the last lines of the transcript and the seed.
class failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Whether an expectation holds, and if not, why. A header for the test framework (socketio/testing/doctest.hpp,
// catch2.hpp, gtest.hpp) has macros that take it.
class [[nodiscard("an expectation that nobody looks at checks nothing")]] result
{
public:
    result() = default;
    static result failed(std::string why)
    {
        result made;
        made.why_ = std::move(why);
        made.holds_ = false;
        return made;
    }

    explicit operator bool() const noexcept
    {
        return holds_;
    }
    // Empty if it holds.
    std::string const& message() const noexcept
    {
        return why_;
    }

private:
    std::string why_;
    bool holds_ = true;
};

} // namespace socketio::testing

namespace socketio::detail {

[[noreturn]] inline void throw_failure(std::string const& why)
{
#if SOCKETIO_HAS_EXCEPTIONS
    throw testing::failure{why};
#else
    static_cast<void>(why);
    std::terminate();
#endif
}

} // namespace socketio::detail
