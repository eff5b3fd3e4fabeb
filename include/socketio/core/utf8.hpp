// UTF-8, checked as it arrives (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF).
#pragma once

#include <socketio/core/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace socketio::detail {

// Checks text that comes in pieces. It fails at the first byte that cannot be continued, not at the end.
class utf8_checker {
public:
    bool write(std::string_view piece) noexcept; // false: what was written so far can never be UTF-8
    bool finish() noexcept;                      // false: the text ends inside a character; resets either way
    void reset() noexcept { state_ = 0; }

private:
    unsigned state_ = 0;
};

SOCKETIO_DECL bool is_utf8(std::string_view text) noexcept;

// The same text with every invalid sequence replaced by U+FFFD (the WHATWG decoder's way).
SOCKETIO_DECL std::string to_well_formed(std::string_view text);

// What a peer has said, to be shown: well-formed, and each control character as a space, so that no terminal or log
// takes it for a command.
SOCKETIO_DECL std::string to_displayable(std::string_view text);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/utf8.ipp>
#endif
