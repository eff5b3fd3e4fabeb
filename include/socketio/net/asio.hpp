// All headers of Asio that the library uses: single ones, never <asio.hpp>. From 1.22.1 on: the library uses
// neither later additions (deferred, as_tuple, cancel_after, any_completion_handler) nor what 1.33 removed.
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
#include <type_traits>
#include <utility>

namespace socketio::detail {

// True if the error means that the peer has gone. Windows reports "aborted" where other systems report "reset".
inline bool is_cut_off(std::error_code ec) noexcept
{
    return ec == asio::error::eof || ec == asio::error::connection_reset || ec == asio::error::connection_aborted ||
           ec == asio::error::broken_pipe;
}

using posted = unique_function<void()>;

void post_erased(strand const& on, posted&& work);
void dispatch_erased(strand const& on, posted&& work);

// Runs `work` on the strand, later. All posted work has one type, because Asio makes some thirty functions for
// each type. These are templates, since the compiler would otherwise prefer Asio's functions, which it also
// finds here. A callable that does not fit into `posted` keeps its own type, as it would need two allocations.
template <class Work>
void post(strand const& on, Work&& work)
{
    if constexpr (std::is_same_v<std::decay_t<Work>, posted> || is_stored_inline<std::decay_t<Work>>)
        post_erased(on, std::forward<Work>(work));
    else
        asio::post(on, std::forward<Work>(work));
}
// Runs it now on the strand, otherwise later.
template <class Work>
void dispatch(strand const& on, Work&& work)
{
    if constexpr (std::is_same_v<std::decay_t<Work>, posted> || is_stored_inline<std::decay_t<Work>>)
        dispatch_erased(on, std::forward<Work>(work));
    else
        asio::dispatch(on, std::forward<Work>(work));
}

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/asio.ipp>
#endif
