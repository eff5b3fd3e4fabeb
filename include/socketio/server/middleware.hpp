// The decision of a middleware about a client or an event: accept or refuse it.
#pragma once

#include <socketio/core/value.hpp>
#include <socketio/server/server_socket_core.hpp>

#include <optional>
#include <string>
#include <utility>

namespace socketio {

// The error for a refused client: message and data of "connect_error". For a refused event: the argument of the
// server's "error".
struct refusal {
    std::string message;
    value data{};
};

// Passed to a middleware, which calls it once, now or later, from any thread; further calls have no effect. If
// it is destroyed without a call, the client is refused, or the event is dropped. Copies share the decision.
class next {
public:
    explicit next(detail::decide decide) : decide_{std::move(decide)} {}

    // Accepts; refuses, with the reason.
    void operator()() const { decide_(std::nullopt); }
    void operator()(refusal reason) const
    {
        connect_error error_for_client{error::connect_refused, std::move(reason.message)};
        error_for_client.set_data(std::move(reason.data));
        decide_(std::move(error_for_client));
    }

private:
    detail::decide decide_;
};

} // namespace socketio
