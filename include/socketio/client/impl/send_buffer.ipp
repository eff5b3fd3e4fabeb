#pragma once

#include <socketio/client/send_buffer.hpp>
#include <socketio/session/owned_events.hpp>

#include <utility>

namespace socketio::detail {

// Copied with the lock, and read without.
SOCKETIO_DECL std::vector<buffered_event> send_buffer::events(std::shared_ptr<packet_parser const> const& parser) const
{
    std::vector<owned_event> copies;
    {
        std::lock_guard const lock{mutex_};
        packets_.for_each([&](std::string_view text, std::span<bytes_view const> attachments) {
            if (auto copy = read_back(parser, text, attachments))
                copies.push_back(std::move(*copy));
        });
    }
    std::vector<buffered_event> events;
    for (auto const& each : copies) {
        value_view const payload = each.payload();
        buffered_event made{.event = std::string{payload[std::size_t{0}].as_string()}, .arguments = {}};
        for (value_view const argument : args{payload}.rest(1))
            made.arguments.push_back(argument.to_value());
        events.push_back(std::move(made));
    }
    return events;
}

} // namespace socketio::detail
