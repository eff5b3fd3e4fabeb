// Encodes the emits of a client's socket, and stores those that are sent later or again.
#pragma once

#include <socketio/client/buffer_policy.hpp>
#include <socketio/client/emit_flags.hpp>
#include <socketio/client/links.hpp>
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/net/emitting.hpp>
#include <socketio/session/packet_queue.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace socketio::detail {

inline callback_executor const& callbacks_of(socket_link const& to) noexcept
{
    return to.callbacks();
}
inline asio::any_io_executor executor_of(socket_link const& to)
{
    return to.get_executor();
}
inline std::weak_ptr<socket_core> cancellable(socket_link const& to) noexcept
{
    return to.weak_core();
}
SOCKETIO_DECL void cancel_ack_of(socket_core& to, std::uint64_t id);
SOCKETIO_DECL void begin_waiting(socket_link const& to, emit_flags const& flags, std::string_view event,
                                 pending_ack& made);

// An event that is encoded now and sent later: its arguments need not live until then.
struct prepared_emit {
    packet_queue packet;
    pending_ack waiting;
    std::optional<std::chrono::milliseconds> timeout{};
    buffer_policy rule{};
    bool is_retried = false;
};

SOCKETIO_DECL prepared_emit prepare_with(socket_link& to, emit_flags const& flags, pending_ack&& waiting,
                                         std::string_view event, write_arguments_ref arguments);
template <class... Args>
prepared_emit prepare_emit(socket_link& to, emit_flags const& flags, pending_ack&& waiting, std::string_view event,
                           Args const&... arguments)
{
    return prepare_with(to, flags, std::move(waiting), event,
                        [&](json_writer& json) { (write_argument(json, arguments), ...); });
}
SOCKETIO_DECL void emit_prepared(socket_link& to, prepared_emit&& emit);

SOCKETIO_DECL void emit_now_with(socket_link& to, emit_flags const& flags, std::optional<pending_ack>&& waiting,
                                 std::string_view event, write_arguments_ref arguments);
template <class... Args>
void socketio_emit_now(socket_link& to, emit_flags const& flags, std::optional<pending_ack>&& waiting,
                       std::string_view event, Args const&... arguments)
{
    emit_now_with(to, flags, std::move(waiting), event,
                  [&](json_writer& json) { (write_argument(json, arguments), ...); });
}

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/emitting.ipp>
#endif
