// The head of an answer to a client's request, behind informational ones.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/config.hpp>
#include <socketio/wire/http.hpp>

#include <cstddef>
#include <system_error>

namespace socketio::detail {

// Skips informational answers (1xx, RFC 9110, section 15.2), sixteen at most. 101 is no such answer: it ends HTTP.
class answer_reader {
public:
    explicit answer_reader(http_limits limits) : reader_{role::server, limits} {}

    // Removes heads from the front of `input`, which has everything so far.
    http_progress read(byte_buffer& input);

    http_head& head() noexcept { return reader_.head(); }
    std::error_code error() const noexcept;
    void reset();

private:
    static constexpr unsigned most_informational = 16;

    http_head_reader reader_;
    unsigned informational_ = 0;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/answer_reader.ipp>
#endif
