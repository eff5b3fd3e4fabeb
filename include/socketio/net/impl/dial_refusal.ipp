// Refusals, and the message for every failure.
#pragma once

#include <socketio/core/joined.hpp>
#include <socketio/net/dial.hpp>
#include <socketio/net/refusal.hpp>

#include <string>
#include <string_view>

namespace socketio::detail {

SOCKETIO_DECL std::string_view dial::path() const noexcept
{
    return std::string_view{target_}.substr(0, target_.find('?'));
}

SOCKETIO_DECL void dial::describe_refusal(std::error_code& ec)
{
    http_head const& head = reader_.head();
    bool const foreign = head.status == 404 || (head.status >= 200 && head.status < 300);
    message_ = refusal_message({"the WebSocket upgrade", "websocket", head.status, head.reason, head.find("Location"),
                                result_.http_body, path(), foreign});
    result_.retry_after = retry_after();
    if (std::string_view{result_.http_body}.find("Unsupported protocol version") != std::string_view::npos)
        ec = error::wrong_protocol;
    else if (foreign)
        ec = error::not_socketio;
}

// An alert, or another record (RFC 8446, section 5.1).
inline bool begins_with_tls(std::string_view answer) noexcept
{
    return answer.size() >= 2 && answer[0] >= 0x15 && answer[0] <= 0x16 && answer[1] == 0x03;
}

inline char const* doubt_about_tls(url const& to) noexcept
{
    return to.secure ? "" : " Or does it speak https on this port?";
}

// Finds the most specific error and its message.
SOCKETIO_DECL void dial::describe(std::error_code& ec)
{
    bool const refused = ec == error::upgrade_refused;
    if (refused || !message_.empty())
        result_.http_status = reader_.head().status;
    if (refused)
        describe_refusal(ec);
    if (ec == error::wrong_protocol || ec == error::tls_not_available) {
        message_ = ec.message();
    } else if (!opening_ && is_cut_off(ec)) {
        ec = error::not_socketio;
        message_ = joined({"the server closed the connection without answering the upgrade request. Is this a "
                           "Socket.IO server, and is the path ", path(), " right?", doubt_about_tls(linked_to_)});
    } else if (!opening_ && ec == error::http_malformed && link_ && begins_with_tls(link_->input().view())) {
        message_ = "the server speaks TLS on this port: use https:// or wss://";
    } else if (!opening_ && ec == error::http_malformed) {
        message_ = "the answer to the upgrade request is not HTTP. Is this a Socket.IO server, and is the port right?";
    } else if (message_.empty()) {
        message_ = opening_ ? server_.message() : std::string{};
        if (message_.empty())
            message_ = joined({server_.stage().name, ": ", ec.message()});
    }
}

} // namespace socketio::detail
