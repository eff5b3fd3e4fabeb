// How the server encodes events: for one socket, and for many at once, with or without their answers.
#pragma once

#include <socketio/codec/packet_encoder.hpp>
#include <socketio/net/emitting.hpp>
#include <socketio/server/namespace_core.hpp>
#include <socketio/server/packet_on_stack.hpp>
#include <socketio/server/server_socket_core.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio::detail {

template <class... Args>
shared_packet encode_shared(namespace_core const& nsp, std::optional<std::uint64_t> id, std::string_view event,
    Args const&... arguments)
{
    packet_on_stack made;
    made.encode(nsp, id, event, arguments...);
    return share_packet(made.text.view(), made.attachments);
}

// To one socket.
inline send_flags flags_of(broadcast_options const& options) noexcept
{
    return {options.is_volatile, options.compress};
}
inline callback_executor callbacks_of(server_socket_core const&) noexcept
{
    return {};
}
inline asio::any_io_executor executor_of(server_socket_core const& to)
{
    return to.nsp().executor();
}
inline std::weak_ptr<server_socket_core> cancellable(server_socket_core& to) noexcept
{
    return to.weak_from_this();
}
inline void cancel_ack_of(server_socket_core& to, std::uint64_t id)
{
    to.cancel_ack(id);
}
inline void begin_waiting(server_socket_core& to, broadcast_options const& options, std::string_view event,
    pending_ack& made)
{
    to.begin_ack(made, event, options.timeout);
}

template <class... Args>
void socketio_emit_now(server_socket_core& to, broadcast_options const& options, std::optional<pending_ack>&& waiting,
    std::string_view event, Args const&... arguments)
{
    auto const id = waiting ? std::optional{waiting->id} : std::nullopt;
    auto const encode = [&](byte_buffer& into, std::vector<bytes_view>& attachments) {
        encode_event(to.nsp().parser(), into, attachments, to.nsp().name(), id, event, arguments...);
    };
    to.emit_event(event, std::move(waiting), encode, flags_of(options));
}

struct prepared_question {
    shared_packet packet;
    pending_ack waiting;
    send_flags flags;
};
template <class... Args>
prepared_question prepare_emit(server_socket_core& to, broadcast_options const& options, pending_ack&& waiting,
    std::string_view event, Args const&... arguments)
{
    auto packet = encode_shared(to.nsp(), waiting.id, event, arguments...);
    return {std::move(packet), std::move(waiting), flags_of(options)};
}
inline void emit_prepared(server_socket_core& to, prepared_question&& emit)
{
    to.emit_asking(std::move(emit.packet), std::move(emit.waiting), emit.flags);
}

// Receives the answers to one broadcast: when all have come, at the timeout, or when a recipient has gone.
using broadcast_handler = unique_function<void(std::error_code, std::vector<value>)>;
SOCKETIO_DECL void ask_all(std::shared_ptr<namespace_core> const& nsp, shared_packet const& packet,
    broadcast_options const& to, broadcast_handler done);
// A broadcast without acknowledgement. A packet that is too large is reported to the server's on_error, once.
SOCKETIO_DECL void send_to_all(namespace_core& nsp, shared_packet const& packet, broadcast_options const& to);

// `done` is called on `where`; as work of that executor's.
template <class Handler>
broadcast_handler complete_on(Handler&& handler, asio::any_io_executor const& where)
{
    return [done = completion<std::decay_t<Handler>, std::vector<value>>{std::forward<Handler>(handler), where}](
               std::error_code ec, std::vector<value> answers) mutable { done(ec, std::move(answers)); };
}

class broadcast_initiation {
public:
    using executor_type = asio::any_io_executor;

    explicit broadcast_initiation(std::shared_ptr<namespace_core> to) : nsp_{std::move(to)}, where_{nsp_->executor()}
    {}
    executor_type get_executor() const noexcept { return where_; }

    template <class Handler>
    void operator()(Handler&& handler, shared_packet packet, broadcast_options const& to) const
    {
        if (where_)
            ask_all(nsp_, packet, to, complete_on(std::forward<Handler>(handler), where_));
    }

private:
    std::shared_ptr<namespace_core> nsp_;
    asio::any_io_executor where_;
};

template <class Tuple, std::size_t... I>
shared_packet encode_broadcast(namespace_core const& to, std::string_view event, Tuple const& arguments,
    std::index_sequence<I...>)
{
    return encode_shared(to, std::nullopt, event, std::get<I>(arguments)...);
}

template <class Token>
auto broadcast_with_ack(std::shared_ptr<namespace_core> const& nsp, broadcast_options const& to, shared_packet packet,
    Token&& token)
{
    return asio::async_initiate<std::remove_reference_t<Token>, completion_signature<std::vector<value>>>(
        broadcast_initiation{nsp}, token, std::move(packet), to);
}

template <class... Args>
constexpr bool ends_with_broadcast_handler() noexcept
{
    if constexpr (sizeof...(Args) == 0)
        return false;
    else
        return std::is_invocable_v<std::decay_t<std::tuple_element_t<sizeof...(Args) - 1, std::tuple<Args...>>>&,
            std::error_code, std::vector<value>>;
}

template <class... Args>
void socketio_emit(std::shared_ptr<namespace_core> const& to, broadcast_options const& options, std::string_view event,
    Args&&... arguments)
{
    if constexpr (ends_with_broadcast_handler<Args...>()) {
        auto all = std::forward_as_tuple(std::forward<Args>(arguments)...);
        constexpr std::size_t count = sizeof...(Args) - 1;
        to->for_each_shared([&](std::shared_ptr<namespace_core> const& each) {
            broadcast_with_ack(each, options, encode_broadcast(*each, event, all, std::make_index_sequence<count>{}),
                std::get<count>(all));
        });
    } else {
        to->for_each_shared([&](std::shared_ptr<namespace_core> const& each) {
            send_to_all(*each, encode_shared(*each, std::nullopt, event, arguments...), options);
        });
    }
}

template <class... R, class Tuple>
auto socketio_emit_with_ack(result_types<R...>, std::shared_ptr<namespace_core> const& to,
                            broadcast_options const& options, std::string_view event, Tuple&& arguments)
{
    static_assert(sizeof...(R) == 0,
        "the answers to a broadcast are a std::vector<socketio::value>: emitWithAck takes no types here");
    static_assert(with_token<std::remove_cvref_t<Tuple>>::template check<std::vector<value>>());
    constexpr std::size_t count = std::tuple_size_v<std::remove_cvref_t<Tuple>> - 1;
    auto packet = encode_broadcast(*to, event, arguments, std::make_index_sequence<count>{});
    return broadcast_with_ack(to, options, std::move(packet), std::get<count>(std::forward<Tuple>(arguments)));
}

} // namespace socketio::detail
