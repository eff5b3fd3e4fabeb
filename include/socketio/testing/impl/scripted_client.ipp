// The steps of a client, and its connection.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/testing/scripted_client.hpp>
#include <socketio/wire/http_request.hpp>
#include <socketio/wire/websocket_handshake.hpp>

namespace socketio::testing {

inline std::vector<detail::http_header> http_headers(client_script::header_list const& of)
{
    std::vector<detail::http_header> made;
    for (auto const& [name, text] : of)
        made.push_back({name, text});
    return made;
}

SOCKETIO_TESTING_DECL client_script& client_script::request(std::string method, std::string target, std::string body,
    header_list headers)
{
    return act("request " + method + " " + target, [=, host = host_](detail::script_player& of) {
        detail::byte_buffer to;
        auto const all = http_headers(headers);
        detail::http_request_text text{.method = method, .target = target, .host = *host, .headers = all};
        if (!body.empty() || method == "POST")
            text.body = body;
        detail::write_http_request(to, text);
        of.raw(std::string{to.view()});
    });
}

SOCKETIO_TESTING_DECL client_script& client_script::expect_answer(int status, std::string body)
{
    return wait(status == 0 ? "expect answer" : "expect answer " + std::to_string(status),
        [status, body = std::move(body)](detail::script_player&, detail::heard_message const& heard) {
            auto const& message = heard.message;
            return message.type == detail::wire_message::kind::answer &&
                   (status == 0 || message.head.status == status) && (body.empty() || message.payload == body);
        });
}

SOCKETIO_TESTING_DECL client_script& client_script::upgrade(std::string target, header_list headers)
{
    act("upgrade",
        [=, host = host_](detail::script_player& of) { of.upgrade_request(target, *host, http_headers(headers)); });
    append({.what = "upgrade", .meets = [](detail::script_player& of, detail::heard_message const& heard) {
                if (heard.message.type != detail::wire_message::kind::answer || heard.message.head.status != 101)
                    return false;
                if (auto const ec = detail::check_upgrade_response(heard.message.head, of.key))
                    of.fail(ec.message());
                return of.failure().empty();
            }});
    return *this;
}

SOCKETIO_TESTING_DECL client_script& client_script::expect_open()
{
    return wait("expect open", [](detail::script_player&, detail::heard_message const& heard) {
        return heard.message.type == detail::wire_message::kind::text && heard.message.payload.starts_with('0');
    });
}

SOCKETIO_TESTING_DECL client_script& client_script::connect(std::string nsp, value auth)
{
    set_nsp(nsp);
    return act("connect", [nsp = std::move(nsp), auth = std::move(auth)](detail::script_player& of) {
        of.control(packet_type::connect, nsp, auth.type() == value_type::null ? nullptr : &auth);
    });
}

SOCKETIO_TESTING_DECL client_script& client_script::expect_connected()
{
    return wait("expect connected", [nsp = nsp()](detail::script_player&, detail::heard_message const& heard) {
        return detail::is_packet(heard, packet_type::connect, nsp);
    });
}

SOCKETIO_TESTING_DECL client_script& client_script::expect_refused()
{
    return wait("expect refused", [nsp = nsp()](detail::script_player&, detail::heard_message const& heard) {
        return detail::is_packet(heard, packet_type::connect_error, nsp);
    });
}

SOCKETIO_TESTING_DECL client_script& client_script::answer_pings(bool answers)
{
    return act("answer pings", [answers](detail::script_player& of) { of.answers_pings = answers; });
}

SOCKETIO_TESTING_DECL scripted_client::scripted_client(world& in, std::string_view url, std::string host)
    : world_{in}, state_{std::make_shared<state>()}
{
    if (detail::parse_url(url, state_->to))
        detail::throw_misuse(detail::describe_bad_url(url));
    *state_->script.host_ = detail::host_header(state_->to);
    state_->network = in.network(host);
    state_->name = std::move(host);
    asio::post(in.context(), [weak = std::weak_ptr{state_}, &on = in.context()] {
        if (auto const self = weak.lock())
            begin(on, self);
    });
}

SOCKETIO_TESTING_DECL scripted_client::~scripted_client()
{
    if (state_->player)
        state_->player->stop();
}

SOCKETIO_TESTING_DECL void scripted_client::begin(asio::io_context& on, std::shared_ptr<state> const& of)
{
    of->player = std::make_shared<detail::script_player>(on, true, of->name, of->script.steps());
    stream_request const wanted{of->to.host, of->to.port, of->to.secure, of->player};
    of->network.stream_factory(wanted,
        [weak = std::weak_ptr{of->player}](std::error_code ec, std::shared_ptr<byte_stream> made) {
            auto const player = weak.lock();
            if (!player)
                return;
            if (ec)
                player->fail("no connection: " + ec.message());
            else
                player->start(std::move(made));
        });
}

SOCKETIO_TESTING_DECL bool scripted_client::done() const
{
    if (auto const why = failure(); !why.empty())
        world_.fail(why);
    return state_->player && state_->player->done();
}

SOCKETIO_TESTING_DECL std::string scripted_client::failure() const
{
    return state_->player ? state_->player->failure() : std::string{};
}

} // namespace socketio::testing
