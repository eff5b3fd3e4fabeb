// From a call to `emit` or `emitWithAck` on the server to a packet, and to whoever waits for the answer.
#pragma once

#include <socketio/codec/packet_encoder.hpp>
#include <socketio/net/answer.hpp>
#include <socketio/net/delivery.hpp>
#include <socketio/server/namespace_core.hpp>
#include <socketio/server/server_core.hpp>
#include <socketio/server/server_socket_core.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio::detail {

// What can be said about one emit to one socket.
struct server_emit_flags {
    std::optional<std::chrono::milliseconds> timeout{}; // for the acknowledgement
    send_flags send{};
};

// They throw.
SOCKETIO_DECL void check_server_emit(std::string_view event, std::size_t attachments, namespace_core const& from);

// Most packets are small and leave at once: those need no memory of their own.
struct packet_on_stack {
    std::array<char, 1024> room;
    byte_buffer text{room};
    std::vector<bytes_view> attachments;

    packet_on_stack() {} // not value-initialised
    packet_on_stack(packet_on_stack const&) = delete;
    packet_on_stack& operator=(packet_on_stack const&) = delete;

    template <class... Args>
    void encode(namespace_core const& nsp, std::optional<std::uint64_t> id, std::string_view event, Args const&... arguments)
    {
        static_assert(check_arguments<Args...>());
        encode_event(text, attachments, nsp.name(), id, event, arguments...);
        check_server_emit(event, attachments.size(), nsp);
    }
};

template <class... Args>
shared_packet encode_shared(namespace_core const& nsp, std::optional<std::uint64_t> id, std::string_view event, Args const&... arguments)
{
    packet_on_stack made;
    made.encode(nsp, id, event, arguments...);
    return share_packet(made.text.view(), made.attachments);
}

template <class Tuple, std::size_t... I>
void emit_and_wait(server_socket_core& to, server_emit_flags const& flags, std::string_view event, Tuple&& arguments,
                   std::index_sequence<I...>)
{
    using handler = std::tuple_element_t<sizeof...(I), Tuple>;
    pending_ack waiting = to.new_ack(event, flags.timeout);
    waiting.wants_errors = takes_error<callable_target_t<handler>>();
    delivery how;
    auto target = take_callable(std::forward<handler>(std::get<sizeof...(I)>(arguments)), {}, how);
    waiting.handler = deliver_ack(std::move(how), make_ack_handler(std::move(target)));
    packet_on_stack made;
    made.encode(to.nsp(), waiting.id, event, std::get<I>(arguments)...);
    to.emit(made.text.view(), made.attachments, std::move(waiting), flags.send);
}

template <class... Args>
void emit_to_socket(server_socket_core& to, server_emit_flags const& flags, std::string_view event, Args&&... arguments)
{
    if constexpr (ends_with_callable<Args...>()) {
        emit_and_wait(to, flags, event, std::forward_as_tuple(std::forward<Args>(arguments)...),
                      std::make_index_sequence<sizeof...(Args) - 1>{});
    } else {
        packet_on_stack made;
        made.encode(to.nsp(), std::nullopt, event, arguments...);
        to.emit(made.text.view(), made.attachments, std::nullopt, flags.send);
    }
}

template <class... R>
class server_ack_initiation {
public:
    using executor_type = asio::any_io_executor;

    explicit server_ack_initiation(std::shared_ptr<server_socket_core> on, asio::any_io_executor where) noexcept
        : core_{std::move(on)}, where_{std::move(where)}
    {
    }
    executor_type get_executor() const noexcept { return where_; }

    template <class Handler>
    void operator()(Handler&& handler, shared_packet packet, pending_ack waiting, send_flags flags) const
    {
        if (!where_)
            return; // the context is gone: nobody could run the handler
        if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
            slot.assign([weak = core_->weak_from_this(), id = waiting.id](asio::cancellation_type) {
                if (auto const alive = weak.lock())
                    alive->cancel_ack(id);
            });
        waiting.wants_errors = true;
        waiting.handler = complete_with_answer<R...>(std::forward<Handler>(handler), where_);
        core_->emit_asking(std::move(packet), std::move(waiting), flags);
    }

private:
    std::shared_ptr<server_socket_core> core_;
    asio::any_io_executor where_;
};

template <class Tuple, std::size_t... I>
shared_packet encode_from(server_socket_core const& to, std::uint64_t id, std::string_view event, Tuple const& arguments,
                          std::index_sequence<I...>)
{
    return encode_shared(to.nsp(), id, event, std::get<I>(arguments)...);
}

inline asio::any_io_executor executor_of(namespace_core const& of)
{
    auto const server = of.server();
    return server && !server->is_gone() ? server->get_executor() : asio::any_io_executor{};
}

template <class... R, class Tuple>
auto emit_with_ack(std::shared_ptr<server_socket_core> const& to, server_emit_flags const& flags, std::string_view event,
                   Tuple&& arguments)
{
    static_assert(with_token<std::remove_cvref_t<Tuple>>::template check<R...>());
    static_assert((owns_its_data_v<R> && ...),
                  "a result outlives the message: ask for std::string, socketio::bytes or socketio::value");
    constexpr std::size_t count = std::tuple_size_v<std::remove_cvref_t<Tuple>> - 1;
    pending_ack waiting = to->new_ack(event, flags.timeout);
    auto packet = encode_from(*to, waiting.id, event, arguments, std::make_index_sequence<count>{});
    auto&& token = std::get<count>(std::forward<Tuple>(arguments));
    using token_type = std::remove_reference_t<decltype(token)>;
    return asio::async_initiate<token_type, typename ack_signature<R...>::type>(
        server_ack_initiation<R...>{to, executor_of(to->nsp())}, token, std::move(packet), std::move(waiting), flags.send);
}

// The answers to one broadcast. It ends when all have answered, or when time is up, or when somebody has gone.
using broadcast_handler = unique_function<void(std::error_code, std::vector<value>)>;
SOCKETIO_DECL void ask_all(std::shared_ptr<namespace_core> const& nsp, shared_packet packet, broadcast_options const& to,
                           broadcast_handler done);
// Without questions. One that is too large is told to the server's on_error, once.
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

    explicit broadcast_initiation(std::shared_ptr<namespace_core> to) : nsp_{std::move(to)}, where_{executor_of(*nsp_)} {}
    executor_type get_executor() const noexcept { return where_; }

    template <class Handler>
    void operator()(Handler&& handler, shared_packet packet, broadcast_options const& to) const
    {
        if (where_)
            ask_all(nsp_, std::move(packet), to, complete_on(std::forward<Handler>(handler), where_));
    }

private:
    std::shared_ptr<namespace_core> nsp_;
    asio::any_io_executor where_;
};

template <class Tuple, std::size_t... I>
shared_packet encode_broadcast(namespace_core const& to, std::string_view event, Tuple const& arguments, std::index_sequence<I...>)
{
    return encode_shared(to, std::nullopt, event, std::get<I>(arguments)...);
}

template <class Token>
auto broadcast_with_ack(std::shared_ptr<namespace_core> const& nsp, broadcast_options const& to, shared_packet packet, Token&& token)
{
    return asio::async_initiate<std::remove_reference_t<Token>, void(std::error_code, std::vector<value>)>(
        broadcast_initiation{nsp}, token, std::move(packet), to);
}

} // namespace socketio::detail
