// One line of a recording, and packets as it has them: text, without secrets.
#pragma once

#include <socketio/core/value.hpp>
#include <socketio/testing/decl.hpp>
#include <socketio/testing/describe.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

struct recorded_line {
    enum class kind : std::uint8_t { request, answer, text, binary, close, ping, pong, end };

    std::size_t number = 0; // in the file, from 1 on
    std::chrono::microseconds at{};
    bool from_client = false;
    std::uint64_t exchange = 0; // a request with its answer, and what follows on a WebSocket
    kind type = kind::text;
    std::string method{}, target{}; // of a request
    int status = 0;                 // of an answer
    std::string reason{};
    std::vector<std::pair<std::string, std::string>> headers{};
    std::vector<std::string> packets{}; // a body of Engine.IO
    std::string payload{};              // of a frame, or another body; "closed" or "reset" of an end
};

// A packet of Engine.IO in text, in parts: of 451-/a,7["x",{...}] "451-", "/a", 7 and the rest.
struct packet_text {
    std::string begin{};
    std::string nsp = "/";
    std::optional<std::uint64_t> id{};
    std::string json{};

    bool is_message() const noexcept { return begin.starts_with('4'); }
    bool is_ack() const noexcept { return begin.size() > 1 && (begin[1] == '3' || begin[1] == '6'); }
    std::string text() const;
};
SOCKETIO_TESTING_DECL packet_text split_packet(std::string_view text);
// The values of members that are secret become ***.
SOCKETIO_TESTING_DECL std::string hide_secrets(std::string_view packet, testing::secret_names const& secrets);
// What it means: "event \"reading\" 21.5".
SOCKETIO_TESTING_DECL std::string describe_packet_text(std::string_view packet, testing::secret_names const& secrets);
SOCKETIO_TESTING_DECL std::string describe_line(recorded_line const& of, testing::secret_names const& secrets);
// A body of long-polling is packets, between which stands U+001E. Empty: it is something else.
SOCKETIO_TESTING_DECL std::vector<std::string> split_payload(std::string_view body);
// Equal but for the order of a query, and its `t`.
SOCKETIO_TESTING_DECL bool same_target(std::string_view a, std::string_view b);
// The value of a member of the query. Empty: it is not there.
SOCKETIO_TESTING_DECL std::string query_member(std::string_view target, std::string_view name);

SOCKETIO_TESTING_DECL std::string to_json_line(recorded_line const& of, testing::secret_names const& secrets);
// Throws testing::failure, with `where`, if it is none.
SOCKETIO_TESTING_DECL recorded_line from_json_line(object const& members, std::string const& where);

} // namespace socketio::detail

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/recorded_line.ipp>
#endif
