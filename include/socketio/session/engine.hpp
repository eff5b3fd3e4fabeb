// One Engine.IO 4 session, either role: the open handshake, the heartbeat and the messages. Bytes and time go
// in, events come out. Output accumulates in output().
#pragma once

#include <socketio/codec/engine_packet.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/session/heartbeat.hpp>
#include <socketio/session/reasons.hpp>
#include <socketio/session/websocket_endpoint.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace socketio::detail {

struct engine_event {
    // `probed`: the server has answered a ping "probe", or the client has received that answer. `upgraded`: the
    // client has switched the session to this transport (for the server only).
    enum class kind : std::uint8_t { none, open, text, binary, ping, probed, upgraded, closed };
    kind type = kind::none;
    std::span<char> payload{};          // text and binary: the message; closed: the close frame's reason, or words
    disconnect_reason reason{};              // for closed
    std::error_code error{};            // for closed
    std::uint16_t code = 0;             // for closed: the WebSocket status code, 0 without a close frame
    std::uint16_t http_status = 0;      // for closed: of a request of long-polling, 0 without an answer
};

class engine {
public:
    using event_type = engine_event;

    // `settings` are those of a server. A client receives them in the open packet.
    engine(role own, websocket_limits limits, std::uint64_t mask_seed, engine_settings settings = {});

    // After a handshake that agreed on compression, before anything else: see websocket_endpoint.
    void compress_with(message_codec codec, std::size_t threshold) noexcept
    {
        transport_.compress_with(std::move(codec), threshold);
    }
    bool compresses() const noexcept { return transport_.compresses(); }
    // Sends binary messages as base64 in text, for a peer without binary frames. (The peer may send both.)
    void send_binary_as_text() noexcept { binary_as_text_ = true; }
    bool sends_binary_as_text() const noexcept { return binary_as_text_; }

    // Server: sends the open packet. Call it once, before anything else.
    void open(clock::time_point now);

    // Server, instead of open(): a session on another transport may move here. Until the event `upgraded`, no
    // message is sent and no deadline runs.
    void probe() noexcept { state_ = state::probing; }
    // Client, instead of waiting for the open packet: the session on another transport, with these settings, may move
    // here. The event `probed` follows, and then upgrade() moves it, with its heartbeat so far.
    void probe(engine_settings settings);
    // `pong`: one is owed for a ping that came on the other transport.
    void upgrade(heartbeat const& so_far, bool pong);

    // Removes the next event from the front of `input`; none: more bytes are needed. `closed` is the last event;
    // later input is dropped.
    engine_event next(std::span<char>& input, clock::time_point now);

    // Call it at deadline() or later: returns closed (ping timeout), or writes a ping.
    engine_event tick(clock::time_point now);

    // The stream below has ended: with an error, or without one in an orderly way.
    engine_event end_of_stream(std::error_code ec);

    // The time at which tick() is due; never() if no deadline runs.
    clock::time_point deadline() const noexcept
    {
        return state_ == state::open ? heartbeat_.deadline() : clock::never();
    }

    // The deadline of the heartbeat has passed, even if the timer has not fired yet: after a suspend, for example.
    bool expired(clock::time_point now) noexcept { return state_ == state::open && heartbeat_.expired(now); }

    // Client: sends a WebSocket ping with every answer to the server's heartbeat. Its pong measures the
    // round-trip time. (In Engine.IO 4 only the server pings.)
    void measure_round_trip() noexcept { measures_ = true; }
    std::optional<clock::duration> round_trip() const noexcept { return round_trip_; }

    bool is_open() const noexcept { return state_ == state::open; }
    bool is_closed() const noexcept { return state_ == state::closed; }
    // Both sides have sent a close frame: the stream may be closed.
    bool finished() const noexcept { return transport_.finished(); }
    engine_settings const& settings() const noexcept { return settings_; }
    heartbeat& pulse() noexcept { return heartbeat_; }
    role own_role() const noexcept { return own_; }
    // Bytes in front of a message that is written in place.
    std::size_t message_header() const noexcept { return transport_.room(); }

