// The steps of a server, and its connections.
#pragma once

#include <socketio/codec/engine_packet.hpp>
#include <socketio/core/joined.hpp>
#include <socketio/testing/scripted_server.hpp>

#include <algorithm>

namespace socketio::testing {

SOCKETIO_TESTING_DECL server_script& server_script::upgrade(header_list headers)
{
    return wait("upgrade",
        [headers = std::move(headers)](detail::script_player& of, detail::heard_message const& heard) {
            if (heard.message.type != detail::wire_message::kind::request)
                return false;
            of.upgrade_answer(heard.message.head, headers);
            return of.failure().empty();
        });
}

SOCKETIO_TESTING_DECL server_script& server_script::expect_request(std::string method, std::string target)
{
    request_expected_ = true;
    auto what =
        detail::joined({"expect request", method.empty() ? "" : " ", method, target.empty() ? "" : " ", target});
    return wait(std::move(what), [method = std::move(method), target = std::move(target)](detail::script_player&,
                                     detail::heard_message const& heard) {
        auto const& head = heard.message.head;
        return heard.message.type == detail::wire_message::kind::request && (method.empty() || head.method == method) &&
               head.target.starts_with(target);
    });
}

SOCKETIO_TESTING_DECL server_script& server_script::answer(int status, header_list headers, std::string body)
{
    auto const name = "answer " + std::to_string(status);
    auto const bytes = detail::answer_of(status, "Scripted", headers, body);
    auto const act_now = [bytes](detail::script_player& of) { of.raw(bytes); };
    if (std::exchange(request_expected_, false))
        return act(name, act_now);
    return wait(name, [act_now](detail::script_player& of, detail::heard_message const& heard) {
        if (heard.message.type != detail::wire_message::kind::request)
            return false;
        act_now(of);
        return true;
    });
}

SOCKETIO_TESTING_DECL server_script& server_script::open(scripted_open settings)
{
    return act("open", [settings = std::move(settings)](detail::script_player& of) {
        detail::byte_buffer to;
        to.push_back('0');
        detail::write_engine_open(to, {settings.sid.empty() ? of.random_sid() : settings.sid, settings.upgrades,
                                          settings.pingInterval, settings.pingTimeout, settings.maxPayload});
        of.text(to.view());
    });
}

SOCKETIO_TESTING_DECL server_script& server_script::expect_connect(std::string nsp)
{
    set_nsp(nsp);
    auto what = detail::is_root(nsp) ? std::string{"expect connect"} : "expect connect in " + nsp;
    return wait(std::move(what), [nsp = std::move(nsp)](detail::script_player&, detail::heard_message const& heard) {
        return detail::is_packet(heard, packet_type::connect, nsp);
    });
}

SOCKETIO_TESTING_DECL server_script& server_script::reply_connect(std::string sid)
{
    return act("reply connect", [nsp = nsp(), sid = std::move(sid)](detail::script_player& of) {
        value const data{object{{"sid", sid.empty() ? of.random_sid() : sid}}};
        of.control(packet_type::connect, nsp, &data);
    });
}

SOCKETIO_TESTING_DECL server_script& server_script::refuse_connect(std::string message, value data)
{
    object why{{"message", std::move(message)}};
    if (data.type() != value_type::null)
        why.append("data", std::move(data));
    return act("refuse connect", [nsp = nsp(), why = value{std::move(why)}](
                                     detail::script_player& of) { of.control(packet_type::connect_error, nsp, &why); });
}

SOCKETIO_TESTING_DECL scripted_server::scripted_server(world& in, std::string name) : world_{in}, name_{std::move(name)}
{
    world_.serve(name_, *this);
}

SOCKETIO_TESTING_DECL scripted_server::~scripted_server()
{
    world_.unserve(name_);
    for (auto const& each : players_)
        each.player->stop();
}

SOCKETIO_TESTING_DECL bool scripted_server::accept(std::shared_ptr<byte_stream> connected, std::string_view,
    stream_peer const&)
{
    auto const next = scripts_.upper_bound(players_.size() + 1);
    if (next == scripts_.begin())
        return false;
    auto const& [number, script] = *std::prev(next);
    auto const name = detail::joined({name_, ", connection ", std::to_string(players_.size() + 1)});
    players_.push_back(
        {number, std::make_shared<detail::script_player>(world_.context(), false, name, script.steps())});
    players_.back().player->start(std::move(connected));
    return true;
}

SOCKETIO_TESTING_DECL bool scripted_server::done() const
{
    if (auto const why = failure(); !why.empty())
        world_.fail(why);
    return std::all_of(scripts_.begin(), scripts_.end(), [this](auto const& script) {
        return std::any_of(players_.begin(), players_.end(),
            [&script](playing const& each) { return each.script == script.first && each.player->done(); });
    });
}

SOCKETIO_TESTING_DECL std::string scripted_server::failure() const
{
    for (auto const& each : players_)
        if (!each.player->failure().empty())
            return each.player->failure();
    return {};
}

} // namespace socketio::testing
