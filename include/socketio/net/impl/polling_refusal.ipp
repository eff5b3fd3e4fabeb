#pragma once

#include <socketio/core/joined.hpp>
#include <socketio/net/polling_refusal.hpp>
#include <socketio/net/refusal.hpp>

namespace socketio::detail {

SOCKETIO_DECL std::string polling_failure(http_client_answer const& answer, bool in_session)
{
    if (answer.error)
        return answer.message.empty() ? answer.error.message() : answer.message;
    std::string const status = status_words(answer.status, answer.reason);
    if (answer.status == 413)
        return joined({status, ": the server takes no payload of that size"});
    if (in_session && std::string_view{answer.body}.find("Session ID unknown") != std::string_view::npos)
        return joined({status,
                       ", \"Session ID unknown\": the server has ended the session, or the requests reach different "
                       "servers. Several servers need sticky sessions for long-polling; the transport \"websocket\" "
                       "alone does not."});
    return with_quotation(status, answer.body);
}

// An answer with status 200 that cannot be a handshake: the login page of a network, for example.
inline std::string foreign_answer(http_client_answer const& answer, std::string_view path)
{
    std::string_view type = answer.find("Content-Type");
    type = type.substr(0, type.find(';'));
    return joined({"expected an Engine.IO payload, got ", type.empty() ? "something else" : type,
                   " (200). Is this a Socket.IO server, is the path ", path,
                   " right, and does this network ask for a login?"});
}

SOCKETIO_DECL std::error_code check_polling_handshake(http_client_answer const& answer, std::string_view path,
                                                      std::string& message)
{
    message = answer.message;
    if (answer.error || (answer.status == 200 && answer.body.starts_with("0{")))
        return answer.error;
    if (answer.status == 200) {
        message = foreign_answer(answer, path);
        return error::not_socketio;
    }
    if (std::string_view{answer.body}.find("Unsupported protocol version") != std::string_view::npos) {
        std::error_code const ec = error::wrong_protocol;
        message = ec.message();
        return ec;
    }
    bool const foreign = answer.status == 404;
    message = refusal_message({"long-polling", "polling", answer.status, answer.reason, answer.find("Location"),
                               answer.body, path, foreign});
    return foreign ? error::not_socketio : error::poll_failed;
}

} // namespace socketio::detail
