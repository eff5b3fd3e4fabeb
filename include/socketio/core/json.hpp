// JSON text in, tape out (see tape.hpp). RapidJSON's iterative reader parses in place; only json_reader.hpp
// includes it.
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
    std::size_t depth = default_json_depth; // of nested arrays and objects; at most max_json_depth
    std::size_t values = static_cast<std::size_t>(-1); // including keys; 16 bytes each
};

// Holds one parsed text at a time. A kept document stops allocating once it has parsed the largest message.
class json_document {
public:
    json_document() = default;
    json_document(json_document const&) = delete;
    json_document& operator=(json_document const&) = delete;

    // `text` must be one JSON value, with optional white space around it, and valid UTF-8. Parsing overwrites
    // it. It must stay in place as long as views of it are used. Errors: json_invalid, json_too_deep,
    // json_too_large.
    // With `placeholders`, {"_placeholder":true,"num":n} becomes binary data that waits for attachment n. A bad
    // n is packet_illegal_attachments.
    std::error_code parse(std::span<char> text, json_limits limits = {}, bool placeholders = false);

    // Gives the binary data its bytes, which must stay as long as the text. Call it once after each parse.
    // packet_illegal_attachments: a placeholder names a missing attachment.
    // message_too_large: the attachments exceed `most` bytes. Each is counted as often as it is used, since a
    // copy needs that much memory.
    std::error_code attach(std::span<bytes_view const> attachments,
                           std::uint64_t most = static_cast<std::uint64_t>(-1)) noexcept;

    // Null before the first parse and after a failed one.
    value_view root() const noexcept { return used_ == 0 ? value_view{} : value_view{tape_.data()}; }

    // Bytes allocated for the next message.
    std::size_t memory() const noexcept { return tape_.size() * sizeof(json_node); }
    // Releases the memory if there is more than `keep` bytes of it; the views become invalid.
    void shrink(std::size_t keep) noexcept;

private:
    std::vector<json_node> tape_; // its size is the room there is
    std::size_t used_ = 0;        // nodes of the parsed text
    bool incomplete_ = false; // some binary data waits for its bytes
};

// Parses the output of a json_writer into a value of its own. Throws unless it is exactly one value. Overwrites
// the text.
value read_written(byte_buffer& text, std::span<bytes_view const> attachments);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/json_reader.hpp>
#endif
