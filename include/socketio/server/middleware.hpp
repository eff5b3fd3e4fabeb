// What a middleware says of a client, or of an event: let it pass, or refuse it.
#pragma once

#include <socketio/core/value.hpp>
#include <socketio/server/server_socket_core.hpp>

#include <optional>
#include <string>
#include <utility>

namespace socketio {

// What the client is told: in "connect_error" the message and the data. Of an event, what the server's "error" is told.
struct refusal {
    std::string message;
    value data{};
};

// Passed to a middleware, which calls it once, now or later, from any thread; other calls do nothing. One that is let go
// without a call has refused the client, or swallowed the event. Copies are the same.
class next {
public:
    explicit next(detail::decide decide) : decide_{std::move(decide)} {}

    // It may pass; it may not, for that reason.
    void operator()() const { decide_(std::nullopt); }
    void operator()(refusal why) const
    {
        connect_error told{error::connect_refused, std::move(why.message)};
        told.set_data(std::move(why.data));
        decide_(std::move(told));
    }

private:
    detail::decide decide_;
};

} // namespace socketio
