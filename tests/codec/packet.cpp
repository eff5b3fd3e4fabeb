#include <socketio/codec/packet.hpp>

#include <doctest/doctest.h>

namespace packet_tests {

using namespace socketio;

TEST_CASE("a packet that nobody filled is an event of the root namespace without payload")
{
    packet const p;
    CHECK(p.type == packet_type::event);
    CHECK(p.nsp == "/");
    CHECK_FALSE(p.id);
    CHECK_FALSE(p.has_payload);
    CHECK(p.payload.is_null());
    CHECK(p.attachments == 0);
}

TEST_CASE("packet types have the numbers of the protocol")
{
    CHECK(static_cast<int>(packet_type::connect) == 0);
    CHECK(static_cast<int>(packet_type::disconnect) == 1);
    CHECK(static_cast<int>(packet_type::event) == 2);
    CHECK(static_cast<int>(packet_type::ack) == 3);
    CHECK(static_cast<int>(packet_type::connect_error) == 4);
    CHECK(static_cast<int>(packet_type::binary_event) == 5);
    CHECK(static_cast<int>(packet_type::binary_ack) == 6);
}

TEST_CASE("events and acks are told apart whether or not they carry binary data")
{
    for (int number = 0; number <= 6; ++number) {
        packet const p{.type = static_cast<packet_type>(number)};
        CAPTURE(number);
        CHECK(p.is_event() == (number == 2 || number == 5));
        CHECK(p.is_ack() == (number == 3 || number == 6));
    }
}

TEST_CASE("six event names are reserved, and none that only looks like them")
{
    for (std::string_view const name : {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
        CHECK(detail::is_reserved_event(name));
    for (std::string_view const name : {"", "Connect", "connect ", "connection", "connecting", "error", "ping", "reconnect", "newlistener",
                            "message", "open", "close"})
        CHECK_FALSE(detail::is_reserved_event(name));
}

TEST_CASE("ten attachments are allowed unless something else is said")
{
    CHECK(detail::packet_limits{}.attachments == 10);
}

} // namespace packet_tests
