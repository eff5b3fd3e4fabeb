// Engine.IO over HTTP long-polling, the server's side: one request waits for messages, another brings some.
// It does not know how requests find their session.
#pragma once

#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/http_exchange.hpp>
#include <socketio/net/polling_channel_base.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::detail {

struct polling_options {
    bool compress = true; // answers of at least so many bytes, where the request allows gzip
    std::size_t compress_from = 1024;
    std::chrono::milliseconds close_timeout{5000};
};

class polling_channel final : public polling_channel_base, public std::enable_shared_from_this<polling_channel> {
public:
    // `time` is used for its clock only.
    polling_channel(strand const& on, deadline_timer const& time, engine_settings settings, engine_channel_owner& owner,
        polling_options options);

    // Writes the open packet. Called once, before the first request is taken.
    void open() { polling_.open(time_.now()); }

    // A GET of the session, and a POST. One of each kind may be under way: a second one ends the session.
    void take_poll(std::shared_ptr<http_exchange> exchange);
    void take_data(std::shared_ptr<http_exchange> exchange);

    // Another transport is being tried: after probed(), a waiting poll is answered soon.
    void begin_upgrade() noexcept { upgrading_ = true; }
    void probed(clock::time_point now) noexcept { noop_due_ = now; }
    void end_upgrade() noexcept;
    // The last call: ends the requests under way, and sends the messages that no poll has taken over `to`.
    void hand_over(engine_channel& to);

    // Closed, but a poll may still fetch the last output.
    bool lingers() const noexcept { return linger_deadline_ != clock::never(); }
    void stop_lingering() noexcept { linger_deadline_ = clock::never(); }

    SOCKETIO_DECL engine_event receive(clock::time_point now, engine_channel_owner& to) override;
    SOCKETIO_DECL channel_status settle() override;
    SOCKETIO_DECL channel_status status() const noexcept override;
    SOCKETIO_DECL clock::time_point deadline() const noexcept override;
    SOCKETIO_DECL engine_event tick(clock::time_point now) override;
    bool is_writable() override { return owner_ != nullptr && poll_ && !polling_.has_output(); }
    std::size_t unsent() const noexcept override { return polling_.unsent(); }
    std::size_t unread_answers() const noexcept override { return answers_; }
    SOCKETIO_DECL void close() noexcept override;
    SOCKETIO_DECL void abort() noexcept override;

private:
    engine_event ended(engine_event const& with) noexcept;
    void fail(disconnect_reason reason, std::error_code ec);
    void on_overlap(http_exchange& exchange);
    void on_poll_left(bool for_good);
    void answer_poll(std::string payload);
    void answer_data();
    void end_poll(engine_packet_type with);
    void send_output();
    void send_noop_if_due();
    void call_on_drained();
    void linger();
    void on_last_poll();

    strand strand_;
    deadline_timer const& time_;
    polling_options const options_;
    std::shared_ptr<http_exchange> poll_; // the waiting one
    std::shared_ptr<http_exchange> data_; // whose body is being read
    std::optional<engine_event> failure_; // to be received
    std::optional<disconnect_reason> ended_by_;
    clock::time_point noop_due_ = clock::never();      // for a poll that delays an upgrade
    clock::time_point left_poll_due_ = clock::never(); // for the answer to a poll whose client has ended its sending
    clock::time_point next_poll_due_ = clock::never(); // such a client must poll again until then
    clock::time_point linger_deadline_ = clock::never(); // a poll may fetch the last output until then
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
    bool upgrading_ = false;
    bool bad_data_ = false; // the current body was not valid
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/polling_channel.ipp>
#endif
