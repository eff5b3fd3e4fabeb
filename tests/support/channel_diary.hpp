// The owner of a channel, which writes down all that it is called with.
#pragma once

#include <socketio/net/engine_channel.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace support {

// What stands in the diary at the end.
inline std::string closed(std::string_view reason, std::error_code why)
{
    return "closed: " + std::string{reason} + " (" + why.message() + ")";
}

class channel_diary final : public socketio::detail::engine_channel_owner,
                            public std::enable_shared_from_this<channel_diary> {
public:
    std::shared_ptr<socketio::detail::engine_channel> channel;
    std::string text;
    std::function<void(std::string_view)> on_message = [](std::string_view) {};
    bool reads = true; // otherwise the test calls receive()

    void note(std::string_view what) { text.append(text.empty() ? "" : " | ").append(what); }

    std::shared_ptr<void> pin() override { return shared_from_this(); }
    void on_readable() override
    {
        if (reads)
            receive();
    }
    void on_drained() override { note("drained"); }
    void on_text(std::span<char> message) override
    {
        std::string const copy{message.begin(), message.end()};
        note(copy.size() > 100 ? std::to_string(copy.size()) + " characters" : copy);
        on_message(copy);
    }
    void on_binary(std::span<char> message) override { note(std::to_string(message.size()) + " bytes"); }

    void receive()
    {
        using kind = socketio::detail::engine_event::kind;
        auto const held = channel;
        for (;;) {
            auto const event = held->receive(socketio::clock::now(), *this);
            if (event.type == kind::none)
                break;
            if (event.type == kind::open)
                note("open");
            if (event.type == kind::closed)
                end(event);
        }
        held->settle();
    }
    void end(socketio::detail::engine_event const& with)
    {
        note(closed(to_string(with.reason), with.error));
        channel->close();
    }
};

} // namespace support
