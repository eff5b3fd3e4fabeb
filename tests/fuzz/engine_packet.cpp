// Engine.IO packets and the open packet: taken as they are, refused, or the same again when written.
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/codec/engine_packet.hpp>
#include <socketio/core/json.hpp>

#include <string>

namespace engine_packet_tests {

using namespace fuzz;
using namespace socketio::detail;
using socketio::error;

namespace {

bool same(engine_settings const& a, engine_settings const& b)
{
    return a.sid == b.sid && a.upgrades == b.upgrades && a.ping_interval == b.ping_interval &&
           a.ping_timeout == b.ping_timeout && a.max_payload == b.max_payload;
}

void check_open(std::string_view text)
{
    using namespace std::chrono_literals;
    engine_settings first;
    std::vector<char> data = copy_of(text);
    if (std::error_code const ec = read_engine_open(data, first)) {
        require(ec == error::engine_open_invalid);
        return;
    }
    require(!first.sid.empty());
    require(first.ping_interval > 0ms && first.ping_interval <= longest_interval);
    require(first.ping_timeout > 0ms && first.ping_timeout <= longest_interval);
    byte_buffer written;
    write_engine_open(written, first);
    std::vector<char> once_more = copy_of(written.view());
    engine_settings second;
    require(!read_engine_open(once_more, second) && same(first, second));
}

} // namespace

FUZZ_TARGET(engine_packet)
{
    if (check_utf8(input) != verdict::whole) // a text message is
        return;
    std::vector<char> message = copy_of(input);
    engine_packet packet;
    bool const known = !input.empty() && input.front() >= '0' && input.front() <= '6';
    std::error_code const ec = read_engine_packet(message, packet);
    require(!ec == known);
    if (!known) {
        require(ec == error::engine_packet_invalid);
        return;
    }
    require(static_cast<int>(packet.type) == input.front() - '0');
    require(view_of(packet.data) == input.substr(1) && lies_in(view_of(packet.data), message));
    if (packet.type == engine_packet_type::open)
        check_open(input.substr(1));
}

} // namespace engine_packet_tests
