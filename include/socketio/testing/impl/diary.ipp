// The listeners behind a diary.
#pragma once

#include <socketio/core/convert.hpp>
#include <socketio/testing/diary.hpp>

namespace socketio::detail {

template <class Of>
void follow_events(std::shared_ptr<diary> const& to, Of const& of)
{
    of.prependAny([to](std::string_view event, args const& arguments) { to->add(noted::received, event, arguments); });
    of.prependAnyOutgoing(
        [to](std::string_view event, args const& arguments) { to->add(noted::sent, event, arguments); });
}

SOCKETIO_TESTING_DECL void follow(std::shared_ptr<diary> const& to, socket const& of)
{
    follow_events(to, of);
    of.on("connect", [to] { to->add(noted::connected, ""); });
    of.on("disconnect", [to](std::string_view reason) { to->add(noted::disconnected, reason); });
}

SOCKETIO_TESTING_DECL void follow(std::shared_ptr<diary> const& to, server_socket const& of)
{
    follow_events(to, of);
    of.on("disconnect", [to](std::string_view reason) { to->add(noted::disconnected, reason); });
}

SOCKETIO_TESTING_DECL void follow(std::shared_ptr<diary> const& to, server_namespace const& of)
{
    of.on("connection", [to](server_socket socket) {
        to->add(noted::connected, "");
        follow(to, socket);
    });
}

SOCKETIO_TESTING_DECL void follow(diary& to, testing::happening const& what, std::string_view host, bool has_arrived)
{
    bool const is_event = what.type && (*what.type == packet_type::event || *what.type == packet_type::binary_event);
    if (is_event && has_arrived && what.to == host)
        to.notes.push_back({noted::received, what.arrived, what.event, what.data});
    else if (is_event && !has_arrived && what.from == host)
        to.notes.push_back({noted::sent, what.sent, what.event, what.data});
}

} // namespace socketio::detail
