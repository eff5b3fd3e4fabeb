// From a call to `emit` or `emitWithAck` to an encoded packet and what waits for its answer.
#pragma once

#include <socketio/client/links.hpp>
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/net/answer.hpp>
#include <socketio/net/completion.hpp>
#include <socketio/net/delivery.hpp>
#include <socketio/session/typed_listener.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio::detail {

// What can be said about one emit.
struct emit_flags {
    std::optional<std::chrono::milliseconds> timeout{}; // for the acknowledgement
    bool is_volatile = false;                           // rather lost than late
    std::optional<std::chrono::milliseconds> expiry{};  // not sent after it
    bool compress = true;                               // where compression is agreed on

    buffer_policy rule(socket_link const& to) const
    {
        return {is_volatile, expiry ? deadline_after(to.core().now(), *expiry) : clock::never(), compress};
    }
};

inline bool is_retried(socket_link const& to, emit_flags const& flags) noexcept
{
    return to.core().retry_limit() != 0 && !flags.is_volatile;
}

inline pending_ack new_waiting(socket_link const& to, emit_flags const& flags, std::string_view event)
{
    return is_retried(to, flags) ? to.core().new_retried(event) : to.core().new_ack(event, flags.timeout);
}

// An event that is encoded now and sent later: arguments, which may be gone then, are not looked at again.
struct prepared_emit {
    packet_queue packet;
    pending_ack waiting;
    std::optional<std::chrono::milliseconds> timeout{};
    buffer_policy rule{};
};

// The queue gives every try an ack id of its own, so that there the packet has none yet.
template <class... Args>
prepared_emit prepare_emit(socket_link& to, emit_flags const& flags, pending_ack&& waiting, std::string_view event,
                           Args const&... arguments)
{
    prepared_emit made{.packet = {}, .waiting = std::move(waiting), .timeout = flags.timeout, .rule = flags.rule(to)};
    byte_buffer text;
    std::vector<bytes_view> attachments;
    auto const encode = [&](std::optional<std::uint64_t> const& id, auto const&... all) {
        encode_event(text, attachments, to.core().nsp(), id, event, all...);
    };
    if (!is_retried(to, flags))
        encode(made.waiting.id, arguments...);
    else if (to.core().adds_deduplication_id())
        encode(std::nullopt, arguments..., to.core().new_deduplication_id());
    else
        encode(std::nullopt, arguments...);
    to.check_emit(event, attachments.size());
    made.packet.push(text.view(), attachments, std::nullopt);
    return made;
}

inline void enqueue(socket_link& to, prepared_emit&& emit)
{
    to.core().enqueue({.packet = std::move(emit.packet), .waiting = std::move(emit.waiting), .timeout = emit.timeout, .expires = emit.rule.expires,
                        .compress = emit.rule.compress});
}

template <class... Args>
void emit_plain(socket_link& to, emit_flags const& flags, std::string_view event, Args const&... arguments)
{
    static_assert(check_arguments<Args...>());
    if (is_retried(to, flags)) {
        enqueue(to, prepare_emit(to, flags, to.core().new_retried(event), event, arguments...));
        return;
    }
    auto const& nsp = to.core().nsp();
    auto const encode = [&](byte_buffer& into, std::vector<bytes_view>& attachments) {
        encode_event(into, attachments, nsp, std::nullopt, event, arguments...);
    };
    to.emit_event(event, std::nullopt, encode, flags.rule(to));
}

template <class Tuple, std::size_t... I>
void emit_with_handler(socket_link& to, emit_flags const& flags, std::string_view event, Tuple&& arguments,
                       std::index_sequence<I...>)
{
    static_assert(check_first_arguments<Tuple>(std::index_sequence<I...>{}));
    using handler = std::tuple_element_t<sizeof...(I), Tuple>;
    auto const& nsp = to.core().nsp();
    std::optional<pending_ack> waiting{new_waiting(to, flags, event)};
    waiting->wants_errors = takes_error<callable_target_t<handler>>();
    delivery how;
    auto target = take_callable(std::forward<handler>(std::get<sizeof...(I)>(arguments)), to.callbacks(), how);
    waiting->handler = deliver_ack(std::move(how), make_ack_handler(std::move(target)));
    if (is_retried(to, flags)) {
        enqueue(to, prepare_emit(to, flags, std::move(*waiting), event, std::get<I>(arguments)...));
        return;
    }
    auto const encode = [&, id = waiting->id](byte_buffer& into, std::vector<bytes_view>& attachments) {
        encode_event(into, attachments, nsp, id, event, std::get<I>(arguments)...);
    };
    to.emit_event(event, std::move(waiting), encode, flags.rule(to));
}

