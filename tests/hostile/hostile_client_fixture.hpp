// A server that hostile clients come to, over raw sockets, and one honest client that is connected all along.
#pragma once

#include <socketio/session/websocket_endpoint.hpp>

#include "support/engine_requests.hpp"
#include "support/heap.hpp"
#include "support/http_caller.hpp"
#include "support/server_fixture.hpp"

#include <doctest/doctest.h>

#include <asio/ip/tcp.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace hostile {

using support::get_request;
using support::http_caller;
using support::http_reply;
using support::payload_of;
using support::polling_target;
using support::post_request;
using support::refusal_body;
using support::sid_in;
using support::upgrade_headers;
using support::websocket_target;
using support::with_sid;

// A client's frame, whose mask changes nothing.
std::string masked_frame(unsigned first, std::string_view payload);
inline std::string masked_text(std::string_view message)
{
    return masked_frame(0x81, message);
}

std::string repeated_to(std::string_view what, std::size_t size);

// How much memory the server may need for a client that is up to no good; what the attackers need is in it.
inline constexpr std::size_t usual_bound = 1024 * 1024;

struct hostile_client_fixture : support::server_fixture {
    explicit hostile_client_fixture(socketio::server_options options = {});

    http_caller call() { return {context, io.port()}; }
    // All that was sent has been read and answered.
    bool in_turn()
    {
        return until([this] { return context.poll() == 0; });
    }
    // The honest client gets what it asks for.
    bool serves();
    // So does a new one.
    bool admits();
    // Nothing is left of all the others.
    bool is_alone();
    // All of it, and no memory beyond the bound was needed.
    void check(std::size_t bound = usual_bound);

    socketio::socket honest;
    support::heap::mark before;
};

// Speaks WebSocket by hand, right or wrong.
class ws_caller {
public:
    explicit ws_caller(hostile_client_fixture& at, std::string_view target = websocket_target, std::string_view headers = upgrade_headers)
        : context_{at.context}, line_{at.call()}, answer_{line_.get(target, headers)}
    {}

    http_reply const& answer() const noexcept { return answer_; }
    http_caller& line() noexcept { return line_; }
    void send(std::string_view bytes) { line_.send(bytes); }
    void frame(unsigned first, std::string_view payload) { send(masked_frame(first, payload)); }
    void text(std::string_view message) { send(masked_text(message)); }
    // What the server says next: a text, "binary x", "ping x", "pong x", "close 1002" (which is answered), or "end" of the
    // stream.
    std::string next();
    // All until then, as "2 | close 1005 | end".
    std::string rest();

private:
    void answer_close();

    asio::io_context& context_;
    http_caller line_;
    http_reply answer_;
    socketio::detail::websocket_endpoint frames_{socketio::detail::role::client, {}, 1};
};

// Asks for an upgrade, and never reads.
class silent_caller {
public:
    silent_caller(hostile_client_fixture& at, std::string_view target);

    void send(std::string_view bytes);
    // The same bytes over and over, until the server does not take them any more, or up to so many: how that ended.
    std::error_code flood(std::string_view bytes, std::size_t bound);
    void leave() { socket_.close(); }

private:
    hostile_client_fixture& at_;
    asio::ip::tcp::socket socket_;
};

// A session over polling, by hand.
class poll_caller {
public:
    explicit poll_caller(hostile_client_fixture& at);

    std::string const& sid() const noexcept { return sid_; }
    std::string target() const { return with_sid(polling_target, sid_); }
    http_caller& line() noexcept { return line_; }
    http_reply poll() { return line_.get(target()); }
    http_reply say(std::string_view payload) { return line_.post(target(), payload); }

private:
    http_caller line_;
    std::string sid_;
};

} // namespace hostile
