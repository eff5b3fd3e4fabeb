// The server's part of one opening handshake: reads the request, and answers it. Knows no packets.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/net/task.hpp>
#include <socketio/net/tls_provider.hpp>
#include <socketio/wire/websocket_handshake.hpp>
#include <socketio/wire/http.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

struct welcome_rules {
    std::vector<std::string> protocols; // that may be chosen
    deflate_options deflate;            // that may be agreed on
    std::shared_ptr<tls_provider> tls;  // of a secure server
    http_limits limits;
    std::chrono::milliseconds timeout{10000}; // for the request, and to take a refusal; 0: no limit
};

struct welcome_result {
    std::error_code error;  // then there is no stream
    http_head request;
    std::string subprotocol;
    std::optional<deflate_parameters> deflate; // agreed
    byte_buffer leftover;   // what the client sent right behind its request
};

// One handshake. It calls `done`, which must not throw, exactly once, on the strand, unless it is abandoned.
class welcome : public std::enable_shared_from_this<welcome> {
public:
    using handler = unique_function<void(welcome_result&&, stream&&)>;

    welcome(strand const& on, stream&& connected, welcome_rules rules);

    void start(handler done);
    // Any thread.
    void abandon() noexcept;
    // What is thrown anywhere below ends the handshake.
    void fail(std::error_code why) noexcept;

private:
    static detached run(std::shared_ptr<welcome> self);
    task<std::error_code> secure();
    task<std::error_code> read_request();
    task<std::error_code> answer();
    task<std::error_code> see_off();
    task<std::error_code> read_more();
    task<std::error_code> send();
    std::error_code judge();
    void finish(std::error_code ec) noexcept;
    void end_stream() noexcept;

    strand strand_;
    stream stream_;
    std::shared_ptr<byte_stream> securing_; // while the TLS handshake is under way
    welcome_rules rules_;
    handler done_;
    deadline_timer timer_;
    http_head_reader reader_;
    byte_buffer input_;
    byte_buffer output_;
    welcome_result result_;
    bool abandoned_ = false;
    bool incomplete_ = false; // the client sends nothing more, and has not sent a whole head
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/welcome.ipp>
#endif
