// What happened in a world, line by line.
#pragma once

#include <socketio/testing/decl.hpp>
#include <socketio/testing/happening.hpp>
#include <socketio/testing/virtual_time.hpp>
#include <socketio/testing/wire_observer.hpp>
#include <socketio/testing/wiretap.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::testing {

// Each line says when, who, to whom and what:
//
//     0.100000  client -> server  event "reading" 21.5
//
// in the order in which things have arrived. Equal seeds give equal lines.
class transcript final : public detail::wire_observer {
public:
    explicit transcript(std::shared_ptr<virtual_time> time) : time_{std::move(time)} {}

    // What has arrived.
    std::vector<happening> const& happenings() const noexcept { return arrived_; }
    // Lines, each with its end.
    std::string text(level most = level::packets) const;
    // The last lines of it.
    std::string last(std::size_t lines, level most = level::packets) const;
    // What has been sent and has not arrived.
    std::vector<happening> in_flight() const;

    // A line of the test's own.
    void note(std::string_view text);
    // Names of members, of a query and of headers whose values are shown as ***.
    void hide(std::string name) { secrets_.push_back(std::move(name)); }
    // The parser that clients and servers have, if that is not JSON.
    void set_parser(std::shared_ptr<packet_parser const> parser) { parser_ = std::move(parser); }
    // Calls it for each line when it leaves, before it arrives, or when it has arrived. Both stay.
    void on_sent(std::function<void(happening const&)> listener) { sent_listeners_.push_back(std::move(listener)); }
    void on_arrived(std::function<void(happening const&)> listener)
    {
        arrived_listeners_.push_back(std::move(listener));
    }

    SOCKETIO_TESTING_DECL void on_connect(std::uint64_t connection, std::string_view from,
        std::string_view to) override;
    SOCKETIO_TESTING_DECL void on_failed(std::uint64_t connection, std::string_view why) override;
    SOCKETIO_TESTING_DECL void on_connected(std::uint64_t connection) override;
    SOCKETIO_TESTING_DECL void on_written(detail::wire_end from, std::string_view bytes) override;
    SOCKETIO_TESTING_DECL void on_arrived(detail::wire_end from, std::uint64_t total) override;
    SOCKETIO_TESTING_DECL void on_ended(detail::wire_end from, std::string_view how) override;

private:
    struct waiting {
        std::uint64_t end;
        happening what;
    };
    struct tapped {
        std::string client, server;
        std::unique_ptr<detail::wiretap> tap;
        std::deque<waiting> up, down;
        std::uint64_t arrived_up = 0, arrived_down = 0;
    };

    std::chrono::nanoseconds now() const noexcept { return time_->now() - virtual_time::start; }
    void add(tapped const& of, std::uint64_t connection, bool up, level how, std::string meaning);
    void keep(happening what);
    static std::string line(happening const& of);

    std::shared_ptr<virtual_time> const time_;
    secret_names secrets_ = default_secret_names();
    std::shared_ptr<packet_parser const> parser_;
    std::map<std::uint64_t, tapped> connections_;
    std::vector<happening> arrived_;
    std::vector<std::function<void(happening const&)>> sent_listeners_, arrived_listeners_;
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/transcript.ipp>
#endif
