// Makes one connection: resolve, connect, WebSocket handshake. Knows no packets.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/net/task.hpp>
#include <socketio/net/tls_provider.hpp>
#include <socketio/wire/handshake.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/url.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketio::detail {

struct dial_request {
    url to;
    std::string target; // path and query of the upgrade request
    std::vector<http_header> headers;
    http_limits limits;
    std::optional<deflate_options> deflate{}; // offered
    std::shared_ptr<tls_provider> tls{}; // must be there for a secure URL
};

struct dial_result {
    std::error_code error;
    std::string words;      // what happened and what to do, of an error
    int http_status = 0;    // of a refused upgrade
    std::string http_body;  // its start
    std::optional<deflate_parameters> deflate{}; // agreed
    byte_buffer leftover;   // what the server sent right behind its handshake
    clock::duration resolving{}; // the time that each stage took
    clock::duration connecting{};
    clock::duration securing{}; // TLS
    clock::duration upgrading{};
};

// One attempt. It calls `done` at most once, on the strand, with the connected stream; abandoned it
// calls nobody, and what is under way ends by itself.
class dial : public std::enable_shared_from_this<dial> {
public:
    using handler = unique_function<void(dial_result&&, stream&&)>;

    dial(strand const& on, dial_request request, handler done);

    void start();
    void abandon() noexcept;

private:
    static detached run(std::shared_ptr<dial> self);
    clock::duration lap() noexcept;
    task<std::error_code> resolve();
    task<std::error_code> connect();
    task<std::error_code> secure();
    task<std::error_code> shake_hands();
    task<std::error_code> read_head();
    task<std::error_code> read_refusal();
    task<std::error_code> read_more();
    task<std::error_code> send(std::string_view bytes);

    std::error_code check_answer();
    void finish(std::error_code ec);
    void describe(std::error_code& ec);
    bool body_is_complete();

    strand strand_;
    dial_request request_;
    handler done_;
    bool abandoned_ = false;
    asio::ip::tcp::resolver resolver_;
    stream stream_;
    std::shared_ptr<byte_stream> securing_; // TLS that is being begun
    deadline_timer body_timer_;
    std::vector<asio::ip::tcp::endpoint> endpoints_;
    std::string key_;
    http_head_reader reader_;
    byte_buffer input_;
    std::string stage_;
    clock::time_point stage_began_{};
    dial_result result_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/dial.ipp>
#include <socketio/net/impl/dial_tls.ipp>
#endif
