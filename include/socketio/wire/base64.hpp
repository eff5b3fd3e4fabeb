// Base64 (RFC 4648, section 4): the plain alphabet, with padding. A reader may do without the padding.
#pragma once

#include <socketio/core/config.hpp>

#include <span>
#include <string>
#include <string_view>

namespace socketio::detail {

SOCKETIO_DECL std::string base64_encode(std::string_view data);

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
