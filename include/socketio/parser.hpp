// The classes that a program needs for a parser of its own, which it gives to both sides as the option `parser`: see
// packet_parser.
// (MessagePack is there already: <socketio/msgpack.hpp>.)
#pragma once

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/codec/packet_parser.hpp>
#include <socketio/core/convert.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/value_view.hpp>

#include <socketio/core/foreign_macros_end.hpp>
