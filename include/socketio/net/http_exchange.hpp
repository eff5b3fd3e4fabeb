// One HTTP request on its way to its answer. It may be kept, handed on, and answered from any thread; whatever becomes
// of it, the request gets one answer.
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

// What a request to speak WebSocket asks for (RFC 6455, section 4.2.1).
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
    // Whoever was to answer has gone: 500.
    ~http_exchange();

    http_request const& request() const noexcept { return request_; }
    // Null unless it is a request for WebSocket.
    http_upgrade const* upgrade() const noexcept { return upgrade_ ? &*upgrade_ : nullptr; }
    // Before the exchange is handed on: headers that go with whatever the answer will be, and the request's parts for
    // whom they are.
    void add_headers(string_pairs more);
    void give_up() noexcept;
    string_pairs const& headers() const noexcept { return headers_; }
    std::string take_body() noexcept { return std::exchange(request_.body, {}); }

    // Any thread; what comes after the first is nothing.
    void answer(http_response with);
    // Any thread: calls `gone` on a strand if the client leaves before it has its answer. With false, when it has only
    // said that it sends nothing more: it may have left, or may wait for this answer.
    void on_gone(strand const& to, unique_function<void(bool for_good)> gone);
    // Any thread: runs `work` on the connection's strand, later, if there still is a connection.
    void perform(unique_function<void(strand const&)> work);
    // Any thread, for a valid request to upgrade, instead of an answer: the stream leaves HTTP, and is handed over on a
    // strand of the taker's. `subprotocol`: the one that was chosen, or nothing.
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
