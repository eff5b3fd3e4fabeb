// MessagePack in, values out: everything of its specification, whatever its width, and what npm's
// socket.io-msgpack-parser makes of JavaScript's undefined, dates and typed arrays.
#pragma once

#include <socketio/core/msgpack_decl.hpp>
#include <socketio/core/value_builder.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

namespace socketio::detail {

// Reads exactly one value. Texts and binary data stay where they are. Integers as keys become texts.
//  ext 0: of 1 byte as fixext undefined, of 8 as fixext a date; all others are binary data
//  ext -1: a date, which becomes a text such as "2023-11-14T22:13:20.123Z"; null if it has no such form
//  other ext: an array of the type and the bytes
// Errors: msgpack_invalid, json_too_deep, json_too_large. `to` has been started; after an error its value is not whole
// or not all that there was.
SOCKETIO_MSGPACK_DECL std::error_code read_msgpack(std::span<char const> message, value_builder& to);

} // namespace socketio::detail

#if defined(SOCKETIO_MSGPACK_HEADER_ONLY)
#include <socketio/core/impl/msgpack_reader.ipp>
#endif
