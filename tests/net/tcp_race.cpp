#include <socketio/net/tcp_race.hpp>

#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace detail = socketio::detail;
using asio::ip::tcp;

namespace {

// Loopback addresses: an open port takes connections at once, and a closed one refuses them.
struct race_test {
    tcp::endpoint open_endpoint()
    {
        acceptors.emplace_back(context, tcp::endpoint{asio::ip::address_v4::loopback(), 0});
        return acceptors.back().local_endpoint();
    }
    tcp::endpoint closed_endpoint()
    {
        tcp::acceptor gone{context, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
        return gone.local_endpoint();
    }
    std::shared_ptr<detail::tcp_race> start(std::vector<tcp::endpoint> endpoints, std::string peer = {})
    {
        auto const made = std::make_shared<detail::tcp_race>(on, std::move(endpoints), options, stage, std::move(peer));
        made->start([this](std::error_code ec, std::string text, detail::tcp_race::socket_type socket) {
            ++ends;
            error = ec;
            message = std::move(text);
            is_open = socket.is_open();
            if (is_open)
                port = tcp_port(socket);
        });
        return made;
    }
    static std::uint16_t tcp_port(detail::tcp_race::socket_type const& socket)
    {
        tcp::endpoint remote;
        auto const generic = socket.remote_endpoint();
        std::memcpy(remote.data(), generic.data(), generic.size());
        return remote.port();
    }

    asio::io_context context;
    detail::strand on{detail::known_executor{asio::any_io_executor{context.get_executor()}}};
    std::vector<tcp::acceptor> acceptors;
    socketio::network_options options;
    detail::dial_stage stage;
    int ends = 0;
    std::optional<std::error_code> error;
    std::string message;
    bool is_open = false;
    std::uint16_t port = 0;
};

} // namespace

TEST_CASE_FIXTURE(race_test, "the first address that answers is taken, and the handler is called once, later")
{
    auto const first = open_endpoint();
    start({first, open_endpoint()});
    CHECK(ends == 0);
    context.run();
    CHECK(ends == 1);
    CHECK(error == std::error_code{});
    CHECK(port == first.port());
    CHECK(stage.name == "connect to 127.0.0.1 port " + std::to_string(first.port()));
}

TEST_CASE_FIXTURE(race_test, "an address that refuses gives way to the next one at once")
{
    auto const second = open_endpoint();
    start({closed_endpoint(), second});
    context.run();
    CHECK(error == std::error_code{});
    CHECK(port == second.port());
}

TEST_CASE_FIXTURE(race_test, "of one address that refuses the message says where and why")
{
    auto const closed = closed_endpoint();
    start({closed}, "the proxy ");
    context.run();
    CHECK(error == asio::error::connection_refused);
    CHECK_FALSE(is_open);
    CHECK(message == "connect to the proxy 127.0.0.1 port " + std::to_string(closed.port()) + ": " +
                         make_error_code(asio::error::connection_refused).message());
}

TEST_CASE_FIXTURE(race_test, "of many addresses that refuse the message names the first eight and counts the others")
{
    std::vector<tcp::endpoint> closed;
    for (int i = 0; i != 11; ++i)
        closed.push_back(closed_endpoint());
    start(closed);
    context.run();
    CHECK(error == asio::error::connection_refused);
    CHECK(message.starts_with("no address of the host could be reached: 127.0.0.1 port "));
    CHECK(message.ends_with("; and 3 more"));
}

TEST_CASE_FIXTURE(race_test, "without an address there is no host")
{
    start({});
    context.run();
    CHECK(ends == 1);
    CHECK(error == asio::error::host_not_found);
}

TEST_CASE_FIXTURE(race_test, "a race that is cancelled ends once, with operation_aborted")
{
    auto const race = start({open_endpoint()});
    race->cancel();
    race->cancel();
    context.run();
    CHECK(ends == 1);
    // The connection may have been made before: then it counts.
    CHECK((error == asio::error::operation_aborted || error == std::error_code{}));
}

TEST_CASE_FIXTURE(race_test, "a local address of another family is the address's failure, and the message names the option")
{
    options.local_address = "::1";
    start({open_endpoint()});
    context.run();
    CHECK(error);
    CHECK(*error != std::error_code{});
    CHECK(message.find("local_address") != std::string::npos);
}

TEST_CASE_FIXTURE(race_test, "a race belongs to its pending operations alone")
{
    std::weak_ptr<detail::tcp_race> const seen = start({open_endpoint()});
    CHECK_FALSE(seen.expired());
    context.run();
    CHECK(seen.expired());
}