    // The whole size of the packet at the front of the input; 0 while it is unknown.
    std::size_t wanted() const noexcept { return transport_.wanted(); }
    byte_buffer& output() { return transport_.output(); }
    // Call it before output() is taken for writing: appends a pong or ping that was held back, unless the output
    // is large.
    void complete_output();
    // During the write of a large output, pings and pongs are urgent: see websocket_endpoint.
    void set_backlog(bool large) noexcept
    {
        backlog_ = large;
        transport_.set_backlog(large);
    }
    bool has_urgent() const noexcept
    {
        return transport_.has_urgent() || (state_ == state::open && (pong_owed_ || ping_owed_));
    }
    static constexpr std::size_t urgent_room = websocket_endpoint::urgent_room + 2 * (max_frame_header + 1);
    std::size_t write_urgent(char* to) noexcept;

    // A text message, built in place at the end of output(): begin, append to output(), then end or abandon.
    websocket_endpoint::mark begin_message(bool compress = true)
    {
        auto at = transport_.begin_message(opcode::text);
        at.compress = compress;
        transport_.output().push_back('4');
        return at;
    }
    std::size_t message_size(websocket_endpoint::mark const& at) const { return transport_.message_size(at); }
    void end_message(websocket_endpoint::mark const& at) { transport_.end_message(at); }
    void abandon(websocket_endpoint::mark const& at) { transport_.abandon(at); }
    // Removes the message and everything behind it.
    void take_back(websocket_endpoint::mark const& at) noexcept { transport_.take_back(at.start); }
    // Runs `write`. An exception removes all that it sent.
    template <class Write>
    void send_whole(Write write)
    {
        scope_fail undo{[this, size = output().size()] { transport_.take_back(size); }};
        write();
        undo.done();
    }
    void send_text(std::string_view message, bool compress = true);
    void send_binary(bytes_view message, bool compress = true);

    // Ends the session from this side: earlier output is still sent, then a close frame.
    void close();

private:
    enum class state : std::uint8_t { waiting, probing, open, closed };

    engine_event on_message(websocket_event const& message, clock::time_point now);
    engine_event on_binary(std::span<char> data, clock::time_point now);
    engine_event on_packet(engine_packet packet, clock::time_point now);
    engine_event on_open(std::span<char> data, clock::time_point now);
    engine_event on_first(websocket_event const& message, clock::time_point now);
    engine_event on_probing(websocket_event const& message, clock::time_point now);
    engine_event on_probe_answer(engine_packet packet);
    engine_event fail(disconnect_reason reason, std::error_code ec, std::uint16_t code = 0,
                      std::span<char> payload = {});
    void send_packet(engine_packet_type type, std::string_view data = {});
    void send_or_owe(engine_packet_type type, bool& owed);
    bool is_crowded() { return backlog_ || transport_.output().size() > most_before_urgent; }
    void measure(clock::time_point now);
    void on_measured(std::span<char const> data, clock::time_point now);

    // Beyond this much output, pings and pongs are held back: they are sent before the rest, and a flood cannot
    // fill the memory.
    static constexpr std::size_t most_before_urgent = 64 * 1024;

    role own_;
    bool pong_owed_ = false;
    bool ping_owed_ = false;
    bool backlog_ = false;
    bool measures_ = false;
    bool binary_as_text_ = false;
    bool probed_ = false;
    std::uint32_t probe_ = 0; // number of the last ping
    std::optional<clock::time_point> probe_sent_{}; // the time it was sent, until its pong arrives
    std::optional<clock::duration> round_trip_{};
    state state_ = state::waiting;
    websocket_endpoint transport_;
    engine_settings settings_;
    heartbeat heartbeat_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/engine.ipp>
#endif
