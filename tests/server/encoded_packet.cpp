#include <socketio/server/encoded_packet.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using socketio::bytes;
using socketio::bytes_view;
using socketio::detail::as_bytes;
using socketio::detail::as_text;
using socketio::detail::share_packet;
using socketio::detail::with_ack_id;
using socketio::detail::with_argument;

namespace {

socketio::shared_packet picture_packet(std::string_view first, std::string_view second)
{
    std::vector<bytes_view> const both{as_bytes(first), as_bytes(second)};
    return share_packet(R"(52-["picture",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])", both);
}

} // namespace

TEST_SUITE("encoded packets")
{
    TEST_CASE("a packet keeps a copy of its attachments, in order")
    {
        std::string from = "first";
        auto const packet = picture_packet(from, "");
        from.assign(5, '-');
        REQUIRE(packet->attachments.size() == 2);
        CHECK(as_text(packet->attachments[0]) == "first");
        CHECK(packet->attachments[1].empty());
        CHECK(packet->size() == packet->text.size() + 5);
    }

    TEST_CASE("a packet without attachments has no memory for any")
    {
        auto const packet = share_packet(R"(2["plain"])", {});
        CHECK(packet->attachments.empty());
        CHECK(packet->attachments.memory() == 0);
        CHECK(packet->attachments.views().empty());
    }

    TEST_CASE("the packet with one more argument shares the attachments")
    {
        auto const packet = picture_packet("abc", "de");
        auto const longer = with_argument(nullptr, *packet, "/", "offset");
        CHECK(longer->text.view() ==
              R"(52-["picture",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},"offset"])");
        CHECK(longer->attachments[1].data() == packet->attachments[1].data());
    }

    TEST_CASE("the packet with an acknowledgement id shares the attachments")
    {
        auto const packet = picture_packet("abc", "de");
        auto const asking = with_ack_id(nullptr, *packet, "/", 12);
        CHECK(asking->text.view().starts_with(R"(52-12["picture")"));
        CHECK(asking->attachments[0].data() == packet->attachments[0].data());
    }

    TEST_CASE("an adapter may make a packet out of attachments of its own")
    {
        socketio::encoded_packet made;
        made.text.append(std::string_view{R"(51-["one",{"_placeholder":true,"num":0}])"});
        made.attachments = std::vector<bytes>{bytes(3, std::byte{7})};
        CHECK(made.attachments.size() == 1);
        CHECK(made.attachments.byte_size() == 3);
        std::size_t seen = 0;
        for (bytes_view const each : made.attachments)
            seen += each.size();
        CHECK(seen == 3);
    }
}
