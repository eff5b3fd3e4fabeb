// MessagePack in place of JSON, as npm's socket.io-msgpack-parser has it: the option `parser` of a client or a server,
// `.parser = socketio::msgpack_parser`. Both sides need it. Include it in the files that name it.
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/core/msgpack_reader.hpp>
#include <socketio/core/msgpack_writer.hpp>
#if !defined(SOCKETIO_WITH_MSGPACK)
#include <socketio/core/impl/msgpack_reader.ipp>
#include <socketio/core/impl/msgpack_writer.ipp>
#endif

#include <socketio/core/foreign_macros_end.hpp>
