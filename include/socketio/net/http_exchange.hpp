// One HTTP request on its way to its answer. It may be stored, passed on, and answered from any thread. In any
// case the request gets exactly one answer.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/http_message.hpp>
#include <socketio/net/strand.hpp>
#include <socketio/net/upgraded_stream.hpp>
#include <socketio/wire/permessage_deflate.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::detail {

class http_connection;

// The parameters of a request for WebSocket (RFC 6455, section 4.2.1).
struct http_upgrade {
    std::error_code error{}; // the request is not valid
    std::string key{};
    std::vector<std::string> protocols{}; // subprotocols that the client offers, in its order
    std::optional<deflate_parameters> deflate{}; // agreed
};

class http_exchange {
public:
    http_exchange(std::weak_ptr<http_connection> on, std::uint64_t request_number, http_request request,
        std::optional<http_upgrade> upgrade)
        : on_{std::move(on)},
          request_number_{request_number},
          request_{std::move(request)},
          upgrade_{std::move(upgrade)}
    {
    }
    http_exchange(http_exchange const&) = delete;
    http_exchange& operator=(http_exchange const&) = delete;
    // Answers 500 if there was no answer.
    ~http_exchange();

    http_request const& request() const noexcept { return request_; }
    // Null unless it is a request for WebSocket.
    http_upgrade const* upgrade() const noexcept { return upgrade_ ? &*upgrade_ : nullptr; }
    // Before the exchange is passed on: adds headers to the answer, whatever it will be; takes the request's body.
    void add_headers(string_pairs more);
    void give_up() noexcept;
    string_pairs const& headers() const noexcept { return headers_; }
    std::string take_body() noexcept { return std::exchange(request_.body, {}); }

    // Any thread. Only the first answer counts.
    void answer(http_response with);
    // Any thread: calls `gone` on a strand if the client leaves before it has its answer. It is called with false if
    // the client has only ended its sending: then it may have left, or may wait for this answer.
    void on_gone(strand const& to, unique_function<void(bool for_good)> gone);
    // Any thread: runs `work` on the connection's strand, later, if there still is a connection.
    void perform(unique_function<void(strand const&)> work);
    // Any thread, instead of an answer to a valid request for WebSocket: the stream leaves HTTP, and `taken` is called
    // with it on the strand `to`. `subprotocol` is the chosen one, or empty.
    void take_stream(strand const& to, std::string_view subprotocol, unique_function<void(upgraded_stream&&)> taken);

private:
    std::weak_ptr<http_connection> const on_;
    std::uint64_t const request_number_;
    http_request request_;
    std::optional<http_upgrade> const upgrade_;
    string_pairs headers_;
    std::atomic<bool> answered_{false};
};

} // namespace socketio::detail
