// Engine.IO over HTTP long-polling, the client's side: one request that waits for messages, and one that brings some.
// The handshake has been made.
#pragma once

#include <socketio/core/role.hpp>
#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/http_client.hpp>
#include <socketio/net/polling_channel_base.hpp>
#include <socketio/session/polling_target.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::detail {

// Of one session, and of its connections.
struct client_polling_options : http_client_settings {
    polling_target targets{};
    std::uint64_t message_size = 16 * 1024 * 1024; // bytes of one incoming message
    std::size_t payload_size = 64 * 1024 * 1024;   // bytes of one answer
    std::size_t packets_per_request = 16;          // 0: no limit
    std::chrono::milliseconds request_timeout{0};  // 0: pingTimeout for a POST, and none for a poll
    std::chrono::milliseconds close_timeout{5000};
};

class client_polling_channel final : public polling_channel_base,
                                     public std::enable_shared_from_this<client_polling_channel> {
public:
    // `polls` has made the handshake, and owns the options.
    client_polling_channel(std::shared_ptr<http_client> polls, client_polling_options& options,
                           engine_channel_owner& owner);

    // Takes the answer to the handshake. Called once, at first. The owner is not called.
    void start(std::string&& handshake) noexcept;

    // Another transport is about to take over: no request begins from now on.
    void pause() noexcept { paused_ = true; }
    // It has failed: requests begin again, at the end of the turn.
    void resume() noexcept { paused_ = false; }
    // No request is under way, and everything that has come was received.
    bool is_idle() const noexcept { return !getting_ && posting_ == 0 && !polling_.has_input() && !failure_; }
    // The last call: sends the messages that wait over `to`.
    void hand_over(engine_channel& to);
    engine_settings const& settings() const noexcept { return polling_.settings(); }
    heartbeat& pulse() noexcept { return polling_.pulse(); }
    bool take_pong() noexcept { return polling_.take_pong(); }
    polling_target const& target() const noexcept { return options_.targets; }
    http_client_settings const& connections() const noexcept { return options_; }

    SOCKETIO_DECL engine_event receive(clock::time_point now, engine_channel_owner& to) override;
    SOCKETIO_DECL channel_status settle() override;
    SOCKETIO_DECL channel_status status() const noexcept override;
    SOCKETIO_DECL clock::time_point deadline() const noexcept override;
    SOCKETIO_DECL engine_event tick(clock::time_point now) override;
    bool is_writable() override { return owner_ != nullptr && posting_ == 0 && !polling_.has_output(); }
    std::size_t unsent() const noexcept override { return posting_ + polling_.unsent(); }
    std::size_t unread_answers() const noexcept override { return answers_ + answers_posting_; }
    SOCKETIO_DECL void close() noexcept override;
    SOCKETIO_DECL void abort() noexcept override;

private:
    void check_size(engine_event& event) const;
    void begin_poll();
    void note_answer();
    void begin_post();
    void ask(http_client& over, std::string&& body);
    void on_polled(http_client_answer&& answer);
    void on_posted(http_client_answer&& answer);
    bool may_repeat(http_client_answer const& answer) noexcept;
    void fail(error kind, http_client_answer const& answer) noexcept;
    engine_event closed(error kind, int status = 0) noexcept;
    void post_turn();
    void take_turn();
    void leave();
    void go_on_leaving() noexcept;
    void stop() noexcept;

    client_polling_options& options_; // of polls_
    std::shared_ptr<http_client> polls_;
    std::shared_ptr<http_client> posts_;
    deadline_timer linger_timer_;
    std::optional<engine_event> failure_; // to be received
    std::string failure_text_;            // of failure_
    clock::time_point poll_due_ = clock::never(); // of a poll that is put off
    clock::time_point poll_deadline_ = clock::never();
    clock::time_point post_deadline_ = clock::never();
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
    std::size_t posting_ = 0; // bytes of the pending POST
    std::size_t answers_posting_ = 0; // bytes of it that the server has asked for
    unsigned empty_answers_ = 0; // to polls, one after the other
    bool heard_ = true;          // a message or a ping since the last answer
    bool drained_ = false;       // the owner is to be called
    bool getting_ = false;
    bool paused_ = false;
    bool repeated_ = false; // the last poll got no answer of the server
    bool leaving_ = false;
    bool said_so_ = false; // the packet that ends the session was written
    bool post_failed_ = false;
    bool may_say_so_ = true; // the server can be reached, and does not know of the end
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/client_polling_channel.ipp>
#endif
