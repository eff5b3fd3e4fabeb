// Which Asio: standalone, or with SOCKETIO_USE_BOOST_ASIO, for the whole program, Boost's. In here alone their
// differences are known: where headers are, what the namespace is called, and which type error codes have.
#pragma once

#include <socketio/core/config.hpp>

// Asio chooses between std::aligned_alloc and operator new by a macro of the standard library, which it does not
// include itself. Files with the macro and files without it would free each other's memory in the wrong way.
#include <cstddef>

#include <system_error>

#if defined(_WIN32)
// The Windows version of the program, unless it is defined: 10. Asio would warn and assume 7.
#if !defined(_WIN32_WINNT)
#define _WIN32_WINNT 0x0A00
#elif _WIN32_WINNT < 0x0601
#error "socketio needs Windows 7 or later: define _WIN32_WINNT as 0x0601 or more"
#endif
#endif

// #include SOCKETIO_ASIO(post.hpp) stands for <asio/post.hpp>.
#if defined(SOCKETIO_USE_BOOST_ASIO)
#define SOCKETIO_ASIO(header) <boost/asio/header> // NOLINT(bugprone-macro-parentheses)
#if !__has_include(<boost/asio/any_io_executor.hpp>)
#error "socketio needs Boost.Asio, from Boost 1.79 on: install libboost-dev (Debian), or give its folder by -I"
#endif
#else
#define SOCKETIO_ASIO(header) <asio/header> // NOLINT(bugprone-macro-parentheses)
#if !__has_include(<asio/any_io_executor.hpp>)
#error "socketio needs Asio 1.22.1 or later: install libasio-dev (Debian) or asio (vcpkg), or give its folder by -I"
#endif
#if !defined(ASIO_STANDALONE)
#define ASIO_STANDALONE 1
#endif
#if !SOCKETIO_HAS_EXCEPTIONS && !defined(ASIO_NO_EXCEPTIONS)
#define ASIO_NO_EXCEPTIONS 1
#endif
#endif

#include SOCKETIO_ASIO(detail/config.hpp)
#include SOCKETIO_ASIO(error.hpp)
#include SOCKETIO_ASIO(version.hpp)

#if defined(SOCKETIO_USE_BOOST_ASIO)

#define SOCKETIO_ASIO_VERSION BOOST_ASIO_VERSION
#if SOCKETIO_ASIO_VERSION < 102201
#error "socketio needs Boost 1.79 or later, or standalone Asio: leave SOCKETIO_USE_BOOST_ASIO undefined"
#endif

namespace socketio {

namespace asio = ::boost::asio;

namespace detail {

// What functions of Asio store their error in, and what completion tokens of Asio know as an error. It becomes a
// std::error_code by itself.
using asio_error_code = boost::system::error_code;

// By itself a std::error_code becomes one that equals no error of Asio's.
inline asio_error_code to_asio(std::error_code ec) noexcept
{
    if (ec.category() == std::system_category())
        return {ec.value(), boost::system::system_category()};
    if (ec.category() == std::generic_category())
        return {ec.value(), boost::system::generic_category()};
    for (boost::system::error_category const* own :
         {&asio::error::get_netdb_category(), &asio::error::get_addrinfo_category(), &asio::error::get_misc_category()})
        if (ec.category() == *own)
            return {ec.value(), *own};
    return ec;
}

} // namespace detail
} // namespace socketio

#else

#define SOCKETIO_ASIO_VERSION ASIO_VERSION

#if !SOCKETIO_HAS_EXCEPTIONS
#include <asio/detail/throw_exception.hpp>

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

namespace socketio::detail {

using asio_error_code = std::error_code;

inline std::error_code const& to_asio(std::error_code const& ec) noexcept
{
    return ec;
}

} // namespace socketio::detail

#endif

namespace socketio::detail {

// An error of Asio's, as asio::error::eof. With Boost it has no other way to become a std::error_code, or to be
// compared with one.
template <class Error>
std::error_code asio_error(Error of) noexcept
{
    return make_error_code(of);
}

} // namespace socketio::detail
