#pragma once

#include <socketio/client/emitting.hpp>
#include <socketio/client/socket_core.hpp>

#include <vector>

namespace socketio::detail {

inline buffer_policy rule_of(socket_core const& to, emit_flags const& flags)
{
    return {flags.is_volatile, flags.expiry ? deadline_after(to.now(), *flags.expiry) : clock::never(), flags.compress};
}

inline bool is_retried(socket_core const& to, emit_flags const& flags) noexcept
{
    return to.retry_limit() != 0 && !flags.is_volatile;
}

SOCKETIO_DECL void cancel_ack_of(socket_core& to, std::uint64_t id) { to.cancel_ack(id); }

SOCKETIO_DECL void begin_waiting(socket_link const& to, emit_flags const& flags, std::string_view event,
                                 pending_ack& made)
{
    socket_core& core = to.core();
    if (is_retried(core, flags))
        made = core.new_retried(event);
    else
        core.begin_ack(made, event, flags.timeout);
}

// The queue gives every try an ack id of its own, so that the packet has none yet.
SOCKETIO_DECL prepared_emit prepare_with(socket_link& to, emit_flags const& flags, pending_ack&& waiting,
                                         std::string_view event, write_arguments_ref arguments)
{
    socket_core& core = to.core();
    prepared_emit made{.packet = {},
        .waiting = std::move(waiting),
        .timeout = flags.timeout,
        .rule = rule_of(core, flags),
        .is_retried = is_retried(core, flags)};
    byte_buffer text;
    std::vector<bytes_view> attachments;
    std::optional<std::uint64_t> id;
    if (!made.is_retried)
        id = made.waiting.id;
    std::string const last = made.is_retried && core.adds_deduplication_id() ? core.new_deduplication_id() : "";
    encode_event_with(core.parser(), text, attachments, core.nsp(), id, event, arguments, last);
    core.check_event(event);
    core.check_attachments(event, attachments.size());
    made.packet.push(text.view(), attachments, std::nullopt);
    return made;
}

SOCKETIO_DECL void emit_prepared(socket_link& to, prepared_emit&& emit)
{
    socket_core& core = to.core();
    if (emit.is_retried)
        core.enqueue({.packet = std::move(emit.packet),
            .waiting = std::move(emit.waiting),
            .timeout = emit.timeout,
            .expires = emit.rule.expires,
            .compress = emit.rule.compress});
    else
        emit.packet.peek([&](std::string_view text, std::span<bytes_view const> attachments) {
            core.send_encoded(text, attachments, std::move(emit.waiting), emit.rule);
        });
}

SOCKETIO_DECL void emit_now_with(socket_link& to, emit_flags const& flags, std::optional<pending_ack>&& waiting,
                                 std::string_view event, write_arguments_ref arguments)
{
    socket_core& core = to.core();
    if (is_retried(core, flags)) {
        auto kept = waiting ? std::move(*waiting) : core.new_retried(event);
        emit_prepared(to, prepare_with(to, flags, std::move(kept), event, arguments));
        return;
    }
    auto const id = waiting ? std::optional{waiting->id} : std::nullopt;
    auto const encode = [&](byte_buffer& into, std::vector<bytes_view>& attachments) {
        encode_event_with(core.parser(), into, attachments, core.nsp(), id, event, arguments);
    };
    core.emit_event(event, std::move(waiting), encode, rule_of(core, flags));
}

} // namespace socketio::detail
