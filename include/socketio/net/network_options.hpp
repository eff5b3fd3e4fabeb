// The route to a server, and the settings of the connection in the operating system. Plain data.
#pragma once

#include <socketio/net/byte_stream.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace socketio {

// A proxy's request for authentication (407).
struct proxy_challenge {
    int status = 0;
    std::vector<std::string> authenticate{}; // the values of its Proxy-Authenticate headers
    std::string target{};                    // of the request, Digest's uri: "host:port"; for GET and POST a URL
    unsigned attempt = 0;                    // 0 at the first challenge of a connection or request
    std::string method = "CONNECT";          // or GET or POST: long-polling without TLS needs no tunnel
};

struct proxy_options {
    // "http://user:password@host:3128" (CONNECT, RFC 9110) or "socks5://user:password@host:1080" (RFC 1928 and
    // 1929; "socks5h" is the same, since the proxy resolves the server's name). Empty: no proxy. The default
    // port is 80 or 1080. User name and password are percent-decoded.
    std::string url{};
    // Replace those in the URL.
    std::string username{};
    std::string password{};
    // Servers that are reached without the proxy: a host name with all subdomains ("example.com",
    // ".example.com"), an IP address, a network ("10.0.0.0/8"), each with a port if only that one is meant
    // ("example.com:8080"), or "*". An entry may also be a list with commas.
    std::vector<std::string> no_proxy{};
    // With an empty `url`: read the environment before every attempt. https_proxy or HTTPS_PROXY apply to https
    // and wss, http_proxy to http and ws, all_proxy or ALL_PROXY to both, and no_proxy or NO_PROXY in addition
    // to `no_proxy`. HTTP_PROXY is not read: the client of a CGI program can set it with a header.
    bool from_environment = false;
    // Called for challenges with schemes other than Basic (Digest, NTLM, Negotiate). Returns the value of
    // Proxy-Authorization, or std::nullopt to give up. Called on the strand, a few times at most per connection.
    // The connection stays the same if the proxy permits it.
    std::function<std::optional<std::string>(proxy_challenge const&)> authorization{};
};

enum class address_family : std::uint8_t { any, ipv4, ipv6 };

struct keep_alive_options {
    std::chrono::seconds idle{0};     // idle time before the first probe; 0: no keep-alive
    std::chrono::seconds interval{0}; // between probes; 0: the system's default
    int count = 0;                    // unanswered probes that end the connection; 0: the system's default
};

// The stream that is requested: the host and port of the URL. With `secure`, TLS is added above the stream.
struct stream_request {
    std::string host{};
    std::uint16_t port = 0;
    bool secure = false;
    std::weak_ptr<void const> attempt{}; // expires when the attempt has ended and wants no stream any more
};

// Takes an error, or a connected stream. May be called from any thread, also inside the call that passed it.
// Only the first call counts. Destroyed without a call, it ends the attempt, too.
using stream_answer = std::function<void(std::error_code, std::shared_ptr<byte_stream>)>;

struct network_options {
    proxy_options proxy{};
    // The path of a Unix-domain socket, "@name" for Linux's abstract ones. The URL still determines the Host
    // header; proxy and addresses do not apply.
    std::string unix_socket{};
    // The family of the host's addresses, or of the proxy's. With `any`, both families are tried in turn, each
    // address a quarter of a second after the one before or as soon as that has failed. The first one that
    // answers is used (RFC 8305).
    socketio::address_family address_family = socketio::address_family::any;
    // The IP address of this machine that connections start from.
    std::string local_address{};
    // The network interface that connections must use ("eth0"). Linux only; it may need CAP_NET_RAW.
    std::string network_interface{};
    keep_alive_options keep_alive{};
    // The time that sent data may stay unacknowledged by TCP before the connection ends (RFC 5482); 0: the
    // system's default. Linux only.
    std::chrono::milliseconds user_timeout{0};
    // Makes the stream of every attempt; the settings above then do not apply. Called on the strand. The library
    // calls the stream on the strand; the stream may call its handlers on any thread.
    std::function<void(stream_request const&, stream_answer)> stream_factory{};
};

} // namespace socketio