template <class... Args>
void emit_any(socket_link& to, emit_flags const& flags, std::string_view event, Args&&... arguments)
{
    if constexpr (ends_with_callable<Args...>())
        emit_with_handler(to, flags, event, std::forward_as_tuple(std::forward<Args>(arguments)...),
                          std::make_index_sequence<sizeof...(Args) - 1>{});
    else
        emit_plain(to, flags, event, arguments...);
}

template <class... R>
class ack_initiation {
public:
    using executor_type = asio::any_io_executor;

    explicit ack_initiation(std::shared_ptr<socket_link> on) noexcept : link_{std::move(on)} {}
    executor_type get_executor() const noexcept { return link_->manager()->get_executor(); }

    template <class Handler>
    void operator()(Handler&& handler, prepared_emit emit) const
    {
        auto const executor = get_executor();
        if (!executor)
            return; // the context is gone: nobody could run the handler
        if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
            slot.assign([core = link_->weak_core(), id = emit.waiting.id](asio::cancellation_type) {
                if (auto const alive = core.lock())
                    alive->cancel_ack(id);
            });
        emit.waiting.wants_errors = true;
        emit.waiting.handler = complete_with_answer<R...>(std::forward<Handler>(handler), executor);
        if (link_->core().retry_limit() != 0 && !emit.rule.is_volatile)
            enqueue(*link_, std::move(emit));
        else
            link_->send(emit.packet, std::move(emit.waiting), emit.rule);
    }

private:
    std::shared_ptr<socket_link> link_;
};

// Waits until nothing is buffered.
class drain_initiation {
public:
    using executor_type = asio::any_io_executor;

    explicit drain_initiation(std::shared_ptr<socket_link> on) noexcept : link_{std::move(on)} {}
    executor_type get_executor() const noexcept { return link_->manager()->get_executor(); }

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        auto const executor = get_executor();
        if (!executor)
            return;
        auto const id = link_->core().new_drain_id();
        if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
            slot.assign([core = link_->weak_core(), id](asio::cancellation_type) {
                if (auto const alive = core.lock())
                    alive->cancel_drain(id);
            });
        link_->core().wait_for_drain(id, completion<std::decay_t<Handler>>{std::forward<Handler>(handler), executor});
    }

private:
    std::shared_ptr<socket_link> link_;
};

template <class Tuple, std::size_t... I>
prepared_emit prepare_from(socket_link& to, emit_flags const& flags, std::string_view event, Tuple const& arguments,
                           std::index_sequence<I...>)
{
    static_assert(check_first_arguments<Tuple>(std::index_sequence<I...>{}));
    return prepare_emit(to, flags, new_waiting(to, flags, event), event, std::get<I>(arguments)...);
}

template <class... R, class Tuple>
auto emit_with_ack(std::shared_ptr<socket_link> const& to, emit_flags const& flags, std::string_view event,
                   Tuple&& arguments)
{
    static_assert(with_token<std::remove_cvref_t<Tuple>>::template check<R...>());
    static_assert((owns_its_data_v<R> && ...),
                  "a result outlives the message: ask for std::string, socketio::bytes or socketio::value");
    constexpr std::size_t count = std::tuple_size_v<std::remove_cvref_t<Tuple>> - 1;
    auto emit = prepare_from(*to, flags, event, arguments, std::make_index_sequence<count>{});
    auto&& token = std::get<count>(std::forward<Tuple>(arguments));
    using token_type = std::remove_reference_t<decltype(token)>;
    return asio::async_initiate<token_type, typename ack_signature<R...>::type>(ack_initiation<R...>{to}, token,
                                                                               std::move(emit));
}

} // namespace socketio::detail
