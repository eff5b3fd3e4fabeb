// The part of Asio that the public headers need: executors and io_context.
#pragma once

#include <socketio/core/config.hpp>

// Asio chooses between std::aligned_alloc and operator new by a macro of the standard library, which it does not
// include itself. Files with the macro and files without it would free each other's memory in the wrong way.
#include <cstddef>

#if !defined(ASIO_STANDALONE)
#define ASIO_STANDALONE 1
#endif
#if !SOCKETIO_HAS_EXCEPTIONS && !defined(ASIO_NO_EXCEPTIONS)
#define ASIO_NO_EXCEPTIONS 1
#endif

#if defined(_WIN32)
// The Windows version of the program, unless it is defined: 10. Asio would warn and assume 7.
#if !defined(_WIN32_WINNT)
#define _WIN32_WINNT 0x0A00
#elif _WIN32_WINNT < 0x0601
#error "socketio needs Windows 7 or later: define _WIN32_WINNT as 0x0601 or more"
#endif
#endif

#include <asio/any_io_executor.hpp>
#include <asio/io_context.hpp>

#if !SOCKETIO_HAS_EXCEPTIONS
#include <cstdlib>
namespace asio::detail {
// With exceptions off, Asio requires this function from its user. (Before 1.23 the macro is just a parameter's name.)
template <typename E>
void throw_exception([[maybe_unused]] E const& ASIO_SOURCE_LOCATION_PARAM)
{
    std::abort();
}
} // namespace asio::detail
#endif
