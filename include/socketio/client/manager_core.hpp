// The state behind a `manager`: keeps one connection alive and shares it among namespaces.
// It owns the namespaces' state and knows no public handle. All state lives on one strand; members
// marked "any thread" hand over to it.
#pragma once

#include <socketio/client/options.hpp>
#include <socketio/client/reconnect_rules.hpp>
#include <socketio/client/connection_snapshot.hpp>
#include <socketio/client/packet_writer.hpp>
#include <socketio/client/socket_core.hpp>
#include <socketio/client/socket_owner.hpp>
#include <socketio/codec/packet_decoder.hpp>
#include <socketio/core/log.hpp>
#include <socketio/core/sources.hpp>
#include <socketio/net/engine_channel.hpp>
#include <socketio/net/dial.hpp>
#include <socketio/net/lane.hpp>
#include <socketio/net/websocket_channel.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/session/connect_machine.hpp>
#include <socketio/session/connect_throttle.hpp>
#include <socketio/session/event_emitter.hpp>
#include <socketio/session/transport_choice.hpp>

#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace socketio::detail {

class client_polling_channel;
class transport_upgrade;
class http_client;
struct client_polling_options;

class manager_core final : public std::enable_shared_from_this<manager_core>,
                           public engine_channel_owner,
                           public lane_owner,
                           public socket_owner,
                           public call_context {
public:
    static std::shared_ptr<manager_core> make(asio::any_io_executor executor, std::string_view url, options settings);
    manager_core(asio::any_io_executor executor, std::string_view url, options settings);
    SOCKETIO_DECL ~manager_core() override;

    // Any thread.
    options const& settings() const noexcept { return settings_; }
    reconnect_rules& rules() noexcept { return rules_; }
    event_emitter& events() noexcept { return events_; }
    asio::any_io_executor get_executor() const noexcept { return executor_; }
    bool on_strand() const noexcept { return lane_.on_strand(); }
    // Runs `command` now on the strand, or later there, in order with what this thread emitted before.
    bool perform(unique_function<void()> command) { return lane_.perform(std::move(command)); }
    connection_snapshot snapshot();
    // Adds a namespace; it stays until forget().
    void adopt(std::shared_ptr<socket_core> const& joined);
    // All handles are destroyed: those of the manager, or of a namespace.
    void stop() noexcept;
    void release(std::shared_ptr<socket_core> const& which) noexcept;

    // On the strand.
    SOCKETIO_DECL void open() override;
    void close();
    // Ends the wait for the next attempt: without one, or with one at once. Returns true if there was a wait.
    bool stop_waiting();
    void reconnect_now();
    bool is_open() const noexcept { return machine_.is_open(); }
    clock::time_point now() const noexcept { return lane_.now(); }
    // Runs the step after the current listener, in order. Every call of user code is a step.
    void defer(unique_function<void()> step) { lane_.defer(std::move(step)); }
    // The same of steps that have their memory already.
    void defer(std::list<unique_function<void()>>&& steps) noexcept { lane_.defer(std::move(steps)); }
    // The same, before all other steps.
    void defer_first(unique_function<void()> step) { lane_.defer_first(std::move(step)); }
    bool alive() const noexcept { return lane_.alive(); }

    // For its sockets.
    parts shared() noexcept override { return {lane_, writer_, settings_, sources_}; }
    SOCKETIO_DECL std::size_t unsent() noexcept override;
    bool is_reconnecting() const noexcept override { return machine_.is_reconnecting(); }
    SOCKETIO_DECL void close_if_unused() override;
    SOCKETIO_DECL void join(std::shared_ptr<socket_core> const& joined) override;
    SOCKETIO_DECL void forget(socket_core const& which) override;
    bool may_tell_auth() const noexcept override { return !elsewhere_ || settings_.redirect_auth; }
    connect_throttle& gate() noexcept override { return gate_; }
    SOCKETIO_DECL void lose(disconnect_reason reason, disconnect_details details) override;
    SOCKETIO_DECL void fail(std::error_code ec) override;
    SOCKETIO_DECL void flush_held_back() override;
    SOCKETIO_DECL void watch_drain(socket_core& which) override;
    SOCKETIO_DECL void note_changed(socket_core& which) noexcept override;
    SOCKETIO_DECL void log(log_level level, std::string_view component, std::string_view text) override;
    SOCKETIO_DECL void warn(std::string_view component, std::string_view place, std::string_view text) override;
    // Any thread. The last handle of a socket with listeners was destroyed before it began to connect.
    void warn_of_dropped(std::string const& nsp);
    // Any thread. Somebody listens to an event of that name.
    void check_event(std::string_view name);

    std::shared_ptr<void> pin() override { return weak_from_this().lock(); }
    SOCKETIO_DECL void on_readable() override;
    SOCKETIO_DECL void on_text(std::span<char> message) override;
    SOCKETIO_DECL void on_binary(std::span<char> message) override;
    SOCKETIO_DECL void on_drained() override;
    SOCKETIO_DECL void on_turn() override;
    SOCKETIO_DECL void on_recover() override;
    SOCKETIO_DECL void on_turn_end() override;
    SOCKETIO_DECL clock::time_point next_deadline() const noexcept override;
    SOCKETIO_DECL void on_due() override;
    SOCKETIO_DECL void on_context_gone() noexcept override;
    SOCKETIO_DECL void report(event_error reason) override;
    std::shared_ptr<call_context> hold() override { return shared_from_this(); }
    SOCKETIO_DECL void report_from_anywhere(event_error reason) override;
    ack make_ack(std::uint64_t) override { return {}; }

private:
    // Destroyed with the context.
    struct runtime {
        std::shared_ptr<tls_provider> tls; // made by the first attempt that needs it
        std::shared_ptr<opening> dialing;
        std::shared_ptr<engine_channel> link;
        client_polling_channel* polling = nullptr; // the link, while that is long-polling
        std::shared_ptr<transport_upgrade> upgrade;      // of polling
    };
    // The common parts of the requests of the current attempt.
    struct attempt_request {
        string_pairs query;
        std::vector<http_header> headers;
    };

    void warn_from_anywhere(std::string_view component, std::string const& text);
    void pump();
    void receive_all();
    void settle_sockets();
    void complete_drains();
    void note_deadline(socket_core& of);
    std::size_t unsent_here() const noexcept;
    void count(connection_snapshot& into, channel_status const& of) const noexcept;
    static void add_to(transport_totals& sum, channel_status const& of) noexcept;
    void publish(channel_status const& of) noexcept;
    void note_error(std::error_code code, std::string_view message);

    void act(connect_action const& next);
    void on_time_out();
    void log_wait(clock::time_point until);
    void begin(std::uint64_t attempt);
    void ask_query(std::uint64_t attempt);
    void ask_headers(std::uint64_t attempt, string_pairs query);
    bool provide_tls(std::uint64_t attempt);
    void start_dial(std::uint64_t attempt, string_pairs const& query, string_pairs const& headers);
    void dial_transport(std::uint64_t attempt);
    std::shared_ptr<dial_request> websocket_request(url const& to, std::string target) const;
    void complete(http_client_settings& request, transport_kind transport) const;
    using on_dialed = void (manager_core::*)(std::uint64_t number, dial_result&& result, stream&& connected);
    std::shared_ptr<dial> make_dial(std::shared_ptr<dial_request> request, std::uint64_t number, on_dialed then);
    void dial_websocket(std::uint64_t attempt, std::string target);
    void on_websocket_dialed(std::uint64_t attempt, dial_result&& result, stream&& connected);
    bool accept_dialed(std::uint64_t attempt, dial_result& result);
    std::shared_ptr<websocket_channel> make_websocket(dial_result&& result, stream&& connected,
                                                      engine_settings const* probed = nullptr);
    void set_link(std::shared_ptr<engine_channel> link);

    // Long-polling, and the way from there to WebSocket.
    void dial_polling(std::uint64_t attempt, std::string target);
    void poll(http_client& polls, client_polling_options& connections, std::string&& handshake);
    std::string upgrade_target(client_polling_channel const& from) const;
    void begin_upgrade();
    void on_upgrade_dialed(std::uint64_t number, dial_result&& result, stream&& connected);
    bool advance_upgrade();
    void move_to_websocket();
    void settle_upgrade();
    void drop_upgrade() noexcept;
    clock::time_point upgrade_deadline() const noexcept;
    bool may_be_held_back(disconnect_reason reason, disconnect_details const& details) const noexcept;
    void on_engine(engine_event const& event);
    void on_opened();
    void on_closed(engine_event const& event);
    void on_message(packet const& received, bool whole, std::size_t size, std::error_code ec);
    void on_packet(packet const& received);
    bool is_unanswered() const noexcept;
    std::string other_parser() const;
    std::string parse_error_words(std::error_code ec) const;
    bool on_answer(packet const& received, socket_core* to);
    void fail_transport(connect_error const& reason, bool elsewhere_too = true);
    void fail_open(connect_error reason, bool again = true);
    void fail_provider(std::uint64_t attempt, std::string_view option);
    void drop_link();
    connect_error timed_out() const;
    std::string doubt_about_scheme() const;
    std::string request_target(transport_kind transport) const;

    // `event` and `text` live as long as the program.
    void tell(std::string_view event);
    void tell_text(std::string_view event, std::string_view text);
    void tell_number(std::string_view event, std::uint64_t number);
    void dispatch_error(std::string_view event, connect_error const& reason);
    void dispatch(std::string_view event, event_call& call) { events_.dispatch_reserved(event, call); }

    asio::any_io_executor executor_; // a strand, for example, must not outlive its context
    sources const sources_;
    options const settings_;
    reconnect_rules rules_;
    url url_;
    std::error_code url_error_;
    std::string url_error_words_;
    lane lane_;
    packet_writer writer_{lane_, settings_.parser && !settings_.parser->is_text()};
    std::unique_ptr<runtime> runtime_ = std::make_unique<runtime>();
    event_emitter events_;
    warnings warnings_;

    clock::time_point link_deadline_ = clock::never(); // after the last turn
    std::atomic<std::size_t> published_unsent_{0};
    std::mutex snapshot_mutex_; // guards snapshot_, as it was after the last turn
    connection_snapshot snapshot_;

    // On the strand only.
    std::map<std::string, std::shared_ptr<socket_core>, std::less<>> sockets_;
    std::size_t first_to_flush_ = 0; // of sockets_
    // There is room for all of sockets_; null for one that is forgotten.
    std::vector<socket_core*> changed_;
    alarms deadlines_; // of sockets_: a bound of each
    std::vector<std::weak_ptr<socket_core>> drain_watchers_;
    std::uint64_t connections_ = 0;
    std::uint64_t packets_received_ = 0;
    std::uint64_t received_before_ = 0; // of those, before this connection
    bool answered_ = false;             // a CONNECT of this connection
    transport_totals earlier_websocket_; // of earlier connections
    transport_totals earlier_polling_;
    connect_timings timings_{};
    clock::time_point upgraded_at_{};
    bool elsewhere_ = false; // the connection is to another origin than the URL's
    std::shared_ptr<cookie_jar> cookies_; // null: they are not kept
    connect_machine machine_;
    transport_choice transports_;
    attempt_request asked_;
    std::vector<transport_attempt> tried_; // in vain, in the current attempt
    clock::time_point transport_deadline_ = clock::never(); // of the current transport alone
    std::uint64_t heard_before_ = 0; // packets and pings until the WebSocket was the connection
    std::uint64_t pings_ = 0;
    bool moved_ = false; // the connection was on long-polling before
    packet_decoder decoder_;
    connect_throttle gate_;
    socket_core* root_ = nullptr; // the namespace "/", which most packets belong to
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/manager_core.ipp>
#include <socketio/client/impl/manager_dial.ipp>
#include <socketio/client/impl/manager_open.ipp>
#include <socketio/client/impl/manager_parser.ipp>
#include <socketio/client/impl/manager_polling.ipp>
#include <socketio/client/impl/manager_settle.ipp>
#include <socketio/client/impl/manager_snapshot.ipp>
#endif
