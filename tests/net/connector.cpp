#include <socketio/net/connector.hpp>

#include "routes/memory_stream.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace detail = socketio::detail;
using socketio::error;

namespace {

// The object whose coroutine connects.
struct connecting : std::enable_shared_from_this<connecting> {
    connecting(detail::strand const& on, socketio::network_options options) : network{std::move(options)}, maker{on, network, {}, stage} {}

    void fail(std::error_code reason) noexcept { result = reason; }
    static detail::detached run(std::shared_ptr<connecting> self)
    {
        std::error_code ec;
        ec = co_await self->maker.connect(self->to);
        self->result = ec;
    }

    socketio::network_options network;
    detail::dial_stage stage;
    detail::connector maker;
    detail::url to;
    std::optional<std::error_code> result;
};

struct connector_test {
    std::shared_ptr<connecting> connect(std::string_view address, socketio::network_options options = {})
    {
        auto const made = std::make_shared<connecting>(on, std::move(options));
        REQUIRE_FALSE(detail::parse_url(address, made->to));
        asio::post(on, [made] { connecting::run(made); });
        return made;
    }

    asio::io_context context;
    detail::strand on{detail::known_executor{asio::any_io_executor{context.get_executor()}}};
};

} // namespace

TEST_CASE_FIXTURE(connector_test, "the stream of a factory is taken as it is, and only the first answer of a factory counts")
{
    socketio::network_options options;
    options.stream_factory = [this](socketio::stream_request const&, socketio::stream_answer give) {
        give({}, memory_stream::pair(context).first);
        give(make_error_code(std::errc::host_unreachable), nullptr);
    };
    auto const made = connect("ws://host/", std::move(options));
    context.run();
    REQUIRE(made->result);
    CHECK_FALSE(*made->result);
}

TEST_CASE_FIXTURE(connector_test, "a factory that gives neither an error nor a stream, or drops its answer, ends the attempt")
{
    socketio::network_options options;
    SUBCASE("neither")
    {
        options.stream_factory = [](socketio::stream_request const&, socketio::stream_answer give) { give({}, nullptr); };
    }
    SUBCASE("dropped")
    {
        options.stream_factory = [](socketio::stream_request const&, socketio::stream_answer) {};
    }
    auto const made = connect("ws://host/", std::move(options));
    context.run();
    REQUIRE(made->result);
    CHECK(*made->result);
}

TEST_CASE_FIXTURE(connector_test, "a connector that is cancelled while a factory keeps its answer ends")
{
    socketio::network_options options;
    socketio::stream_answer kept;
    options.stream_factory = [&](socketio::stream_request const&, socketio::stream_answer give) { kept = std::move(give); };
    auto const made = connect("ws://host/", std::move(options));
    context.poll();
    REQUIRE(kept);
    asio::post(on, [&] { made->maker.cancel(); });
    context.run();
    REQUIRE(made->result);
    CHECK(*made->result == asio::error::operation_aborted);
}

TEST_CASE_FIXTURE(connector_test, "an address in the URL needs no resolver, and a connection to it takes time that is told")
{
    asio::ip::tcp::acceptor const peer{context, {asio::ip::address_v4::loopback(), 0}};
    auto const made = connect("ws://127.0.0.1:" + std::to_string(peer.local_endpoint().port()) + "/");
    context.run();
    REQUIRE(made->result);
    CHECK_FALSE(*made->result);
    CHECK(made->maker.take_stream().peer_address() == "127.0.0.1");
    CHECK(made->maker.connecting() > socketio::clock::duration::zero());
    CHECK(made->maker.proxying() == socketio::clock::duration::zero());
}

TEST_CASE_FIXTURE(connector_test, "a family that the address is not of is told before anything is tried")
{
    socketio::network_options options;
    options.address_family = socketio::address_family::ipv6;
    auto const made = connect("ws://127.0.0.1:9/", std::move(options));
    context.run();
    REQUIRE(made->result);
    CHECK(*made->result);
    CHECK(made->maker.message().find("127.0.0.1") != std::string::npos);
}

TEST_CASE_FIXTURE(connector_test, "a proxy's URL that makes no sense is told at once")
{
    socketio::network_options options;
    options.proxy.url = "ftp://proxy:21";
    auto const made = connect("ws://host/", std::move(options));
    context.run();
    REQUIRE(made->result);
    CHECK(*made->result);
    CHECK(made->maker.message().find("proxy") != std::string::npos);
}
