// From a call to `emit` or `emitWithAck` to a packet, and to the handler of the answer: for sockets of either side. A
// side says by functions on its socket's state how its packets are encoded and kept:
//   begin_waiting(to, conditions, event, waiting)       makes `waiting`, which is new, the acknowledgement to wait for
//   socketio_emit_now(to, conditions, waiting, event, ...)       sends, or keeps, an event
//   prepare_emit(to, conditions, waiting, event, ...)   encodes one that emit_prepared(to, prepared) sends later
//   callbacks_of(to), executor_of(to)                   where handlers are called
//   cancellable(to)                                     holds weakly what cancel_ack_of(it, id) can cancel one at
#pragma once

#include <socketio/net/answer.hpp>
#include <socketio/net/completion.hpp>
#include <socketio/net/delivery.hpp>
#include <socketio/session/pending_ack.hpp>
#include <socketio/session/typed_listener.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

namespace socketio::detail {

template <class To, class Conditions, class Tuple, std::size_t... I>
void emit_with_handler(To& to, Conditions const& conditions, std::string_view event, Tuple&& arguments,
    std::index_sequence<I...>)
{
    static_assert(check_first_arguments<Tuple>(std::index_sequence<I...>{}));
    using handler = std::tuple_element_t<sizeof...(I), Tuple>;
    std::optional<pending_ack> waiting{std::in_place};
    begin_waiting(to, conditions, event, *waiting);
    waiting->wants_errors = takes_error<callable_target_t<handler>>();
    delivery how;
    auto target = take_callable(std::forward<handler>(std::get<sizeof...(I)>(arguments)), callbacks_of(to), how);
    waiting->handler = make_ack_handler(std::move(target));
    if (!how.plain())
        waiting->handler = deliver_ack(std::move(how), std::move(waiting->handler));
    socketio_emit_now(to, conditions, std::move(waiting), event, std::get<I>(arguments)...);
}

template <class To, class Conditions, class... Args>
void socketio_emit(std::shared_ptr<To> const& to, Conditions const& conditions, std::string_view event,
                   Args&&... arguments)
{
    if constexpr (ends_with_callable<Args...>()) {
        emit_with_handler(*to, conditions, event, std::forward_as_tuple(std::forward<Args>(arguments)...),
            std::make_index_sequence<sizeof...(Args) - 1>{});
    } else {
        static_assert(check_arguments<std::remove_cvref_t<Args>...>());
        socketio_emit_now(*to, conditions, std::nullopt, event, arguments...);
    }
}

// Gives an encoded event the completion handler, and sends it.
template <class To, class... R>
class ack_initiation {
public:
    using executor_type = asio::any_io_executor;

    explicit ack_initiation(std::shared_ptr<To> to) noexcept : to_{std::move(to)} {}
    executor_type get_executor() const noexcept { return executor_of(*to_); }

    template <class Handler, class Prepared>
    void operator()(Handler&& handler, Prepared emit) const
    {
        auto const executor = get_executor();
        if (!executor)
            return; // the context is gone: nobody could run the handler
        if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
            slot.assign([weak = cancellable(*to_), id = emit.waiting.id](asio::cancellation_type) {
                if (auto const alive = weak.lock())
                    cancel_ack_of(*alive, id);
            });
        emit.waiting.wants_errors = true;
        emit.waiting.handler = complete_with_answer<R...>(std::forward<Handler>(handler), executor);
        emit_prepared(*to_, std::move(emit));
    }

private:
    std::shared_ptr<To> to_;
};

template <class To, class Conditions, class Tuple, std::size_t... I>
auto prepare_from(To& to, Conditions const& conditions, std::string_view event, Tuple const& arguments,
    std::index_sequence<I...>)
{
    static_assert(check_first_arguments<Tuple>(std::index_sequence<I...>{}));
    pending_ack waiting;
    begin_waiting(to, conditions, event, waiting);
    return prepare_emit(to, conditions, std::move(waiting), event, std::get<I>(arguments)...);
}

template <class... R, class To, class Conditions, class Tuple>
auto socketio_emit_with_ack(result_types<R...>, std::shared_ptr<To> const& to, Conditions const& conditions,
    std::string_view event, Tuple&& arguments)
{
    static_assert(with_token<std::remove_cvref_t<Tuple>>::template check<R...>());
    static_assert((owns_its_data_v<R> && ...),
        "a result outlives the message: ask for std::string, socketio::bytes or socketio::value");
    constexpr std::size_t count = std::tuple_size_v<std::remove_cvref_t<Tuple>> - 1;
    auto emit = prepare_from(*to, conditions, event, arguments, std::make_index_sequence<count>{});
    auto&& token = std::get<count>(std::forward<Tuple>(arguments));
    using token_type = std::remove_reference_t<decltype(token)>;
    return asio::async_initiate<token_type, typename ack_signature<R...>::type>(ack_initiation<To, R...>{to}, token,
        std::move(emit));
}

} // namespace socketio::detail
