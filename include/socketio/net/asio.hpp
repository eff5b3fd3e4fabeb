// All headers of Asio that the library uses: single ones, never <asio.hpp>. From 1.22.1 on: the library uses
// neither later additions (deferred, as_tuple, cancel_after, any_completion_handler) nor what 1.33 removed.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/net/executor.hpp>
#include <socketio/net/strand.hpp>

#include SOCKETIO_ASIO(bind_executor.hpp)
#include SOCKETIO_ASIO(buffer.hpp)
#include SOCKETIO_ASIO(connect.hpp)
#include SOCKETIO_ASIO(dispatch.hpp)
#include SOCKETIO_ASIO(error.hpp)
#include SOCKETIO_ASIO(execution_context.hpp)
#include SOCKETIO_ASIO(ip/address.hpp)
#include SOCKETIO_ASIO(ip/tcp.hpp)
#include SOCKETIO_ASIO(ip/v6_only.hpp)
#include SOCKETIO_ASIO(post.hpp)
#include SOCKETIO_ASIO(steady_timer.hpp)
#include SOCKETIO_ASIO(write.hpp)

#include <system_error>
#include <type_traits>
#include <utility>

namespace socketio::detail {

// True if the error means that the peer has gone. Windows reports "aborted" where other systems report "reset".
inline bool is_cut_off(std::error_code ec) noexcept
{
    return ec == asio_error(asio::error::eof) || ec == asio_error(asio::error::connection_reset) ||
           ec == asio_error(asio::error::connection_aborted) || ec == asio_error(asio::error::broken_pipe);
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
