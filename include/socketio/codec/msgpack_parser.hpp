// Packets as MessagePack, in the form of npm's socket.io-msgpack-parser: one map for each packet.
#pragma once

#include <socketio/codec/packet_parser.hpp>
#include <socketio/core/msgpack_decl.hpp>

#include <memory>

namespace socketio {

// For the option `parser` of a client or a server.
struct msgpack_parser_choice {
    SOCKETIO_MSGPACK_DECL operator std::shared_ptr<packet_parser const>() const;
};
inline constexpr msgpack_parser_choice msgpack_parser{};

} // namespace socketio

#if defined(SOCKETIO_MSGPACK_HEADER_ONLY)
#include <socketio/codec/impl/msgpack_parser.ipp>
#endif
