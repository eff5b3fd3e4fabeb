// Reads head after head.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/wire/answer_reader.hpp>

namespace socketio::detail {

SOCKETIO_DECL http_progress answer_reader::read(byte_buffer& input)
{
    for (;;) {
        std::size_t consumed = 0;
        auto const progress = reader_.read(input.view(), consumed);
        if (progress != http_progress::complete)
            return progress;
        input.consume(consumed);
        int const status = reader_.head().status;
        if (status < 100 || status > 199 || status == 101)
            return progress;
        if (++informational_ > most_informational)
            return http_progress::failed;
        reader_.reset();
    }
}

SOCKETIO_DECL std::error_code answer_reader::error() const noexcept
{
    bool const failed = reader_.error() || informational_ > most_informational;
    return failed ? make_error_code(socketio::error::http_malformed) : std::error_code{};
}

SOCKETIO_DECL void answer_reader::reset()
{
    reader_.reset();
    informational_ = 0;
}

} // namespace socketio::detail
