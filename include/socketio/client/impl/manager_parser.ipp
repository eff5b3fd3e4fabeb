// Signs that the server may have another parser. Neither side says which one it has.
#pragma once

#include <socketio/client/manager_core.hpp>

namespace socketio::detail {

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
