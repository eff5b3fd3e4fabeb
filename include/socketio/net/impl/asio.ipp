// One instantiation of Asio's post for all uses.
#pragma once

#include <socketio/net/asio.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL void post_erased(strand const& on, posted&& work)
{
    asio::post(on, std::move(work));
}

SOCKETIO_DECL void dispatch_erased(strand const& on, posted&& work)
{
    asio::dispatch(on, std::move(work));
}

} // namespace socketio::detail
