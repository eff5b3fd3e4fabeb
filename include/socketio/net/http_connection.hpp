// The server's side of one HTTP/1.1 connection (RFC 9112): reads one request after the other, and writes their answers.
// Does not know what the requests are for.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/http_answer.hpp>
#include <socketio/net/http_exchange.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/net/tls_provider.hpp>
#include <socketio/wire/body_reader.hpp>
#include <socketio/wire/http.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace socketio::detail {

struct http_rules {
    http_limits limits{};
    std::size_t body_size = 1000000;   // bytes of one request's body
    deflate_options deflate{};         // the compression that WebSockets may agree on
    std::shared_ptr<tls_provider> tls{}; // null: the stream is plain HTTP
    std::chrono::milliseconds request_timeout{10000}; // for a request to arrive as a whole, TLS included; 0: no limit
    // Between two requests, for the client to take a piece of an answer, and for a late answer to a client that has
    // ended its sending; 0: no limit.
    std::chrono::milliseconds idle_timeout{60000};
    std::chrono::milliseconds close_timeout{2000};    // for the peer to take the last answer
    // For a server of WebSockets alone: one request, 400 for a head that is too large, and no answer to a request that
    // comes too late.
    bool handshake_only = false;
};

// Describes a stream that the program has accepted itself.
struct http_origin {
    std::string address{}; // of the other side; empty: the socket's
    bool secure = false;   // although there is no tls_provider
    byte_buffer received{}; // bytes of the first requests
};

// The side that serves the requests.
class http_connection_owner {
public:
    http_connection_owner() = default;
    http_connection_owner(http_connection_owner const&) = delete;
    http_connection_owner& operator=(http_connection_owner const&) = delete;
    // On the connection's strand; may throw.
    virtual void on_request(std::shared_ptr<http_exchange> exchange) = 0;
    // The TLS handshake has failed; on_end() follows. May throw.
    virtual void on_insecure(std::string_view /*address*/, std::string_view /*why*/) {}
    // The last call.
    virtual void on_end(std::shared_ptr<http_connection> const& of) noexcept = 0;

    // 1, 2, ... Any thread.
    std::uint64_t count_connection() noexcept { return counted_.fetch_add(1, std::memory_order_relaxed) + 1; }

protected:
    ~http_connection_owner() = default;

private:
    std::atomic<std::uint64_t> counted_{0};
};

class http_connection : public std::enable_shared_from_this<http_connection> {
public:
    // `slot` is released when the stream is closed.
    http_connection(strand const& on, stream&& connected, std::shared_ptr<http_rules const> rules,
                    std::shared_ptr<http_connection_owner> owner, std::shared_ptr<void> slot, http_origin from = {});

    // Of its owner's connections.
    std::uint64_t number() const noexcept { return number_; }

    // On the strand.
    void start();
    // Any thread: takes no further request. The current one still gets its answer.
    void retire();
    // Any thread: closes the stream in any state.
    void abort();
    // The context is being destroyed.
    void context_gone() noexcept { gone_.store(true, std::memory_order_release); }

private:
    friend class http_exchange;

    enum class phase : std::uint8_t { securing, head, body, ready, serving, answering, closing, ended };

    bool alive() const noexcept { return !gone_.load(std::memory_order_acquire); }
    void answer(std::uint64_t request_number, http_response const& with);
    void tell_gone(std::uint64_t request_number, strand const& to, unique_function<void(bool)> gone);
    void tell_left(bool for_good);
    void take_stream(std::uint64_t request_number, strand const& to, upgraded_stream&& made,
                     unique_function<void(upgraded_stream&&)> taken);

    void secure();
    void on_insecure(std::string_view why);
    // Ends the connection if `work` finds no memory.
    template <class Work>
    void guarded(Work work)
    {
        watch_memory(work, [this] { end(); });
    }
    void proceed();
    void read_head();
    void on_head();
    void expect_body();
    void read_body();
    void serve();
    std::optional<http_upgrade> judge_upgrade();
    void refuse(int status, std::string_view message);
    void respond(http_response const& with);
    void read();
    void on_read(std::error_code ec, std::size_t count);
    void on_last_request();
    void write();
    bool pull();
    void on_written(std::error_code ec, std::size_t count);
    void next_request();
    void drain_before_close();
    void end() noexcept;
    void arm(std::chrono::milliseconds limit);
    void arm_step(std::chrono::milliseconds limit);
    void on_due();

    static constexpr std::size_t read_ahead = 16 * 1024; // bytes that are read while a request is being served
    static constexpr std::size_t read_size = 4 * 1024;
    static constexpr std::size_t write_size = 256 * 1024;
    static constexpr std::size_t kept_room = 64 * 1024;
    static constexpr std::size_t most_drained = 64 * 1024; // bytes that are read behind a refused handshake
    static constexpr std::size_t piece_size = 64 * 1024; // of a body that is read while the client takes it

    strand strand_;
    stream stream_;
    std::shared_ptr<http_rules const> const rules_;
    std::shared_ptr<http_connection_owner> owner_;
    std::uint64_t const number_;
    std::shared_ptr<void> slot_;
    std::atomic<bool> gone_{false};
    std::shared_ptr<byte_stream> securing_; // while the TLS handshake is under way
    deadline_timer timer_;
    clock::time_point deadline_ = clock::never();
    std::string address_;
    bool const secure_;

    http_head_reader reader_;
    std::optional<body_reader> body_;
    std::array<char, read_size> room_; // of the current read: the input may move meanwhile
    byte_buffer input_;
    byte_buffer output_;
    byte_buffer writing_;
    std::size_t written_ = 0; // bytes of the output
    http_body_source source_{};     // of the current answer
    std::uint64_t source_left_ = 0; // bytes of it that have not been read
    std::uint64_t request_number_ = 0;
    std::size_t drained_ = 0;
    http_answer_form form_;  // of the current request's answer
    std::shared_ptr<unique_function<void(bool)>> left_; // called on `left_on_` if the client leaves
    std::optional<strand> left_on_;
    phase phase_ = phase::head;
    bool upgrading_ = false;  // the request asks for another protocol: nothing behind it is read
    bool keep_alive_ = true;  // after the answer to the current request
    bool retired_ = false;
    bool peer_ended_ = false; // the client sends nothing more, but may wait for answers
    bool reading_ = false;
    bool sending_ = false;
};

// Connections in the order in which they were made: that of addresses differs from run to run.
struct made_earlier {
    bool operator()(std::shared_ptr<http_connection> const& a, std::shared_ptr<http_connection> const& b) const noexcept
    {
        return a->number() < b->number();
    }
};
using http_connections = std::set<std::shared_ptr<http_connection>, made_earlier>; // of one owner

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/http_connection.ipp>
#include <socketio/net/impl/http_connection_request.ipp>
#endif
