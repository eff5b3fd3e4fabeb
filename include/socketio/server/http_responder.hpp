// Answers to HTTP requests outside of Socket.IO's path.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/net/http_exchange.hpp>
#include <socketio/net/http_message.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace socketio {

// Answers one request: once, now or later, from any thread. Copies answer the same request. If the last copy is
// destroyed without an answer, the answer is status 500. An answer after the client has left, or after the
// server was destroyed, has no effect.
// A client that sends no more data may wait or may have left: the server waits until http_bounds::idle_timeout.
// The request is valid during the handler's call, and as long as a copy of the responder exists.
class http_responder {
public:
    explicit http_responder(std::shared_ptr<detail::http_exchange> of) noexcept : exchange_{std::move(of)} {}

    // The library writes Content-Length, Connection and Date. It skips these headers of `answer`, and headers
    // that would break the head. Calls after the first have no effect.
    void operator()(http_response answer) const { exchange_->answer(std::move(answer)); }

private:
    std::shared_ptr<detail::http_exchange> exchange_;
};

namespace detail {

using request_handler = std::function<void(http_request const&, http_responder)>;

// `handler` takes the request and returns the answer, or takes a responder, too.
template <class Handler>
request_handler make_request_handler(Handler handler)
{
    if constexpr (std::is_invocable_r_v<http_response, Handler&, http_request const&>) {
        return [handler = std::move(handler)](http_request const& request, http_responder const& answer) mutable {
            answer(handler(request));
        };
    } else {
        static_assert(std::is_invocable_v<Handler&, http_request const&, http_responder>,
                      "a handler of requests is http_response(http_request const&), or void(http_request const&, "
                      "http_responder)");
        return request_handler{std::move(handler)};
    }
}

} // namespace detail
} // namespace socketio
