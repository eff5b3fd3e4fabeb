#include <socketio/wire/ip_address.hpp>

#include <doctest/doctest.h>

#include <string>

namespace ip_address_tests {

using namespace socketio::detail;

namespace {

std::string hex(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    auto const address = parse_ip_address(text);
    std::string result = address ? "" : "none";
    if (address) {
        for (unsigned char byte : address->bytes) {
            result.push_back(digits[byte >> 4]);
            result.push_back(digits[byte & 15]);
        }
    }
    return result;
}

bool inside(std::string_view network, std::string_view address)
{
    auto const wide = parse_ip_network(network);
    auto const one = parse_ip_address(address);
    REQUIRE(wide.has_value());
    REQUIRE(one.has_value());
    return wide->contains(*one);
}

} // namespace

TEST_CASE("addresses of both families are read in all their forms")
{
    CHECK(hex("127.0.0.1") == "00000000000000000000ffff7f000001");
    CHECK(hex("255.255.255.255") == "00000000000000000000ffffffffffff");
    CHECK(hex("::") == "00000000000000000000000000000000");
    CHECK(hex("::1") == "00000000000000000000000000000001");
    CHECK(hex("1::") == "00010000000000000000000000000000");
    CHECK(hex("2001:DB8::a:0:1") == "20010db8000000000000000a00000001");
    CHECK(hex("1:2:3:4:5:6:7:8") == "00010002000300040005000600070008");
    CHECK(hex("1:2:3:4:5:6:7::") == "00010002000300040005000600070000");
    CHECK(hex("::ffff:10.0.0.1") == "00000000000000000000ffff0a000001");
    CHECK(hex("1:2:3:4:5:6:10.0.0.1") == "0001000200030004000500060a000001");
    CHECK(parse_ip_address("::ffff:10.0.0.1")->same_as(*parse_ip_address("10.0.0.1")));
    CHECK(parse_ip_address("::1")->is_v6);
    CHECK_FALSE(parse_ip_address("10.0.0.1")->is_v6);
}

TEST_CASE("what is no address is none")
{
    for (char const* text :
        {"", ".", ":", "127.1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "01.2.3.4", "1.2.3.4 ", "0x7f.0.0.1",
            "1..2.3", "1.2.3.", ":::", "1:::2", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8", "12345::", "g::", "[::1]", "::1%eth0", "::1.2.3", "::1.2.3.4:5", "1.2.3.4::",
            "1:2:3:4:5:6:7:1.2.3.4", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1::2:", "localhost"})
        CHECK_MESSAGE(hex(text) == "none", text);
    CHECK(hex(std::string(4000, ':')) == "none");
}

TEST_CASE("a network holds the addresses that begin with its bits")
{
    CHECK(inside("10.0.0.0/8", "10.255.1.2"));
    CHECK_FALSE(inside("10.0.0.0/8", "11.0.0.0"));
    CHECK(inside("192.168.128.0/17", "192.168.200.1"));
    CHECK_FALSE(inside("192.168.128.0/17", "192.168.127.1"));
    CHECK(inside("10.1.2.3", "10.1.2.3"));
    CHECK_FALSE(inside("10.1.2.3/32", "10.1.2.4"));
    CHECK(inside("0.0.0.0/0", "1.2.3.4"));
    CHECK_FALSE(inside("0.0.0.0/0", "::1"));
    CHECK(inside("fd00::/8", "fdff::1"));
    CHECK(inside("::/0", "fdff::1"));
    CHECK(inside("::1/128", "::1"));
    CHECK(inside("10.0.0.0/8", "::ffff:10.1.1.1"));
    for (char const* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "10.0.0.0/8/8", "/8", "example.com", ""})
        CHECK_MESSAGE(!parse_ip_network(text), text);
}

} // namespace ip_address_tests
