// UTF-8, validated as it arrives (RFC 3629: no surrogates, no overlong forms, no code point above U+10FFFF).
#pragma once

#include <socketio/core/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace socketio::detail {

// Validates text that comes in pieces. It fails at the first byte that cannot continue the text, not at the end.
class utf8_checker {
public:
    bool write(std::string_view piece) noexcept; // false: the text so far can never become UTF-8
    bool finish() noexcept;                      // false: the text ends inside a character; resets either way
    void reset() noexcept { state_ = 0; }

private:
    unsigned state_ = 0;
};

SOCKETIO_DECL bool is_utf8(std::string_view text) noexcept;

// The same text with every invalid sequence replaced by U+FFFD, as the decoder of the WHATWG Encoding Standard does.
SOCKETIO_DECL std::string to_well_formed(std::string_view text);

// A peer's text for display: well-formed, with a space for each control character. A terminal or a log cannot
// mistake it for a command.
SOCKETIO_DECL std::string to_displayable(std::string_view text);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/utf8.ipp>
#endif
