// Which way to a server, and what the operating system is to do with the connection. Plain data.
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

// What a proxy said when it wanted to know who asks (407).
struct proxy_challenge {
    int status = 0;
    std::vector<std::string> authenticate{}; // the values of its Proxy-Authenticate headers
    std::string target{};                    // of the CONNECT request, "host:port": Digest's uri
    unsigned attempt = 0;                    // 0 at the first challenge of a connection
};

struct proxy_options {
    // "http://user:password@host:3128" (CONNECT, RFC 9110) or "socks5://user:password@host:1080" (RFC 1928 and 1929;
    // "socks5h" is the same, since the proxy resolves the server's name). Empty: no proxy. Without a port it is 80 or
    // 1080. What stands before the @ is percent-decoded.
    std::string url{};
    // In place of those in the URL.
    std::string username{};
    std::string password{};
    // Servers that are reached without the proxy: a host name with all below it ("example.com", ".example.com"), an
    // IP address, a network ("10.0.0.0/8"), each with a port if only that one is meant ("example.com:8080"), or "*".
    // An entry may be a list, too, with commas.
    std::vector<std::string> no_proxy{};
    // Where `url` is empty: read the variables https_proxy or HTTPS_PROXY for https and wss, http_proxy for http and
    // ws (in capitals it can be set by anybody who sends a CGI program a header, and is not read), all_proxy or
    // ALL_PROXY for both, and no_proxy or NO_PROXY besides `no_proxy`; before every attempt.
    bool from_environment = false;
    // Asked when the proxy wants to be told who asks, for schemes other than Basic (Digest, NTLM, Negotiate): returns
    // the value of Proxy-Authorization, or nothing to give up. On the strand, a few times at most for a connection,
    // which stays the same one if the proxy lets it.
    std::function<std::optional<std::string>(proxy_challenge const&)> authorization{};
};

enum class address_family : std::uint8_t { any, ipv4, ipv6 };

struct keep_alive_options {
    std::chrono::seconds idle{0};     // of silence, before the first probe; 0: no keep-alive
    std::chrono::seconds interval{0}; // between probes; 0: the system's
    int count = 0;                    // of probes without an answer that end the connection; 0: the system's
};

// For whom a stream is wanted: the host and port of the URL. With `secure`, TLS is laid over the stream.
struct stream_request {
    std::string host{};
    std::uint16_t port = 0;
    bool secure = false;
};

// Takes an error, or a connected stream. May be called from any thread, also inside the call that gave it; only the
// first time counts. One that is let go without a call ends the attempt, too.
using stream_answer = std::function<void(std::error_code, std::shared_ptr<byte_stream>)>;

struct network_options {
    proxy_options proxy{};
    // The path of a Unix-domain socket to connect to, "@name" for Linux's abstract ones. The URL says the rest, such as
    // the Host header; proxy and addresses do not apply.
    std::string unix_socket{};
    // Which of a host's addresses are tried, the proxy's where there is one. All of them are, both families in turn,
    // each a quarter of a second after the one before or as soon as that has failed; the first that answers is taken
    // (RFC 8305).
    socketio::address_family address_family = socketio::address_family::any;
    // An IP address of this machine that connections are made from.
    std::string local_address{};
    // The name of the network interface that connections must go through ("eth0"). Linux; it may need CAP_NET_RAW.
    std::string network_interface{};
    keep_alive_options keep_alive{};
    // How long sent data may stay without an acknowledgement by TCP before the connection ends (RFC 5482); 0: the
    // system's. Linux.
    std::chrono::milliseconds user_timeout{0};
    // Makes the stream of every attempt, and nothing above in this struct applies. Called on the strand. The stream's
    // calls come on the strand; it may call its handlers on any thread.
    std::function<void(stream_request const&, stream_answer)> stream_factory{};
};

} // namespace socketio
