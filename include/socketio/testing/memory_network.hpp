// The hosts of a world: who serves which name, and the links between them. One thread.
#pragma once

#include <socketio/net/network_options.hpp>
#include <socketio/testing/decl.hpp>
#include <socketio/testing/memory_connection.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

// Takes the server's end of a connection, and the address of the client. False: it is refused.
using memory_acceptor = std::function<bool(std::shared_ptr<byte_stream>, std::string const& address)>;

class memory_network final : public std::enable_shared_from_this<memory_network> {
public:
    explicit memory_network(std::shared_ptr<memory_wire> wire) : wire_{std::move(wire)} {}

    memory_wire& wire() noexcept { return *wire_; }

    // `address` is "host:port".
    void listen(std::string address, memory_acceptor accept);
    void unlisten(std::string_view address);
    // The stream_factory of a client on this host.
    std::function<void(stream_request const&, stream_answer)> factory(std::string host);

    // Calls `change` for the rules of each link between these hosts, and of those to come. Empty: any host.
    void change(std::string_view client, std::string_view server, std::function<void(link_rules&)> change);
    // Of those that are open now.
    void each_connection(std::string_view client, std::string_view server, std::function<void(memory_connection&)> act);
    // The IP address of a host, by which a server knows it.
    std::string address_of(std::string_view host);
    void drop() noexcept;

private:
    struct link {
        std::string client, server;
        std::shared_ptr<link_rules> rules;
    };
    struct open_connection {
        std::size_t link;
        std::weak_ptr<memory_connection> connection;
    };
    struct attempt {
        std::uint64_t number;
        std::size_t link;
        std::string from, address;
        stream_answer answer;
        std::weak_ptr<void const> wanted; // expires when the client has given up
        operation_fault fault = operation_fault::none;
    };
    struct change_to_come {
        std::string client, server;
        std::function<void(link_rules&)> change;
    };

    static bool is_between(std::string_view client, std::string_view server, link const& of) noexcept;
    std::size_t link_of(std::string_view client, std::string_view server);
    void connect(std::string const& host, stream_request const& wanted, stream_answer answer);
    void go_on(attempt of);
    void arrive(attempt const& of);
    void refuse(attempt const& of, std::error_code why);
    void refuse_by_http(attempt const& of);
    void release_attempts();

    std::shared_ptr<memory_wire> const wire_;
    std::map<std::string, memory_acceptor, std::less<>> servers_;
    std::vector<link> links_;
    std::vector<change_to_come> changes_; // for links that are not there yet
    std::vector<open_connection> connections_;
    std::vector<attempt> held_;
    std::vector<std::string> hosts_; // the n-th is 10.0.0.n
};

} // namespace socketio::detail

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/memory_network.ipp>
#endif
