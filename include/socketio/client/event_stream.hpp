// Awaitable events: the next one, or a stream of them. For coroutines, and for tests in sequential order.
#pragma once

#include <socketio/client/stream_state.hpp>
#include <socketio/net/listener_handle.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

namespace socketio {
namespace detail {

template <class... R>
class take_initiation {
public:
    using executor_type = asio::any_io_executor;

    explicit take_initiation(std::shared_ptr<stream_state<R...>> from) noexcept : from_{std::move(from)} {}
    executor_type get_executor() const { return from_->get_executor(); }

    template <class Handler>
    void operator()(Handler&& handler, std::optional<std::chrono::milliseconds> limit) const
    {
        start_taking(from_, limit, std::forward<Handler>(handler));
    }

private:
    std::shared_ptr<stream_state<R...>> from_;
};

// Waits for the next occurrence, without a stream.
template <class Read, class... R>
class next_initiation {
public:
    using executor_type = asio::any_io_executor;

    explicit next_initiation(std::shared_ptr<socket_link> on) noexcept : link_{std::move(on)} {}
    executor_type get_executor() const { return link_->get_executor(); }

    // It waits before it listens, so that an event on another thread is not missed.
    template <class Handler>
    void operator()(Handler&& handler, std::string const& event, std::optional<std::chrono::milliseconds> limit) const
    {
        auto const state = std::make_shared<stream_state<R...>>(*link_, stream_options{.limit = 1}, true);
        start_taking(state, limit, std::forward<Handler>(handler));
        std::string_view const name = event;
        listen_delivered(link_->events(), &name, {}, make_stream_listener<Read>(state), true, false);
    }

private:
    std::shared_ptr<socket_link> link_;
};

} // namespace detail

// The occurrences of an event since socket::stream() was called, in order. Waiting ones are kept in a bounded
// queue. Can be moved, but not copied. Its destructor stops listening, and pending operations end with
// std::errc::operation_canceled. It does not keep its socket alive. Any thread.
template <class... R>
class event_stream {
public:
    using results = std::tuple<R...>;

    event_stream() = default; // no stream, until one is assigned
    event_stream(std::shared_ptr<detail::stream_state<R...>> state, listener_handle listener) noexcept
        : state_{std::move(state)}, listener_{std::move(listener)}
    {
    }

    event_stream(event_stream&&) noexcept = default;
    // close() needs memory. NOLINTNEXTLINE(performance-noexcept-move-constructor)
    event_stream& operator=(event_stream&& other)
    {
        if (this != &other) {
            close();
            state_ = std::move(other.state_);
            listener_ = std::move(other.listener_);
        }
        return *this;
    }
    ~event_stream() { close(); }

    // Completes with the next event's arguments as (std::error_code, R...), not inside this call. The handler
    // runs on its associated executor, by default on the socket's strand.
    // Errors: error::timeout after `limit`; std::errc::operation_canceled; error::buffer_full, with the queue
    // empty and if the options ask for it; error::stopped when the socket's last handle is destroyed. An event
    // that does not fit is skipped and reported to the error hook. Several operations may wait; they complete in
    // order.
    template <class Token = detail::no_token>
    auto async_next(Token&& token = {})
    {
        return take({}, std::forward<Token>(token));
    }
    template <class Token>
    auto async_next(std::chrono::milliseconds limit, Token&& token)
    {
        return take(limit, std::forward<Token>(token));
    }

    // The number of events dropped because the queue was full.
    std::uint64_t dropped() const { return state_ ? state_->dropped() : 0; }

    // Stops listening. Waiting events can still be taken.
    void close()
    {
        listener_.off();
        if (state_)
            state_->close();
    }

private:
    template <class Token>
    auto take(std::optional<std::chrono::milliseconds> limit, Token&& token)
    {
        static_assert(detail::is_token_v<Token>,
                      "async_next ends with a completion token: a handler, asio::use_awaitable, asio::use_future, ...");
        if (!state_)
            detail::throw_misuse("this socketio::event_stream is of no socket");
        return asio::async_initiate<std::remove_reference_t<Token>, detail::completion_signature<R...>>(
            detail::take_initiation<R...>{state_}, token, limit);
    }

    std::shared_ptr<detail::stream_state<R...>> state_;
    scoped_listener listener_;
};

namespace detail {

// The way to read events of one kind, and the types of their results.
template <class Read, class... R>
struct stream_kind {
    using state = stream_state<R...>;

    template <class Token>
    static auto next(std::shared_ptr<socket_link> const& on, std::string_view event,
                     std::optional<std::chrono::milliseconds> limit, Token&& token)
    {
        static_assert(is_token_v<Token>,
                      "async_next ends with a completion token: a handler, asio::use_awaitable, asio::use_future, ...");
        return asio::async_initiate<std::remove_reference_t<Token>, detail::completion_signature<R...>>(
            next_initiation<Read, R...>{on}, token, std::string{event}, limit);
    }
    static event_stream<R...> open(socket_link const& of, std::string_view event, stream_options const& settings)
    {
        auto const made = std::make_shared<state>(of, settings, false);
        auto const on = of.events();
        return {made, {on, listen_delivered(on, &event, {}, make_stream_listener<Read>(made), false, false)}};
    }
    static event_stream<R...> open_any(socket_link const& of, stream_options const& settings)
    {
        auto const made = std::make_shared<state>(of, settings, false);
        auto const on = of.events();
        return {made, {on, listen_delivered(on, nullptr, {}, make_stream_listener<Read>(made), false, false)}};
    }
};

// With named types, or without types.
template <class... R>
struct stream_of : stream_kind<typed_results<R...>, R...> {};
template <>
struct stream_of<> : stream_kind<first_argument, value> {};

} // namespace detail
} // namespace socketio
