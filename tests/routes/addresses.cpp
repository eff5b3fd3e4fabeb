// All addresses of a host, raced; and the options of TCP sockets.
#include "routes.hpp"

#include <socketio/net/tcp_race.hpp>

#include <asio/ip/tcp.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <vector>

using namespace std::chrono_literals;
using namespace socketio::detail;
using socketio::address_family;
using support::check_words;
using support::scripted_tcp_server;
using support::scripted_connection;
using asio::ip::tcp;

namespace {

// An address where a connection is neither made nor refused: its queue is full.
class black_hole {
public:
    explicit black_hole(asio::io_context& context) : acceptor_{context}
    {
        acceptor_.open(tcp::v4());
        acceptor_.bind({asio::ip::make_address("127.0.0.2"), 0});
        acceptor_.listen(0);
        for (int i = 0; i != 4; ++i) {
            auto& one = fill_.emplace_back(context);
            one.open(tcp::v4());
            one.non_blocking(true);
            auto const to = acceptor_.local_endpoint();
            // Asio's own would wait.
            static_cast<void>(::connect(one.native_handle(), to.data(), static_cast<socklen_t>(to.size())));
        }
    }
    tcp::endpoint place() const { return acceptor_.local_endpoint(); }

private:
    tcp::acceptor acceptor_;
    std::vector<tcp::socket> fill_;
};

tcp::endpoint deaf_place(asio::io_context& context, char const* address, std::vector<tcp::socket>& keep)
{
    auto const ip = asio::ip::make_address(address);
    auto& one = keep.emplace_back(context);
    one.open(ip.is_v6() ? tcp::v6() : tcp::v4());
    one.bind({ip, 0});
    return one.local_endpoint();
}

// How a race ended.
struct race_test : support::client_test {
    strand serial{known_executor{asio::any_io_executor{context.get_executor()}}};
    socketio::network_options options;
    dial_stage stage;
    std::weak_ptr<tcp_race> race;
    std::optional<std::error_code> error;
    std::string words;
    std::optional<tcp_race::socket_type> socket;
    std::vector<tcp::socket> deaf;

    void start(std::vector<tcp::endpoint> places)
    {
        auto const made = std::make_shared<tcp_race>(serial, std::move(places), options, stage, "");
        race = made;
        asio::post(serial, [this, made] {
            made->start([this](std::error_code ec, std::string told, tcp_race::socket_type connected) {
                error = ec;
                words = std::move(told);
                socket.emplace(std::move(connected));
            });
        });
    }
    bool over()
    {
        return until([&] { return error.has_value(); });
    }
    tcp::endpoint deaf_at(char const* address = "127.0.0.1") { return deaf_place(context, address, deaf); }
    int option(int level, int name)
    {
        int value = -1;
        socklen_t size = sizeof(value);
        CHECK(::getsockopt(socket->native_handle(), level, name, &value, &size) == 0);
        return value;
    }
};

tcp::endpoint place_of(scripted_tcp_server const& listener, char const* address = "127.0.0.1")
{
    return {asio::ip::make_address(address), listener.port()};
}

auto const waits = [](scripted_connection& client) { client.read_to_end(); };

} // namespace

TEST_CASE_FIXTURE(race_test, "an address that never answers does not keep the next one waiting")
{
    black_hole const hole{context};
    scripted_tcp_server listener{waits};
    start({hole.place(), hole.place(), place_of(listener)});
    REQUIRE(over());
    CHECK_FALSE(*error);
    CHECK(socket->is_open());
    CHECK(stage.name == "connect to " + endpoint_text(place_of(listener)));
    CHECK(idle());
    CHECK(race.expired());
}

TEST_CASE_FIXTURE(race_test, "the first that connects is taken, of either family")
{
    scripted_tcp_server four{waits};
    scripted_tcp_server six{waits, "::1"};
    start({deaf_at("::1"), place_of(four), place_of(six, "::1")});
    REQUIRE(over());
    CHECK_FALSE(*error);
    CHECK(stage.name == "connect to 127.0.0.1 port " + std::to_string(four.port()));
    CHECK(idle());
    CHECK(six.visitors() == 0);
}

TEST_CASE_FIXTURE(race_test, "when all fail, each says why, and of many the first eight")
{
    auto const one = deaf_at("::1");
    auto const two = deaf_at();
    start({one, two});
    REQUIRE(over());
    CHECK(*error == asio::error::connection_refused);
    CHECK(words == "no address of the host could be reached: ::1 port " + std::to_string(one.port()) +
                       ": Connection refused; 127.0.0.1 port " + std::to_string(two.port()) + ": Connection refused");
    CHECK_FALSE(socket->is_open());
    error.reset();
    start(std::vector<tcp::endpoint>(20, two));
    REQUIRE(over());
    CHECK(words.ends_with(": Connection refused; and 12 more"));
    error.reset();
    start({two});
    REQUIRE(over());
    CHECK(words == "connect to 127.0.0.1 port " + std::to_string(two.port()) + ": Connection refused");
}

