// Engine.IO 4 over HTTP long-polling, the server's side of one session: payloads of packets and the heartbeat.
// Bodies and time go in, events come out; what is to be sent gathers until a poll takes it. Knows no HTTP.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/session/base64_packet.hpp>
#include <socketio/session/engine.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::detail {

class polling {
public:
    explicit polling(engine_settings settings) : settings_{std::move(settings)} {}
    polling(polling const&) = delete;
    polling& operator=(polling const&) = delete;

    // Says hello. To be called once, before anything else.
    void open(clock::time_point now);

    // The body of one request, once the one before has been used up.
    void feed(std::string body) noexcept;
    bool has_input() const noexcept { return fed_; }
    // The next event of the input; none: it is used up. A message is valid until the next call. After `closed` nothing
    // more comes.
    engine_event next(clock::time_point now);

    // Time has passed, at least until deadline(): may say closed (ping timeout), or put a ping into the output.
    engine_event tick(clock::time_point now);
    clock::time_point deadline() const noexcept { return closed_ ? clock::never() : heartbeat_.deadline(); }

    void send_text(std::string_view message, bool compress = true);
    void send_binary(bytes_view message, bool compress = true);
    // A text message that is written in place: its packet type, then the message, goes to the end of output(); ended with
    // end_message().
    byte_buffer& output() noexcept { return output_; }
    void end_message(bool compress)
    {
        end_packet();
        compress_ = compress_ || compress;
    }
    // Whatever was written behind the first `size` bytes of output().
    void take_back(std::size_t size) noexcept { output_.truncate(size); }
    // What a poll is told that has to end.
    void send_noop() { send_packet(engine_packet_type::noop); }

    bool has_output() const noexcept { return !output_.empty(); }
    std::size_t unsent() const noexcept { return output_.empty() ? 0 : output_.size() - 1; }
    // Whether any message of the output is worth it, if its sender is asked.
    bool may_compress() const noexcept { return compress_; }
    // One payload with all that has gathered.
    std::string take_output();

    heartbeat& pulse() noexcept { return heartbeat_; }
    engine_settings const& settings() const noexcept { return settings_; }

    // The messages that no poll has taken go to `text` and `binary`: they leave by another way.
    template <class Text, class Binary>
    void hand_over(Text text, Binary binary);

private:
    // Takes the first packet off a payload.
    static std::span<char> take_packet(std::span<char>& payload) noexcept;
    engine_event on_packet(std::span<char> encoded, clock::time_point now);
    engine_event on_binary(std::span<char> encoded, clock::time_point now);
    engine_event fail(disconnect_reason reason, std::error_code why);
    void forget_input() noexcept;
    // All that `write` writes and the end of its packet, or nothing.
    template <class Write>
    void send_whole(Write write)
    {
        scope_fail undo{[this, size = output_.size()] { take_back(size); }};
        write();
        end_packet();
        undo.done();
    }
    void end_packet();
    void send_packet(engine_packet_type type);

    engine_settings settings_;
    heartbeat heartbeat_;
    std::string input_;
    std::span<char> rest_{}; // of the input
    byte_buffer output_; // packets, each with a separator behind it
    bool compress_ = false;
    bool fed_ = false;
    bool closed_ = false;
};

template <class Text, class Binary>
void polling::hand_over(Text text, Binary binary)
{
    std::string payload = take_output();
    std::span<char> rest{payload};
    while (!rest.empty()) {
        std::span<char> const packet = take_packet(rest);
        if (std::span<char> data; is_base64_packet(packet) && !read_base64_packet(packet, data))
            binary(as_bytes({data.data(), data.size()}));
        else if (!packet.empty() && packet.front() == '4')
            text(std::string_view{packet.data(), packet.size()}.substr(1));
    }
}

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/polling.ipp>
#endif
