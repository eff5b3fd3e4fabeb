#pragma once

#include <socketio/net/polling_refusal.hpp>

namespace socketio::detail {

inline std::string status_words(http_client_answer const& answer)
{
    std::string words = "HTTP " + std::to_string(answer.status);
    if (!answer.reason.empty())
        words += ' ' + answer.reason;
    return words;
}

inline std::string with_quotation(std::string words, std::string_view body)
{
    std::string_view const quoted = body.substr(0, 200);
    return quoted.empty() ? words : words.append(", \"").append(quoted).append("\"");
}

SOCKETIO_DECL std::string polling_failure(http_client_answer const& answer, bool in_session)
{
    if (answer.error)
        return answer.message.empty() ? answer.error.message() : answer.message;
    if (answer.status == 413)
        return status_words(answer) + ": the server takes no payload of that size";
    if (in_session && answer.body.find("Session ID unknown") != std::string::npos)
        return status_words(answer) +
               ", \"Session ID unknown\": the server has ended the session, or the requests reach different servers. "
               "Several servers need sticky sessions for long-polling; the transport \"websocket\" alone does not.";
    return with_quotation(status_words(answer), answer.body);
}

// An answer with status 200 that cannot be a handshake: the login page of a network, for example.
inline std::string foreign_answer(http_client_answer const& answer, std::string_view path)
{
    std::string_view type = answer.header("Content-Type");
    type = type.substr(0, type.find(';'));
    return "expected an Engine.IO payload, got " + std::string{type.empty() ? "something else" : type} +
           " (200). Is this a Socket.IO server, is the path " + std::string{path} +
           " right, and does this network ask for a login?";
}

SOCKETIO_DECL std::error_code check_polling_handshake(http_client_answer const& answer, std::string_view path,
                                                      std::string& message)
{
    if (answer.error) {
        message = answer.message;
        return answer.error;
    }
    if (answer.status == 200) {
        if (answer.body.starts_with("0{"))
            return {};
        message = foreign_answer(answer, path);
        return error::not_socketio;
    }
    message = "the server refused long-polling: " + status_words(answer);
    if (answer.body.find("Unsupported protocol version") != std::string::npos) {
        message = make_error_code(error::wrong_protocol).message();
        return error::wrong_protocol;
    }
    if (answer.status == 404) {
        message.append(". Is this a Socket.IO server, and is the path ").append(path).append(" right?");
        return error::not_socketio;
    }
    if (answer.status >= 300 && answer.status < 400)
        message.append(", redirected to ").append(answer.header("Location").substr(0, 200))
            .append(". Use that URL, or allow it by the option follow_redirects.");
    else if (answer.body.find("Transport unknown") != std::string::npos)
        message += ", \"Transport unknown\". Allow the transport \"polling\" on the server.";
    else
        message = with_quotation(std::move(message), answer.body);
    return error::poll_failed;
}

} // namespace socketio::detail
