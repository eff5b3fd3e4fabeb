// Signs that the server may have another parser. Neither side says which one it has.
#pragma once

#include <socketio/client/manager_core.hpp>

#include <algorithm>

namespace socketio::detail {

// The server has said nothing on this connection yet, and was asked for a namespace: npm's servers close the
// connection when they meet another parser. The next attempt may end in the same way, so that it must not come as soon
// as one after a connection that was good.
SOCKETIO_DECL bool manager_core::is_unanswered() const noexcept
{
    return packets_received_ == received_before_ &&
           std::any_of(sockets_.begin(), sockets_.end(), [](auto const& each) { return each.second->awaits_answer(); });
}

SOCKETIO_DECL std::string manager_core::other_parser() const
{
    auto const* const own = decoder_.parser();
    return own ? std::string{own->name()} + ", as this client does?" : "another parser, such as MessagePack?";
}

SOCKETIO_DECL std::string manager_core::parse_error_words(std::error_code ec) const
{
    auto const* const own = decoder_.parser();
    if (ec == error::packet_other_parser && own)
        return std::string{own->is_text() ? "binary data" : "text"} + " where " + std::string{own->name()} +
               " was expected: does the server use this parser?";
    std::string words = ec.message();
    if (packets_received_ == received_before_ && (own || ec == error::packet_unexpected_binary))
        words += ": does the server use " + other_parser();
    return words;
}

} // namespace socketio::detail
