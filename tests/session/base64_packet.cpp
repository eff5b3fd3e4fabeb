#include <socketio/session/base64_packet.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace base64_packet_tests {

using namespace socketio::detail;

TEST_CASE("a packet of base64 is the same whether it is written, or made of what was written")
{
    for (std::size_t size = 0; size != 100; ++size) {
        CAPTURE(size);
        std::string const data(size, static_cast<char>(size * 3));
        byte_buffer written;
        written.append("in front");
        append_base64_packet(written, as_bytes(data));
        byte_buffer made;
        made.append("in front");
        made.append(data);
        make_base64_packet(made, 8);
        CHECK(made.view() == written.view());
        CHECK(made.size() == 8 + base64_packet_size(size));
        CHECK(made.view().substr(0, 9) == "in frontb");
    }
}

} // namespace base64_packet_tests
