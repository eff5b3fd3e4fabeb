// Requests of HTTP outside Socket.IO's path: how they are answered.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/net/http_exchange.hpp>
#include <socketio/net/http_message.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace socketio {

// Answers one request: once, now or later, from any thread. Copies answer the same request, and when the last of them
// goes without an answer, that is status 500. Nothing ends the wait for an answer but the client, who may leave: then, or
// when the server has gone, nothing comes of it. One that sends nothing more may wait, or may have left, and is waited for
// until http_bounds::idle_timeout. The request itself is valid during the handler's call, and as long as one of
// these is there.
class http_responder {
public:
    explicit http_responder(std::shared_ptr<detail::http_exchange> of) noexcept : exchange_{std::move(of)} {}

    // Content-Length, Connection and Date are written here, and left out of `answer`, as are headers that would break the
    // head apart. Calls after the first do nothing.
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
                      "a handler of requests is http_response(http_request const&), or void(http_request const&, http_responder)");
        return request_handler{std::move(handler)};
    }
}

} // namespace detail
} // namespace socketio
