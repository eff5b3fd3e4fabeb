// MessagePack in place of JSON, as npm's socket.io-msgpack-parser has it: the option `parser` of a client or a server,
// `.parser = socketio::msgpack_parser`. Both sides need it. Include it in the files that name it. (A program that is
// compiled separately may define SOCKETIO_WITH_MSGPACK, for all of its files, so that this is compiled once, too.)
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/codec/msgpack_parser.hpp>
#include <socketio/core/msgpack_reader.hpp>
#include <socketio/core/msgpack_writer.hpp>

#include <socketio/core/foreign_macros_end.hpp>
