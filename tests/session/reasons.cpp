#include <socketio/session/reasons.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string_view>

namespace reasons_tests {

using namespace socketio::detail;
using reason = disconnect_reason;

namespace {

constexpr reason all[] = {
    reason::transport_close,        reason::transport_error,      reason::ping_timeout,
    reason::forced_close,           reason::parse_error,          reason::io_server_disconnect,
    reason::io_client_disconnect,   reason::server_shutting_down, reason::server_namespace_disconnect,
    reason::client_namespace_disconnect,
};

} // namespace

TEST_CASE("reasons have the reference's texts")
{
    CHECK(to_string(reason::transport_close) == "transport close");
    CHECK(to_string(reason::transport_error) == "transport error");
    CHECK(to_string(reason::ping_timeout) == "ping timeout");
    CHECK(to_string(reason::forced_close) == "forced close");
    CHECK(to_string(reason::parse_error) == "parse error");
    CHECK(to_string(reason::io_server_disconnect) == "io server disconnect");
    CHECK(to_string(reason::io_client_disconnect) == "io client disconnect");
    CHECK(to_string(reason::server_namespace_disconnect) == "server namespace disconnect");
    CHECK(to_string(reason::client_namespace_disconnect) == "client namespace disconnect");
    CHECK(to_string(reason::server_shutting_down) == "server shutting down");
}

TEST_CASE("no two reasons have the same text, and each has one")
{
    std::set<std::string_view> texts;
    for (reason const each : all)
        texts.insert(to_string(each));
    CHECK(texts.size() == std::size(all));
    CHECK(!texts.contains(""));
}

TEST_CASE("a session ends for good when one side leaves the namespace, or sends something that cannot be read")
{
    std::set<reason> final;
    for (reason const each : all)
        if (!is_recoverable(each))
            final.insert(each);
    CHECK(final == std::set<reason>{reason::parse_error, reason::io_server_disconnect, reason::io_client_disconnect,
                                    reason::server_namespace_disconnect, reason::client_namespace_disconnect});
}

static_assert(is_recoverable(reason::transport_close));
static_assert(to_string(reason::ping_timeout) == "ping timeout");

} // namespace reasons_tests
