#include <socketio/session/event_names.hpp>

#include <doctest/doctest.h>

#include <string_view>

namespace event_names_tests {

using socketio::detail::doubt_about_manager;
using socketio::detail::meant_event;
using socketio::detail::meant_manager_event;
using socketio::detail::role;

TEST_CASE("names that a client's listener waits for in vain lead to the right one")
{
    struct pair {
        std::string_view wrong, meant;
    };
    for (pair const& each : {pair{"connected", "connect"}, {"Connect", "connect"}, {"conect", "connect"},
             {"connnect", "connect"}, {"konnect", "connect"}, {"connects", "connect"}, {"onnect", "connect"},
             {"connect_failed", "connect_error"}, {"connectError", "connect_error"}, {"connect-error", "connect_error"},
             {"disconnected", "disconnect"}, {"diskonnect", "disconnect"}, {"reconnected", "reconnect"}}) {
        CAPTURE(each.wrong);
        CHECK(meant_event(role::client, each.wrong) == each.meant);
    }
    CHECK(meant_event(role::server, "disconnected") == "disconnect");
    CHECK(meant_event(role::server, "Disconnecting") == "disconnecting");
}

TEST_CASE("the library's own names and those of programs mean themselves")
{
    for (std::string_view const name : {"connect", "connect_error", "disconnect", "reconnect", "", "c", "connexions",
             "error", "errors", "message", "ping", "collect", "tconnectt"}) {
        CAPTURE(name);
        CHECK(meant_event(role::client, name).empty());
    }
    for (std::string_view const name : {"disconnect", "disconnecting", "error", "message", "connected"}) {
        CAPTURE(name);
        CHECK(meant_event(role::server, name).empty());
    }
}

TEST_CASE("names that a manager's listener waits for in vain lead to the right one")
{
    struct pair {
        std::string_view wrong, meant;
    };
    for (pair const& each : {pair{"reconect", "reconnect"}, {"reocnect", "reconnect"}, {"Reconnect", "reconnect"},
             {"recconnectt", "reconnect"}, {"reconnectAttempt", "reconnect_attempt"},
             {"reconnect_atempts", "reconnect_attempt"}, {"reconnect_fail", "reconnect_failed"}, {"opne", "open"},
             {"opened", "open"}, {"closed", "close"}, {"pong", "ping"}, {"upgraded", "upgrade"},
             {"upgardin", "upgrading"}, {"upgradeError", "upgrade_error"}, {"reconnecting", "reconnect_attempt"},
             {"socket", ""}, {"news", ""}, {"", ""}, {"upgrade", "upgrade"}, {"reconnect_error", "reconnect_error"}}) {
        CAPTURE(each.wrong);
        CHECK(meant_manager_event(each.wrong) == each.meant);
        CHECK((doubt_about_manager(each.wrong).empty() == (!each.wrong.empty() && each.meant == each.wrong)));
    }
}

} // namespace event_names_tests
