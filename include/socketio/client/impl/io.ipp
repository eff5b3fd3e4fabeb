#pragma once

#include <socketio/client/io.hpp>
#include <socketio/client/manager_cache.hpp>

namespace socketio {

// NOLINTNEXTLINE(performance-unnecessary-value-param): a parameter of the public interface
SOCKETIO_DECL socket io(asio::any_io_executor executor, std::string_view url, options settings)
{
    return socket{detail::manager_cache::socket(executor, url, std::move(settings))};
}

SOCKETIO_DECL socket io(asio::io_context& context, std::string_view url, options settings)
{
    return io(asio::any_io_executor{context.get_executor()}, url, std::move(settings));
}

} // namespace socketio
