// The client's HTTP over sockets: one connection, and its answers.
#pragma once

#include "peer.hpp"
#include "run_until.hpp"

#include <socketio/net/http_client.hpp>

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace support {

// node's HTTP server (http.js).
class node_http_server : public peer {
public:
    explicit node_http_server(std::string options = "{}") : peer("http.js", std::move(options)) {}
    int connections() { return std::stoi(ask(R"({"do":"connections"})")); }
};

struct http_client_fixture {
    void begin(std::string_view method = "GET", std::string target = "/path?a=b", std::string body = {})
    {
        if (!client)
            client = std::make_shared<socketio::detail::http_client>(on, settings);
        REQUIRE_FALSE(client->is_busy());
        got.reset();
        socketio::detail::http_client_request what;
        what.method = method;
        what.target = std::move(target);
        what.body = std::move(body);
        what.body_limit = std::size_t{1} << 24;
        what.follow = true;
        client->request(std::move(what), [this](socketio::detail::http_client_answer&& answer) {
            got.emplace(std::move(answer));
        });
        context.restart();
    }
    socketio::detail::http_client_answer ask(std::string_view method = "GET", std::string target = "/path?a=b",
                                             std::string body = {})
    {
        begin(method, std::move(target), std::move(body));
        REQUIRE(run_until(context, [&] { return got.has_value(); }));
        return std::move(*got);
    }
    void set_url(std::string_view text) { REQUIRE_FALSE(socketio::detail::parse_url(text, settings->to)); }

    asio::io_context context{1};
    socketio::detail::strand on{socketio::detail::known_executor{asio::any_io_executor{context.get_executor()}}};
    std::shared_ptr<socketio::detail::http_client_settings> settings =
        std::make_shared<socketio::detail::http_client_settings>();
    std::shared_ptr<socketio::detail::http_client> client;
    std::optional<socketio::detail::http_client_answer> got;
};

} // namespace support
