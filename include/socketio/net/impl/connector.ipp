// The routes without a proxy. Coroutines are inline in either mode, as in dial.ipp.
#pragma once

#include <socketio/core/shared_new.hpp>
#include <socketio/net/connector.hpp>
#include <socketio/net/foreign_stream.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/net/socket_options.hpp>

#include SOCKETIO_ASIO(local/stream_protocol.hpp)

#include <algorithm>
#include <atomic>
#include <utility>

namespace socketio::detail {

// The limit for one host. A resolver may return any number, and each address costs a socket.
inline constexpr std::size_t most_addresses = 64;

// Adds the time of a scope to a sum.
class stopwatch {
public:
    stopwatch(sources const& time, clock::duration& sum) noexcept : time_{time}, sum_{sum} {}
    stopwatch(stopwatch const&) = delete;
    stopwatch& operator=(stopwatch const&) = delete;
    ~stopwatch() { sum_ += time_.now() - began_; }

private:
    sources const& time_;
    clock::duration& sum_;
    clock::time_point const began_ = time_.now();
};

SOCKETIO_DECL connector::connector(strand const& on, network_options const& options, http_limits limits,
                                   dial_stage& stage)
    : strand_{on}, options_{options}, stage_{stage}, sources_{sources_of(on)},
      stream_{on}, answer_{role::server, limits}
{
}

SOCKETIO_DECL void connector::cancel() noexcept
{
    cancelled_ = true;
    resolver_.reset();
    stream_.close();
    if (auto const racing = race_.lock())
        racing->cancel();
    if (auto const made = made_.lock())
        made->call(asio_error(asio::error::operation_aborted), nullptr);
}

SOCKETIO_DECL std::error_code connector::fail(std::error_code ec, std::string message)
{
    message_ = std::move(message);
    return ec;
}

// The coroutine itself is inline in either mode, and so only in the translation unit of the library.
SOCKETIO_DECL task<std::error_code> connector::connect(url const& to, bool plain) { return choose_way(to, plain); }

inline task<std::error_code> connector::choose_way(url const& to, bool plain)
{
    std::error_code ec;
    message_.clear();
    input_.clear();
    at_proxy_ = false;
    if (options_.stream_factory) {
        ec = co_await ask_factory(to);
        co_return ec;
    }
    if (!options_.unix_socket.empty()) {
        ec = co_await connect_unix();
        co_return ec;
    }
    ec = choose_proxy(to);
    if (ec)
        co_return ec;
    if (proxy_.kind == proxy_kind::none)
        ec = co_await connect_tcp(to.host, to.port, {});
    else
        ec = co_await connect_by_proxy(to, plain);
    co_return ec;
}

// The factory is user code: it runs in a turn of its own, and its exception leaves through the executor.
inline task<std::error_code> connector::ask_factory(url const& to)
{
    stopwatch const timing{sources_, connecting_};
    stage_.enter("stream_factory", "waiting for the stream of stream_factory");
    std::error_code ec;
    std::shared_ptr<void const> const begun = shared_new<char>();
    stream_request const wanted{to.host, to.port, to.secure, begun};
    auto const start = [this, &wanted](auto done) {
        auto const made = made_stream::make(strand_);
        made_ = made;
        using replier = once_callback<std::error_code, std::shared_ptr<byte_stream>>;
        auto const reply = shared_new<replier>(made, asio_error(asio::error::operation_aborted), nullptr);
        stream_answer answer = [reply, once = shared_new<std::atomic_flag>()](
                                   std::error_code why, std::shared_ptr<byte_stream> above) {
            if (!once->test_and_set())
                (*reply)(why, std::move(above));
        };
        post(strand_, posted{[factory = options_.stream_factory, wanted, answer = std::move(answer)] {
            factory(wanted, answer);
        }});
        made->await(std::move(done)); // last: what fails before ends the operation by its exception alone
    };
    auto const keep = [this, &ec](std::shared_ptr<byte_stream>&& above) {
        if (!ec && !above)
            ec = make_error_code(std::errc::not_connected);
        if (!ec)
            stream_ = stream{strand_, shared_new<foreign_stream>(strand_, std::move(above))};
    };
    operation asked{ec, start, keep};
    co_await asked;
    co_return ec;
}

#if defined(ASIO_HAS_LOCAL_SOCKETS) || defined(BOOST_ASIO_HAS_LOCAL_SOCKETS)
inline task<std::error_code> connector::connect_unix()
{
    stopwatch const timing{sources_, connecting_};
    std::string const& path = options_.unix_socket;
    stage_.enter("connect to the Unix-domain socket " + path, "connecting to the Unix-domain socket " + path);
    if (path.size() >= sizeof(asio::detail::sockaddr_un_type::sun_path))
        co_return make_error_code(std::errc::filename_too_long);
    asio::local::stream_protocol::endpoint const to{path.front() == '@' ? std::string(1, '\0') + path.substr(1) : path};
    stream_ = stream{strand_};
    asio_error_code not_opened;
    stream_.socket().open(to.protocol(), not_opened);
    if (not_opened)
        co_return not_opened;
    keep_from_children(stream_.socket().native_handle());
    auto const start = [this, &to](auto done) {
        stream_.socket().async_connect(to, wait_handler_on(strand_, std::move(done)));
    };
    std::error_code ec;
    operation connected{ec, start, keep_nothing{}};
    co_await connected;
    co_return ec;
}
#else
inline task<std::error_code> connector::connect_unix()
{
    stage_.enter("unix_socket", "unix_socket");
    co_return make_error_code(std::errc::operation_not_supported);
}
#endif

inline task<std::error_code> connector::connect_tcp(std::string const& host, std::uint16_t port,
                                                    std::string const& peer)
{
    std::error_code ec = co_await resolve(host, port, peer);
    if (!ec && cancelled_)
        ec = asio_error(asio::error::operation_aborted);
    if (!ec)
        ec = co_await race(peer);
    co_return ec;
}

// A literal address needs no resolver, and so no resolver thread.
inline task<std::error_code> connector::resolve(std::string const& host, std::uint16_t port, std::string const& peer)
{
    stopwatch const timing{sources_, resolving_};
    stage_.enter("resolve " + peer + host, "resolving " + peer + host);
    endpoints_.clear();
    std::error_code ec;
    asio_error_code is_a_name;
    auto const literal = asio::ip::make_address(host, is_a_name);
    if (!is_a_name) {
        endpoints_.emplace_back(literal, port);
    } else {
        auto const start = [this, &host, port](auto done) {
            resolver_.emplace(strand_.get_inner_executor().any());
            resolver_->async_resolve(host, std::to_string(port), handler_on(strand_, std::move(done)));
        };
        auto const keep = [this](asio::ip::tcp::resolver::results_type const& found) {
            for (auto const& each : found)
                endpoints_.push_back(each.endpoint());
        };
        operation resolved{ec, start, keep};
        co_await resolved;
        if (ec)
            co_return ec;
    }
    use_family(endpoints_, host);
    if (endpoints_.empty())
        ec = asio_error(asio::error::address_family_not_supported);
    co_return ec;
}

// Removes the addresses that the options exclude; the order is the order of the attempts.
SOCKETIO_DECL void connector::use_family(std::vector<asio::ip::tcp::endpoint>& endpoints, std::string const& host)
{
    auto const is_v6 = [](asio::ip::tcp::endpoint const& each) { return each.address().is_v6(); };
    auto wanted = options_.address_family;
    auto const drop_others = [&](address_family family) {
        if (family != address_family::any)
            std::erase_if(endpoints, [&](auto const& each) { return is_v6(each) != (family == address_family::ipv6); });
    };
    drop_others(wanted);
    if (endpoints.empty())
        message_ = host + " has no address of the family that the option address_family allows";
    asio_error_code ec;
    auto const local = asio::ip::make_address(options_.local_address, ec);
    if (!ec && !endpoints.empty()) {
        drop_others(local.is_v6() ? address_family::ipv6 : address_family::ipv4);
        if (endpoints.empty())
            message_ = host + " has no address of the same family as the option local_address";
    }
    interleave_families(endpoints, is_v6);
    endpoints.erase(std::unique(endpoints.begin(), endpoints.end()), endpoints.end());
    if (endpoints.size() > most_addresses)
        endpoints.resize(most_addresses);
}

inline task<std::error_code> connector::race(std::string const& peer)
{
    stopwatch const timing{sources_, connecting_};
    std::error_code ec;
    auto const start = [this, &peer](auto done) {
        auto const racing = std::make_shared<tcp_race>(strand_, std::move(endpoints_), options_, stage_, peer);
        race_ = racing;
        racing->start(std::move(done));
    };
    auto const keep = [this](std::string&& message, stream::socket_type&& connected) {
        message_ = std::move(message);
        stream_ = stream{strand_, std::move(connected)};
    };
    operation raced{ec, start, keep};
    co_await raced;
    co_return ec;
}

} // namespace socketio::detail
