#include <socketio/codec/engine_packet.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace engine_packet_tests {

using namespace socketio::detail;
using socketio::error;
using namespace std::chrono_literals;

namespace {

struct opened {
    std::error_code ec;
    engine_settings settings;
};

opened open(std::string text)
{
    opened result;
    result.ec = read_engine_open(text, result.settings);
    return result;
}

// An open packet in which one member is written differently.
std::string with(std::string_view name, std::string_view json)
{
    std::string result = "{";
    for (auto const& [key, usual] : {std::pair<std::string_view, std::string_view>{"sid", "\"S\""},
                                     {"upgrades", "[]"},
                                     {"pingInterval", "25000"},
                                     {"pingTimeout", "20000"},
                                     {"maxPayload", "1000000"}}) {
        auto const member = key == name ? json : usual;
        if (member.empty())
            continue;
        if (result.size() > 1)
            result += ',';
        result += '"' + std::string{key} + "\":" + std::string{member};
    }
    return result + "}";
}

} // namespace

TEST_CASE("the first character is the type, the rest the data")
{
    for (int number = 0; number <= 6; ++number) {
        std::string message = std::to_string(number) + "data";
        engine_packet packet;
        CHECK_FALSE(read_engine_packet(message, packet));
        CHECK(static_cast<int>(packet.type) == number);
        CHECK(packet.data.data() == message.data() + 1);
        CHECK(packet.data.size() == 4);
    }
    std::string alone = "3";
    engine_packet packet;
    CHECK_FALSE(read_engine_packet(alone, packet));
    CHECK(packet.type == engine_packet_type::pong);
    CHECK(packet.data.empty());
}

TEST_CASE("nothing at all and unknown types are no packets")
{
    for (std::string message : {"", "7", "9", "a", " 4", "b", "/", ":", "\xff"}) {
        CAPTURE(message);
        engine_packet packet;
        CHECK(read_engine_packet(message, packet) == error::engine_packet_invalid);
    }
}

TEST_CASE("the open packet says id, upgrades, intervals and the largest payload")
{
    auto const read = open(
        R"({"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket","webtransport"],"pingInterval":25001,"pingTimeout":20002,"maxPayload":1000003})");
    CHECK_FALSE(read.ec);
    CHECK(read.settings.sid == "lv_VI97HAXpY6yYWAAAC");
    CHECK(read.settings.upgrades == std::vector<std::string>{"websocket", "webtransport"});
    CHECK(read.settings.ping_interval == 25001ms);
    CHECK(read.settings.ping_timeout == 20002ms);
    CHECK(read.settings.max_payload == 1000003);
}

TEST_CASE("upgrades and the largest payload may be missing, and what is unknown is ignored")
{
    auto const read = open(R"({"extra":[{}],"pingTimeout":1,"pingInterval":1,"sid":"x"})");
    CHECK_FALSE(read.ec);
    CHECK(read.settings.upgrades.empty());
    CHECK(read.settings.max_payload == 0);
    CHECK(read.settings.ping_interval == 1ms);
    CHECK(open(with("maxPayload", "-1")).settings.max_payload == 0);
    CHECK(open(with("maxPayload", "\"many\"")).settings.max_payload == 0);
    CHECK(open(with("maxPayload", "18446744073709551615")).settings.max_payload == 18446744073709551615u);
    CHECK(open(with("upgrades", "{}")).settings.upgrades.empty());
    CHECK_FALSE(open(with("upgrades", "7")).ec);
}

TEST_CASE("an open packet without a usable id is refused")
{
    for (std::string_view const sid : {"", "\"\"", "null", "7", "[\"S\"]", "{}", "true"}) {
        CAPTURE(sid);
        CHECK(open(with("sid", sid)).ec == error::engine_open_invalid);
    }
    CHECK_FALSE(open(with("sid", "\"S\"")).ec);
}

TEST_CASE("intervals must be whole milliseconds, from one to 24.8 days")
{
    for (std::string_view const name : {"pingInterval", "pingTimeout"}) {
        for (std::string_view const number : {"", "0", "-1", "-25000", "2147483648", "9223372036854775807", "18446744073709551615", "1e300",
                                  "0.5", "\"25000\"", "null", "[]", "true"}) {
            CAPTURE(name);
            CAPTURE(number);
            CHECK(open(with(name, number)).ec == error::engine_open_invalid);
        }
        for (std::string_view const number : {"1", "86400001", "2147483647", "25000.0", "2.5e4"}) {
            CAPTURE(number);
            CHECK_FALSE(open(with(name, number)).ec);
        }
    }
    CHECK(open(with("pingInterval", "2147483647")).settings.ping_interval == longest_interval);
}

TEST_CASE("what is no JSON object is refused")
{
    for (std::string_view const text : {"", "{", "[]", R"(["sid"])", "null", "7", "\"sid\"", "not json", R"({"sid":"S"})", "{}",
                            R"({"sid":"S","pingInterval":1,"pingTimeout":1}x)"}) {
        CAPTURE(text);
        CHECK(open(std::string{text}).ec == error::engine_open_invalid);
    }
    CHECK(open(std::string(100000, '[')).ec == error::engine_open_invalid);
}

TEST_CASE("an open packet has no more than 64 KiB, nor than a thousand values")
{
    auto const with = [](std::string const& more) {
        std::string text = R"({"sid":"x","pingInterval":1,"pingTimeout":1,"more":)" + more + "}";
        engine_settings settings;
        return read_engine_open(text, settings);
    };
    CHECK_FALSE(with('"' + std::string(65000, 'x') + '"'));
    CHECK(with('"' + std::string(65536, 'x') + '"') == error::engine_open_invalid);
    auto const list = [](int values) {
        std::string text = "[1";
        for (int i = 1; i < values; ++i)
            text += ",1";
        return text + "]";
    };
    CHECK_FALSE(with(list(991)));
    CHECK(with(list(992)) == error::engine_open_invalid);
}

TEST_CASE("every cut of an open packet is refused")
{
    std::string const whole = with("", "");
    for (std::size_t size = 0; size != whole.size(); ++size)
        CHECK(open(whole.substr(0, size)).ec == error::engine_open_invalid);
    CHECK_FALSE(open(whole).ec);
}

TEST_CASE("what one side writes the other reads")
{
    engine_settings const sent{.sid = "a\"b", .upgrades = {"x", "y"}, .ping_interval = 300ms, .ping_timeout = 7ms, .max_payload = 9};
    socketio::detail::byte_buffer text;
    write_engine_open(text, sent);
    CHECK(text.view() == R"({"sid":"a\"b","upgrades":["x","y"],"pingInterval":300,"pingTimeout":7,"maxPayload":9})");
    auto const read = open(std::string{text.view()});
    CHECK_FALSE(read.ec);
    CHECK(read.settings.sid == sent.sid);
    CHECK(read.settings.upgrades == sent.upgrades);
    CHECK(read.settings.ping_interval == sent.ping_interval);
    CHECK(read.settings.ping_timeout == sent.ping_timeout);
    CHECK(read.settings.max_payload == sent.max_payload);
}

} // namespace engine_packet_tests
