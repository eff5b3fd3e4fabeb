// Encodes the emits of a client's socket, and stores those that are sent later or again.
#pragma once

#include <socketio/client/links.hpp>
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/net/emitting.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

// The conditions of one emit.
struct emit_flags {
    std::optional<std::chrono::milliseconds> timeout{}; // for the acknowledgement
    bool is_volatile = false;                           // dropped rather than late
    std::optional<std::chrono::milliseconds> expiry{};  // not sent after this time
    bool compress = true;                               // if compression was negotiated

    buffer_policy rule(socket_link const& to) const
    {
        return {is_volatile, expiry ? deadline_after(to.core().now(), *expiry) : clock::never(), compress};
    }
};

inline callback_executor const& callbacks_of(socket_link const& to) noexcept
{
    return to.callbacks();
}
inline asio::any_io_executor executor_of(socket_link const& to)
{
    return to.manager()->get_executor();
}
inline std::weak_ptr<socket_core> cancellable(socket_link const& to) noexcept
{
    return to.weak_core();
}

inline bool is_retried(socket_link const& to, emit_flags const& flags) noexcept
{
    return to.core().retry_limit() != 0 && !flags.is_volatile;
}

inline void begin_waiting(socket_link const& to, emit_flags const& flags, std::string_view event, pending_ack& made)
{
    if (is_retried(to, flags))
        made = to.core().new_retried(event);
    else
        to.core().begin_ack(made, event, flags.timeout);
}

// An event that is encoded now and sent later: its arguments need not live until then.
struct prepared_emit {
    packet_queue packet;
    pending_ack waiting;
    std::optional<std::chrono::milliseconds> timeout{};
    buffer_policy rule{};
    bool is_retried = false;
};

// The queue gives every try an ack id of its own, so that the packet has none yet.
template <class... Args>
prepared_emit prepare_emit(socket_link& to, emit_flags const& flags, pending_ack&& waiting, std::string_view event,
    Args const&... arguments)
{
    prepared_emit made{.packet = {},
        .waiting = std::move(waiting),
        .timeout = flags.timeout,
        .rule = flags.rule(to),
        .is_retried = is_retried(to, flags)};
    byte_buffer text;
    std::vector<bytes_view> attachments;
    auto const encode = [&](std::optional<std::uint64_t> const& id, auto const&... all) {
        encode_event(text, attachments, to.core().nsp(), id, event, all...);
    };
    if (!made.is_retried)
        encode(made.waiting.id, arguments...);
    else if (to.core().adds_deduplication_id())
        encode(std::nullopt, arguments..., to.core().new_deduplication_id());
    else
        encode(std::nullopt, arguments...);
    to.check_emit(event, attachments.size());
    made.packet.push(text.view(), attachments, std::nullopt);
    return made;
}

inline void emit_prepared(socket_link& to, prepared_emit&& emit)
{
    if (emit.is_retried)
        to.core().enqueue({.packet = std::move(emit.packet),
            .waiting = std::move(emit.waiting),
            .timeout = emit.timeout,
            .expires = emit.rule.expires,
            .compress = emit.rule.compress});
    else
        to.send(emit.packet, std::move(emit.waiting), emit.rule);
}

template <class... Args>
void socketio_emit_now(socket_link& to, emit_flags const& flags, std::optional<pending_ack>&& waiting,
                       std::string_view event,
    Args const&... arguments)
{
    if (is_retried(to, flags)) {
        emit_prepared(to,
            prepare_emit(to, flags, waiting ? std::move(*waiting) : to.core().new_retried(event), event, arguments...));
        return;
    }
    auto const& nsp = to.core().nsp();
    auto const id = waiting ? std::optional{waiting->id} : std::nullopt;
    auto const encode = [&](byte_buffer& into, std::vector<bytes_view>& attachments) {
        encode_event(into, attachments, nsp, id, event, arguments...);
    };
    to.emit_event(event, std::move(waiting), encode, flags.rule(to));
}

} // namespace socketio::detail
