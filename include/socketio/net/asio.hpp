// All of Asio that the library uses: single headers, never <asio.hpp>.
// From 1.22.1 on; what is missing there (deferred, as_tuple, cancel_after, any_completion_handler)
// is not used, nor what 1.33 removed.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/net/executor.hpp>
#include <socketio/net/strand.hpp>

#include <asio/bind_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/connect.hpp>
#include <asio/dispatch.hpp>
#include <asio/error.hpp>
#include <asio/execution_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include <system_error>

namespace socketio::detail {

// Whether it says that the other side has gone. Windows says "aborted" where other systems say "reset".
inline bool is_cut_off(std::error_code ec) noexcept
{
    return ec == asio::error::eof || ec == asio::error::connection_reset || ec == asio::error::connection_aborted ||
           ec == asio::error::broken_pipe;
}

// Runs `work` on the strand, later.
void post(strand const& on, unique_function<void()> work);
// Runs it now if this is the strand, and later otherwise.
void dispatch(strand const& on, unique_function<void()> work);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/asio.ipp>
#endif
