// From a URL to a connected stream, along the route in network_options: a stream of the user, a Unix-domain
// socket, a proxy, or the addresses of the host. Knows neither TLS nor WebSocket.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/core/error.hpp>
#include <socketio/core/sources.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/dial_stage.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/net/cross_thread_handler.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/net/task.hpp>
#include <socketio/net/tcp_race.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/proxy.hpp>
#include <socketio/wire/url.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::detail {

// A part of a dial, which owns its coroutines. One connect() at a time.
class connector {
public:
    // `options` and `stage` live as long as this.
    connector(strand const& on, network_options const& options, http_limits limits, dial_stage& stage);

    // Ends with the stream in take_stream(), or with an error that message() explains. With `plain`, the stream for a
    // URL without TLS may lead to an HTTP proxy alone, plain_proxy(): requests there have the absolute form.
    task<std::error_code> connect(url const& to, bool plain = false);
    // Null if the stream leads to the server.
    proxy_server const* plain_proxy() const noexcept { return at_proxy_ ? &proxy_ : nullptr; }
    stream take_stream() { return std::move(stream_); }
    std::string& message() noexcept { return message_; }

    // Asks the user's function for an answer to a proxy's refusal. `challenge` has target, method and attempt of the
    // request. Ends with error::proxy_authentication_required if there is no answer. For impl/ only.
    task<std::error_code> authorize(http_head const& refusal, proxy_challenge& challenge, std::string& authorization);

    // Makes the pending operation fail soon.
    void cancel() noexcept;

    // The duration of each stage, summed over all calls.
    clock::duration resolving() const noexcept { return resolving_; }
    clock::duration connecting() const noexcept { return connecting_; }
    clock::duration proxying() const noexcept { return proxying_; }

private:
    using made_stream = cross_thread_handler<std::error_code, std::shared_ptr<byte_stream>>;

    task<std::error_code> choose_way(url const& to, bool plain);
    task<std::error_code> ask_factory(url const& to);
    task<std::error_code> connect_unix();
    // `peer` precedes the host in messages: "" or "the proxy ".
    task<std::error_code> connect_tcp(std::string const& host, std::uint16_t port, std::string const& peer);
    task<std::error_code> resolve(std::string const& host, std::uint16_t port, std::string const& peer);
    task<std::error_code> race(std::string const& peer);

    std::error_code choose_proxy(url const& to);
    task<std::error_code> connect_by_proxy(url const& to, bool plain);
    task<std::error_code> reach_proxy();
    task<std::error_code> tunnel_http(std::string const& target);
    task<std::error_code> ask_tunnel(std::string const& target, std::string const& authorization);
    task<std::error_code> read_tunnel_answer();
    task<std::error_code> read_tunnel_refusal(bool& open);
    task<std::error_code> ask_user(proxy_challenge const& challenge, std::string& authorization);
    task<std::error_code> tunnel_socks5(url const& to);
    std::error_code judge_tunnel_answer();
    std::error_code authentication_required(http_head const& refusal);
    std::error_code proxy_error(std::error_code ec, std::string_view reason);
    std::error_code fail(std::error_code ec, std::string message);
    void use_family(std::vector<asio::ip::tcp::endpoint>& endpoints, std::string const& host);

    strand strand_;
    network_options const& options_;
    dial_stage& stage_;
    sources const sources_;
    std::optional<asio::ip::tcp::resolver> resolver_; // its destructor cancels without memory; its cancel() does not
    stream stream_;
    byte_buffer input_; // bytes from the proxy
    http_head_reader answer_;
    std::vector<asio::ip::tcp::endpoint> endpoints_;
    std::weak_ptr<tcp_race> race_;
    std::weak_ptr<made_stream> made_;
    proxy_server proxy_;
    std::string message_;
    bool cancelled_ = false;
    bool at_proxy_ = false;
    clock::duration resolving_{};
    clock::duration connecting_{};
    clock::duration proxying_{};
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/connector.ipp>
#include <socketio/net/impl/connector_proxy.ipp>
#endif
