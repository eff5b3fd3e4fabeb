// The route through a proxy: a tunnel to the server, requested with HTTP or SOCKS 5.
#pragma once

#include <socketio/net/connector.hpp>
#include <socketio/net/conversation.hpp>
#include <socketio/wire/body_reader.hpp>
#include <socketio/wire/socks5.hpp>

#include <cstdlib>
#include <utility>

namespace socketio::detail {

inline constexpr std::size_t proxy_body_limit = 64 * 1024;
inline constexpr unsigned most_interim_answers = 16;

#if defined(_MSC_VER)
#pragma warning(push)
#pragma warning(disable : 4996) // MSVC recommends a function of its own
#endif
inline std::string environment_variable(char const* name)
{
    char const* const text = std::getenv(name);
    return text ? text : "";
}
#if defined(_MSC_VER)
#pragma warning(pop)
#endif

// Chooses the proxy for the server, if there is one.
SOCKETIO_DECL std::error_code connector::choose_proxy(url const& to)
{
    proxy_ = {};
    std::string text = options_.proxy.url;
    std::vector<std::string> direct = options_.proxy.no_proxy;
    std::string from = "network.proxy.url";
    if (text.empty() && options_.proxy.from_environment) {
        text = proxy_from_environment(environment_variable, to.secure);
        direct.push_back(no_proxy_from_environment(environment_variable));
        from = "the proxy that the environment names";
    }
    if (text.empty() || needs_no_proxy(direct, to.host, to.port))
        return {};
    // The text may contain a password, so it is not repeated.
    if (auto const ec = parse_proxy_url(text, proxy_))
        return fail(ec, from + ": " + ec.message());
    if (!options_.proxy.username.empty() || !options_.proxy.password.empty()) {
        proxy_.username = options_.proxy.username;
        proxy_.password = options_.proxy.password;
    }
    return {};
}

SOCKETIO_DECL std::error_code connector::proxy_error(std::error_code ec, std::string_view reason)
{
    return fail(ec, "the proxy " + authority(proxy_.host, proxy_.port) + ": " + std::string{reason});
}

inline task<std::error_code> connector::connect_by_proxy(url const& to, bool plain)
{
    std::string const target = authority(to.host, to.port);
    std::error_code ec = co_await reach_proxy();
    at_proxy_ = !ec && plain && !to.secure && proxy_.kind == proxy_kind::http;
    if (ec || at_proxy_)
        co_return ec;
    stopwatch const timing{sources_, proxying_};
    if (proxy_.kind == proxy_kind::http)
        ec = co_await tunnel_http(target);
    else
        ec = co_await tunnel_socks5(to);
    // The proxy closed the connection, or the connection broke.
    if (is_cut_off(ec))
        ec = proxy_error(error::proxy_refused, "it closed the connection instead of connecting to " + target);
    else if (!ec && !input_.empty())
        ec = proxy_error(error::proxy_invalid, "it sent something before the server was asked anything");
    co_return ec;
}

inline task<std::error_code> connector::reach_proxy()
{
    input_.clear();
    std::error_code ec = co_await connect_tcp(proxy_.host, proxy_.port, "the proxy ");
    if (ec && ec != asio_error(asio::error::operation_aborted)) {
        std::string const reason = message_.empty() ? stage_.name + ": " + ec.message() : message_;
        ec = proxy_error(error::proxy_unreachable, reason);
    }
    if (!ec)
        stage_.enter("the proxy", "waiting for the answer of the proxy " + authority(proxy_.host, proxy_.port));
    co_return ec;
}

// Passes each challenge (407) to the user's function, until it returns no answer.
inline task<std::error_code> connector::tunnel_http(std::string const& target)
{
    std::string authorization = proxy_.has_user() ? basic_authorization(proxy_.username, proxy_.password) : "";
    std::error_code ec;
    for (unsigned attempt = 0;; ++attempt) {
        ec = co_await ask_tunnel(target, authorization);
        if (ec != error::proxy_authentication_required || !options_.proxy.authorization)
            break;
        bool open = false;
        ec = co_await read_tunnel_refusal(open);
        if (ec)
            break;
        proxy_challenge challenge{.target = target, .attempt = attempt};
        ec = co_await authorize(answer_.head(), challenge, authorization);
        if (ec)
            break;
        if (!open) {
            stream_.close();
            ec = co_await reach_proxy();
            if (ec)
                break;
        }
    }
    co_return ec;
}

inline task<std::error_code> connector::ask_tunnel(std::string const& target, std::string const& authorization)
{
    byte_buffer request;
    write_connect_request(request, target, authorization);
    std::error_code ec = co_await send_all(stream_, request.view());
    if (!ec)
        ec = co_await read_tunnel_answer();
    if (!ec)
        ec = judge_tunnel_answer();
    co_return ec;
}

inline task<std::error_code> connector::read_tunnel_answer()
{
    unsigned interim = 0;
    std::error_code ec;
    answer_.reset();
    for (;;) {
        std::size_t consumed = 0;
        auto const progress = answer_.read(input_.view(), consumed);
        if (progress == http_progress::failed)
            co_return proxy_error(error::proxy_invalid, "its answer is not HTTP");
        if (progress == http_progress::complete) {
            input_.consume(consumed);
            if (answer_.head().status >= 200)
                break;
            if (++interim > most_interim_answers)
                co_return proxy_error(error::proxy_invalid, "it sends interim answers without end");
            answer_.reset();
            continue;
        }
        ec = co_await receive_some(stream_, input_);
        if (ec)
            break;
    }
    co_return ec;
}

inline std::string status_line(http_head const& of)
{
    return "HTTP " + std::to_string(of.status) + (of.reason.empty() ? "" : " " + of.reason.substr(0, 200));
}

// tinyproxy answers a wrong password with 401.
SOCKETIO_DECL std::error_code connector::judge_tunnel_answer()
{
    http_head const& head = answer_.head();
    if (head.status >= 200 && head.status < 300)
        return {};
    if (head.status == 407 || head.status == 401)
        return authentication_required(head);
    return proxy_error(error::proxy_refused, "it refused to connect: " + status_line(head));
}

SOCKETIO_DECL std::error_code connector::authentication_required(http_head const& refusal)
{
    std::string said = status_line(refusal);
    std::string const asked{refusal.find("Proxy-Authenticate").substr(0, 200)};
    if (!asked.empty())
        said += ", " + asked;
    return proxy_error(error::proxy_authentication_required,
        proxy_.has_user() ? said + ". It does not accept the user name and password"
                          : said + ". Set network.proxy.username and password, or authorization");
}

// `open`: the next request can use the same connection, as NTLM and Negotiate need it.
inline task<std::error_code> connector::read_tunnel_refusal(bool& open)
{
    body_reader body{answer_.head(), proxy_body_limit};
    std::error_code ec;
    open = stays_open(answer_.head()) && !body.until_end();
    while (open) {
        std::size_t consumed = 0;
        auto const progress = body.read(input_.view(), consumed);
        input_.consume(consumed);
        if (progress == body_progress::complete)
            break;
        if (progress == body_progress::incomplete)
            ec = co_await receive_some(stream_, input_);
        open = progress == body_progress::incomplete && !ec;
    }
    // A connection that breaks here is simply made anew.
    if (!cancelled_)
        ec.clear();
    co_return ec;
}

// At most so many for one request; more would be a loop.
inline task<std::error_code> connector::authorize(http_head const& refusal, proxy_challenge& challenge,
                                                  std::string& authorization)
{
    constexpr unsigned most_challenges = 5;
    if (!options_.proxy.authorization || challenge.attempt >= most_challenges)
        co_return authentication_required(refusal);
    challenge.status = refusal.status;
    for (http_header const& each : refusal.headers)
        if (equals_ignoring_case(each.name, "Proxy-Authenticate"))
            challenge.authenticate.push_back(each.value);
    std::string said;
    std::error_code ec = co_await ask_user(challenge, said);
    if (!ec && said.empty())
        ec = authentication_required(refusal);
    if (!ec)
        authorization = std::move(said);
    co_return ec;
}

// User code runs in a turn of its own. Its exception leaves through the executor, and this call fails.
inline task<std::error_code> connector::ask_user(proxy_challenge const& challenge, std::string& authorization)
{
    std::error_code ec;
    using call = cross_thread_handler<std::error_code, std::optional<std::string>>;
    auto const start = [this, &challenge](auto done) {
        auto const waiting = call::make(strand_);
        once_callback<std::error_code, std::optional<std::string>> reply{
            waiting, asio_error(asio::error::operation_aborted), std::nullopt};
        post(strand_, posted{[ask = options_.proxy.authorization, challenge, reply = std::move(reply)]() mutable {
            reply({}, ask(challenge));
        }});
        waiting->await(std::move(done)); // last: what fails before ends the operation by its exception alone
    };
    auto const keep = [&authorization](std::optional<std::string>&& said) { authorization = said.value_or(""); };
    operation asked{ec, start, keep};
    co_await asked;
    if (!ec && !is_header_value(authorization))
        ec = make_error_code(std::errc::invalid_argument);
    if (ec && !cancelled_)
        ec = proxy_error(ec, "network.proxy.authorization gave nothing that can be sent");
    co_return ec;
}

inline task<std::error_code> connector::tunnel_socks5(url const& to)
{
    socks5_client client{to.host, to.port, proxy_.username, proxy_.password};
    std::error_code ec;
    std::size_t consumed = 0;
    auto progress = client.read({}, consumed);
    while (progress == socks5_progress::incomplete) {
        std::string const out = client.take_output();
        if (!out.empty())
            ec = co_await send_all(stream_, out);
        if (!ec)
            ec = co_await receive_some(stream_, input_);
        if (ec)
            co_return ec;
        progress = client.read(input_.view(), consumed);
        input_.consume(consumed);
    }
    if (progress == socks5_progress::failed)
        ec = proxy_error(client.error(), "it refused to connect: " + client.message());
    else if (!client.take_output().empty())
        ec = proxy_error(error::proxy_invalid, "it answered before it was asked");
    co_return ec;
}

} // namespace socketio::detail
