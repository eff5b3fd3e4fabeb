#pragma once

#include <socketio/client/socket.hpp>

namespace socketio {

SOCKETIO_DECL event_stream<std::string, array> socket::stream_any(stream_options const& settings)
{
    return detail::stream_kind<detail::name_and_arguments, std::string, array>::open_any(link(), settings);
}

SOCKETIO_DECL class socket manager::socket(std::string_view nsp, socket_options settings)
{
    return socketio::socket{link_->socket(nsp, std::move(settings))};
}

} // namespace socketio
