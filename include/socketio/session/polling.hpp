// Engine.IO 4 over HTTP long-polling, one session of either role: payloads of packets and the heartbeat.
// Bodies and time go in, events come out. Output accumulates until a request takes it. Knows no HTTP.
#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/session/base64_packet.hpp>
#include <socketio/session/engine.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::detail {

class polling {
public:
    // `settings` are those of a server. A client receives them in the open packet.
    explicit polling(role own) : own_{own} {}
    polling(role own, engine_settings settings) : own_{own}, settings_{std::move(settings)} {}
    polling(polling const&) = delete;
    polling& operator=(polling const&) = delete;

    // Server: sends the open packet. Call it once, before anything else.
    void open(clock::time_point now);

    // Takes the body of one request, or of an answer, once the body before has been consumed.
    void feed(std::string&& body) noexcept;
    bool has_input() const noexcept { return fed_; }
    // The next event of the input; none: the input is consumed. A message is valid until the next call. `closed`
    // is the last event.
    engine_event next(clock::time_point now);

    // Call it at deadline() or later: returns closed (ping timeout), or (server) appends a ping to the output.
    engine_event tick(clock::time_point now);
    clock::time_point deadline() const noexcept { return closed_ ? clock::never() : heartbeat_.deadline(); }

    void send_text(std::string_view message, bool compress = true);
    void send_binary(bytes_view message, bool compress = true);
    // A text message, built in place at the end of output(): the packet type, then the message, then end_message().
    byte_buffer& output() noexcept { return output_; }
    void end_message(bool compress)
    {
        end_packet();
        compress_ = compress_ || compress;
    }
    // Removes everything behind the first `size` bytes of output().
    void take_back(std::size_t size) noexcept { output_.truncate(size); }
    // Client: what has not been taken is not sent any more.
    void forget_output() noexcept
    {
        output_.consume(output_.size());
        taken_ = 0;
        pong_owed_ = false;
    }
    // Server: ends a poll without a message.
    void send_noop() { send_packet(engine_packet_type::noop); }
    // Client: true if a pong was owed, which another transport sends from now on.
    bool take_pong() noexcept { return std::exchange(pong_owed_, false); }
    // Client: the number of packets in one payload; 0: no limit.
    void limit_packets(std::size_t most) noexcept { most_packets_ = most; }
    // Client: leaves the session. What was sent before comes first.
    void send_close() { send_packet(engine_packet_type::close); }

    bool has_output() const noexcept { return !output_.empty() || pong_owed_; }
    std::size_t unsent() const noexcept { return output_.empty() ? 0 : output_.size() - taken_ - 1; }
    // True if the sender of any message in the output permits compression.
    bool may_compress() const noexcept { return compress_; }
    // Removes the next payload from the front of the output: all of it, or (client) as many packets as the server's
    // maxPayload admits, but at least one.
    std::string take_output();

    heartbeat& pulse() noexcept { return heartbeat_; }
    engine_settings const& settings() const noexcept { return settings_; }
    bool is_open() const noexcept { return open_ && !closed_; }

    // Passes the messages that no poll has taken to `text` and `binary`, which send them on another transport. A
    // server's ping among them is due again, by pulse().
    template <class Text, class Binary>
    void hand_over(Text text, Binary binary);

private:
    // Removes the first packet from the front of a payload.
    static std::span<char> take_packet(std::span<char>& payload) noexcept;
    engine_event on_packet(std::span<char> encoded, clock::time_point now);
    engine_event on_first(std::span<char> encoded, clock::time_point now);
    engine_event on_ping(clock::time_point now);
    engine_event on_binary(std::span<char> encoded, clock::time_point now);
    engine_event fail(disconnect_reason reason, std::error_code ec);
    engine_event fail_parse(std::error_code ec);
    std::size_t end_of_packets(std::uint64_t room, bool one) const noexcept;
    std::string_view first_packets(std::size_t count) const noexcept;
    std::string take_up_to(std::size_t end);
    void forget_input() noexcept;
    // Runs `write` and ends its packet. An exception removes all that it wrote.
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

    role own_;
    engine_settings settings_;
    heartbeat heartbeat_;
    std::string input_;
    std::span<char> rest_{}; // the unread part of the input
    byte_buffer output_; // packets, each followed by a separator
    std::size_t taken_ = 0; // bytes at its front
    std::size_t most_packets_ = 0;
    bool compress_ = false;
    bool pong_owed_ = false;
    bool open_ = false;
    bool fed_ = false;
    bool closed_ = false;
};

template <class Text, class Binary>
void polling::hand_over(Text text, Binary binary)
{
    std::string payload = take_up_to(output_.size());
    std::span<char> rest{payload};
    while (!rest.empty()) {
        std::span<char> const packet = take_packet(rest);
        if (std::span<char> data; is_base64_packet(packet) && !read_base64_packet(packet, data))
            binary(as_bytes({data.data(), data.size()}));
        else if (!packet.empty() && packet.front() == '4')
            text(std::string_view{packet.data(), packet.size()}.substr(1));
        else if (own_ == role::server && !packet.empty() && packet.front() == '2')
            heartbeat_.ping_unsent();
    }
}

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/polling.ipp>
#endif
