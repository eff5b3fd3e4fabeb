// Base64 (RFC 4648, section 4): the plain alphabet, with padding. A reader may do without the padding.
#pragma once

#include <socketio/core/config.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace socketio::detail {

SOCKETIO_DECL std::string base64_encode(std::string_view data);
constexpr std::size_t base64_size(std::size_t data) noexcept { return (data + 2) / 3 * 4; }
// Writes base64_size(data.size()) characters. The data may lie at the end of the same room.
SOCKETIO_DECL void base64_encode_to(std::string_view data, char* to) noexcept;

// Strict: whole groups, the padding in its position, no other characters, no stray bits. Replaces `out`; its
// content is unspecified after `false`.
SOCKETIO_DECL bool base64_decode(std::string_view text, std::string& out);
enum class base64_padding : bool { optional, required };
// Decodes in place: `text` becomes the data, at its own front.
SOCKETIO_DECL bool base64_decode_in_place(std::span<char>& text,
                                          base64_padding padding = base64_padding::required) noexcept;

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/base64.ipp>
#endif