TEST_CASE_FIXTURE(race_test, "a race that is called off ends, and leaves nothing behind")
{
    black_hole const hole{context};
    start({hole.place(), hole.place()});
    REQUIRE(until([&] { return stage.progress.starts_with("connecting to 127.0.0.2"); }));
    CHECK_FALSE(error.has_value());
    asio::post(serial, [&] { race.lock()->cancel(); });
    REQUIRE(over());
    CHECK(*error == asio::error::operation_aborted);
    CHECK(idle());
    CHECK(race.expired());
}

TEST_CASE("a race whose context goes is gone with it")
{
    std::weak_ptr<tcp_race> race;
    bool told = false;
    {
        race_test test;
        black_hole const hole{test.context};
        test.start({hole.place()});
        REQUIRE(test.until([&] { return test.stage.progress.starts_with("connecting to 127.0.0.2"); }));
        race = test.race;
        told = test.error.has_value();
    }
    CHECK(race.expired());
    CHECK_FALSE(told);
}

TEST_CASE_FIXTURE(race_test, "sockets get their options")
{
    scripted_tcp_server listener{waits};
    options.keep_alive = {.idle = 31s, .interval = 7s, .count = 5};
    options.user_timeout = 12345ms;
    start({place_of(listener)});
    REQUIRE(over());
    REQUIRE_FALSE(*error);
    CHECK(option(IPPROTO_TCP, TCP_NODELAY) != 0);
    CHECK(option(SOL_SOCKET, SO_KEEPALIVE) != 0);
    CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 31);
    CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 7);
    CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == 5);
    CHECK(option(IPPROTO_TCP, TCP_USER_TIMEOUT) == 12345);
    error.reset();
    options = {};
    start({place_of(listener)});
    REQUIRE(over());
    CHECK(option(IPPROTO_TCP, TCP_NODELAY) != 0);
    CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 0);
    CHECK(option(IPPROTO_TCP, TCP_USER_TIMEOUT) == 0);
}

TEST_CASE_FIXTURE(route_test, "a connection comes from the local address that it is told")
{
    scripted_tcp_server peer{[&](scripted_connection& client) {
        client.note_address();
        client.relay(server.port());
    }};
    socketio::options settings;
    settings.network.local_address = "127.0.0.9";
    REQUIRE(converses(peer.url(), settings));
    CHECK(peer.notes() == std::vector<std::string>{"127.0.0.9"});
}

TEST_CASE_FIXTURE(route_test, "a local address or an interface that is not this machine's is told by its option")
{
    socketio::options settings;
    settings.network.local_address = "192.0.2.7";
    check_words(refused(server.url(), settings), std::error_code(EADDRNOTAVAIL, asio::error::get_system_category()),
        "local_address \"192.0.2.7\": ");
    settings.network.local_address = "my house";
    check_words(refused(server.url(), settings), make_error_code(asio::error::invalid_argument), "local_address \"my house\": ");
    settings.network.local_address = "::1";
    check_words(refused(server.url(), settings), asio::error::address_family_not_supported,
        "127.0.0.1 has no address of the same family as the option local_address");
    settings.network = {.network_interface = "nosuchinterface"};
    auto const why = refused(server.url(), settings);
    CHECK(why.code());
    CHECK(has(why.message(), "network_interface \"nosuchinterface\": "));
    settings.network = {.keep_alive = {.idle = 60s, .count = 100000}};
    CHECK(has(refused(server.url(), settings).message(), "keep_alive: "));
}

TEST_CASE_FIXTURE(route_test, "addresses of the other family are left out, and if none is left it is told")
{
    socketio::options settings;
    settings.network.address_family = address_family::ipv6;
    check_words(refused(server.url(), settings), asio::error::address_family_not_supported,
        "127.0.0.1 has no address of the family that the option address_family allows");
    settings.network.address_family = address_family::ipv4;
    REQUIRE(converses("http://localhost:" + std::to_string(server.port()), settings));
}

TEST_CASE_FIXTURE(route_test, "an attempt that hangs in connecting is a timeout that says where")
{
    asio::io_context other;
    black_hole const hole{other};
    auto const port = std::to_string(hole.place().port());
    check_words(refused("http://127.0.0.2:" + port, {.timeout = 50ms}), socketio::error::timeout,
        "timeout: while connecting to 127.0.0.2 port " + port);
}
