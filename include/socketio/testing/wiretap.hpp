// Reads what two sides of one connection say to each other: HTTP, WebSocket, Engine.IO, Socket.IO.
#pragma once

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/core/function.hpp>
#include <socketio/testing/decl.hpp>
#include <socketio/testing/describe.hpp>
#include <socketio/testing/happening.hpp>
#include <socketio/wire/body_reader.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/message_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::detail {

// What a packet says, as a line: type, namespace, id, event, data and meaning.
SOCKETIO_TESTING_DECL testing::happening describe_packet(packet const& of, testing::secret_names const& secrets);
// "open {"sid": ...}", "ping", "pong probe" of a packet of Engine.IO that is no message.
SOCKETIO_TESTING_DECL std::string describe_engine_packet(std::string_view text, testing::secret_names const& secrets);
// "close 1000 bye", from the payload of the frame.
SOCKETIO_TESTING_DECL std::string describe_close(std::string_view payload);

// Believes nothing: what it cannot read is shown as bytes, and it stays silent about the rest of that direction.
class wiretap {
public:
    // Takes what was said: the level, the meaning, and whether it is a packet. The end of it lies at the byte `end` of
    // the direction, counted from 0 on.
    struct heard {
        bool up;
        std::uint64_t end;
        testing::happening what;
    };
    using listener = unique_function<void(heard&&)>;

    wiretap(testing::secret_names const& secrets, std::shared_ptr<packet_parser const> parser, listener tell);

    void read(bool up, std::string_view bytes);

private:
    struct way {
        way(bool is_up, std::shared_ptr<packet_parser const> parser);

        bool const up;
        std::string input;
        std::uint64_t consumed = 0; // bytes of the direction that lie before `input`
        http_head_reader head;
        std::optional<body_reader> body;
        message_reader messages;
        packet_decoder packets;
        bool silent = false; // something was not understood
    };

    bool read_http(way& of);
    bool read_head(way& of);
    void read_body(way& of, std::size_t consumed);
    void end_body(way& of);
    bool read_websocket(way& of);
    void on_message(way& of, whole_message const& message);
    void on_text(way& of, std::string text);
    void on_payload(way& of, std::string_view body);
    void on_packet(way& of, packet const& received);
    void tell(way& of, testing::level level, std::string meaning);
    void consume(way& of, std::size_t count);

    testing::secret_names const& secrets_;
    listener tell_;
    way up_, down_;
    std::deque<std::string> asked_; // methods whose answers have not come
    bool websocket_ = false;
    bool compressed_ = false;
};

} // namespace socketio::detail

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/wiretap.ipp>
#endif
