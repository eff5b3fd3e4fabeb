// One Engine.IO 4 session, either role: the open handshake, the heartbeat and the messages.
// Bytes and time go in, events come out; what is to be written gathers in output().
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
    // Of a server that probes: `probed`, the client asked and was answered; `upgraded`, the session is the client's now.
    enum class kind : std::uint8_t { none, open, text, binary, ping, probed, upgraded, closed };
    kind type = kind::none;
    std::span<char> payload{};          // of text and binary: the message; of closed: the close frame's reason
    disconnect_reason reason{};              // of closed
    std::error_code error{};            // of closed
    std::uint16_t code = 0;             // of closed: the WebSocket status code, 0 if no close frame came
};

class engine {
public:
    using event_type = engine_event;

    // `settings` are the server's own; a client learns them from the open packet.
    engine(role own, websocket_limits limits, std::uint64_t mask_seed, engine_settings settings = {});

    // After a handshake that has agreed on compression, before anything else: see websocket.
    void compress_with(message_codec codec, std::size_t threshold) noexcept { transport_.compress_with(std::move(codec), threshold); }
    bool compresses() const noexcept { return transport_.compresses(); }
    // Binary messages leave as base64 in text, for a peer without binary frames. (It may send both.)
    void send_binary_as_text() noexcept { binary_as_text_ = true; }

    // Server: says hello. To be called once, before anything else.
    void open(clock::time_point now);

    // Server, instead of open(): a session that lives on another transport may move here. Nothing is sent and no
    // deadline runs before the event `upgraded`.
    void probe() noexcept { state_ = state::probing; }

    // Takes the next event off the front of `input`; none: more bytes are needed. After `closed`
    // nothing more comes out, and input is swallowed.
    engine_event next(std::span<char>& input, clock::time_point now);

    // Time has passed, at least until deadline(): may say closed (ping timeout), or write a ping.
    engine_event tick(clock::time_point now);

    // The stream below ended, with an error or, if `why` is empty, in good order.
    engine_event end_of_stream(std::error_code why);

    // When tick() is due; never() if no deadline runs.
    clock::time_point deadline() const noexcept { return state_ == state::open ? heartbeat_.deadline() : clock::never(); }

    // The heartbeat's deadline has passed, though the timer may not have told: after a suspend, say.
    bool expired(clock::time_point now) noexcept { return state_ == state::open && heartbeat_.expired(now); }

    // Client: with every answer to the server's heartbeat a WebSocket ping is sent, too, whose pong tells
    // the round-trip time. (Engine.IO 4 lets only the server ping.)
    void measure_round_trip() noexcept { measures_ = true; }
    std::optional<clock::duration> round_trip() const noexcept { return round_trip_; }

    bool is_open() const noexcept { return state_ == state::open; }
    bool is_closed() const noexcept { return state_ == state::closed; }
    // Both sides have said goodbye: the stream may be shut.
    bool finished() const noexcept { return transport_.finished(); }
    engine_settings const& settings() const noexcept { return settings_; }
    heartbeat& pulse() noexcept { return heartbeat_; }
    role own_role() const noexcept { return own_; }
    // Bytes of room in front of a message that is written in place.
    std::size_t message_header() const noexcept { return transport_.room(); }

    // Bytes that the packet at the front of the input needs as a whole; 0 if not known.
    std::size_t wanted() const noexcept { return transport_.wanted(); }
    byte_buffer& output() { return transport_.output(); }
    // To be called before output() is taken for writing: adds what was held back, unless the output is large.
    void complete_output();
    // While a large output is being written: see websocket. Pings and pongs are urgent then.
    void set_backlog(bool large) noexcept
    {
        backlog_ = large;
        transport_.set_backlog(large);
    }
    bool has_urgent() const noexcept { return transport_.has_urgent() || (state_ == state::open && (pong_owed_ || ping_owed_)); }
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
    // Also what was written behind it.
    void take_back(websocket_endpoint::mark const& at) noexcept { transport_.take_back(at.start); }
    // All that `write` sends, or nothing of it if it throws.
    template <class Write>
    void send_whole(Write write)
    {
        scope_fail undo{[this, size = output().size()] { transport_.take_back(size); }};
        write();
        undo.done();
    }
    void send_text(std::string_view message, bool compress = true);
    void send_binary(bytes_view message, bool compress = true);

    // Ends the session from this side: what was written before is still sent, then a close frame.
    void close();

private:
    enum class state : std::uint8_t { waiting, probing, open, closed };

    engine_event on_message(websocket_event const& message, clock::time_point now);
    engine_event on_binary(std::span<char> data, clock::time_point now);
    engine_event on_packet(engine_packet packet, clock::time_point now);
    engine_event on_open(std::span<char> data, clock::time_point now);
    engine_event on_first(websocket_event const& message, clock::time_point now);
    engine_event on_probing(websocket_event const& message, clock::time_point now);
    engine_event fail(disconnect_reason reason, std::error_code why, std::uint16_t code = 0,
                      std::span<char> words = {});
    void send_packet(engine_packet_type type, std::string_view data = {});
    void send_or_owe(engine_packet_type type, bool& owed);
    bool is_crowded() { return backlog_ || transport_.output().size() > most_before_urgent; }
    void measure(clock::time_point now);
    void on_measured(std::span<char const> data, clock::time_point now);

    // With more than this unsent pings and pongs are owed: they go before the rest, and a flood cannot fill the memory.
    static constexpr std::size_t most_before_urgent = 64 * 1024;

    role own_;
    bool pong_owed_ = false;
    bool ping_owed_ = false;
    bool backlog_ = false;
    bool measures_ = false;
    bool binary_as_text_ = false;
    std::uint32_t probe_ = 0; // the number in the last ping
    std::optional<clock::time_point> probe_sent_{}; // while its pong is due
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
