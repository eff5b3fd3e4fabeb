// JSON text in, tape out (see tape.hpp). The work is done in place by RapidJSON's iterative reader,
// which only json_reader.hpp sees.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/tape.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <vector>

namespace socketio::detail {

struct json_limits {
    std::size_t depth = default_json_depth; // of nested arrays and objects; more than max_json_depth is not possible
    std::size_t values = static_cast<std::size_t>(-1); // keys included; 16 bytes each
};

// One parsed text at a time. Kept, it allocates nothing once it has seen the largest message.
class json_document {
public:
    json_document() = default;
    json_document(json_document const&) = delete;
    json_document& operator=(json_document const&) = delete;

    // `text` must be one JSON value with optional white space around it. It is destroyed, and must
    // stay where it is for as long as the views are used. That it is UTF-8 has been checked before.
    // Errors: json_invalid, json_too_deep, json_too_large. With `placeholders`, {"_placeholder":true,"num":n} becomes
    // binary data that waits for attachment n; a bad n is packet_illegal_attachments.
    std::error_code parse(std::span<char> text, json_limits limits = {}, bool placeholders = false);

    // Gives the binary data its bytes, which must stay as long as the text. Once after each parse.
    // packet_illegal_attachments: a placeholder asks for one that is not there. message_too_large: together
    // they are over `most` bytes, each counted as often as it is used, since whoever copies them needs that much.
    std::error_code attach(std::span<bytes_view const> attachments,
                           std::uint64_t most = static_cast<std::uint64_t>(-1)) noexcept;

    // Null before the first parse and after a failed one.
    value_view root() const noexcept { return used_ == 0 ? value_view{} : value_view{tape_.data()}; }

    // Bytes held for the next message.
    std::size_t memory() const noexcept { return tape_.size() * sizeof(json_node); }
    // Gives them back if there are more than `keep`; the views end.
    void shrink(std::size_t keep) noexcept;

private:
    std::vector<json_node> tape_; // all of its room
    std::size_t used_ = 0;        // so much of it is the parsed text
    bool incomplete_ = false; // there may be binary data without its bytes
};

// What a json_writer has written, as a value of its own; anything but one whole value is misuse. The text is destroyed.
value read_written(byte_buffer& text, std::span<bytes_view const> attachments);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/json_reader.hpp>
#endif
