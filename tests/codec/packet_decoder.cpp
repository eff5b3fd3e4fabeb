#include <socketio/codec/packet_decoder.hpp>

#include <socketio/codec/packet_encoder.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace packet_decoder_tests {

using namespace socketio;
using namespace socketio::detail;

namespace {

// A decoder and the messages it is given, which it may destroy and look into.
struct reader {
    explicit reader(packet_limits limits = {}) : decoder{limits} {}

    bool text(std::string_view message)
    {
        message_ = message;
        return decoder.text(message_, p, ec);
    }
    bool binary(std::string_view message)
    {
        message_ = message;
        return decoder.binary(message_, p, ec);
    }
    // Neither a packet nor an error.
    bool waits() const { return !ec; }

    packet_decoder decoder;
    packet p;
    std::error_code ec;

private:
    std::string message_;
};

std::error_code error_of(std::string_view message, packet_limits limits = {})
{
    reader r{limits};
    bool const whole = r.text(message);
    CHECK(whole == !r.ec);
    return r.ec;
}

std::string json_of(packet const& p)
{
    return p.has_payload ? p.payload.to_json() : "none";
}

std::string binary_at(packet const& p, std::size_t index)
{
    CHECK(p.payload[index].is_binary());
    return std::string{as_text(p.payload[index].as_binary())};
}

bytes data(std::string_view text)
{
    bytes_view const view = as_bytes(text);
    return {view.begin(), view.end()};
}

constexpr auto one_placeholder = R"(51-["b",{"_placeholder":true,"num":0}])";

} // namespace

TEST_CASE("all types without attachments are read")
{
    struct expected {
        std::string_view message;
        packet_type type;
        std::string_view nsp;
        std::optional<std::uint64_t> id;
        std::string_view json;
    };
    expected const all[] = {
        {"0", packet_type::connect, "/", {}, "none"},
        {R"(0{"sid":"S1"})", packet_type::connect, "/", {}, R"({"sid":"S1"})"},
        {R"(0/admin,{"sid":"S1"})", packet_type::connect, "/admin", {}, R"({"sid":"S1"})"},
        {"1", packet_type::disconnect, "/", {}, "none"},
        {"1/admin,", packet_type::disconnect, "/admin", {}, "none"},
        {R"(2["a",1])", packet_type::event, "/", {}, R"(["a",1])"},
        {R"(2/a/b,["a"])", packet_type::event, "/a/b", {}, R"(["a"])"},
        {R"(212["a"])", packet_type::event, "/", 12, R"(["a"])"},
        {R"(2/a,0["a"])", packet_type::event, "/a", 0, R"(["a"])"},
        {R"(2[5,"a"])", packet_type::event, "/", {}, R"([5,"a"])"},
        {R"(2[""])", packet_type::event, "/", {}, R"([""])"},
        {R"(2["_placeholder",{"_placeholder":true,"num":0}])", packet_type::event, "/", {},
         R"(["_placeholder",{"_placeholder":true,"num":0}])"},
        {"37[]", packet_type::ack, "/", 7, "[]"},
        {R"(3/a,7["x"])", packet_type::ack, "/a", 7, R"(["x"])"},
        {"3[1]", packet_type::ack, "/", {}, "[1]"},
        {R"(4{"message":"m","data":{"a":1}})", packet_type::connect_error, "/", {}, R"({"message":"m","data":{"a":1}})"},
        {R"(4"nope")", packet_type::connect_error, "/", {}, R"("nope")"},
        {"4", packet_type::connect_error, "/", {}, "none"},
        {"4/x,{}", packet_type::connect_error, "/x", {}, "{}"},
    };
    for (auto const& each : all) {
        CAPTURE(each.message);
        reader r;
        REQUIRE(r.text(each.message));
        CHECK_FALSE(r.ec);
        CHECK(r.p.type == each.type);
        CHECK(r.p.nsp == each.nsp);
        CHECK(r.p.id == each.id);
        CHECK(json_of(r.p) == each.json);
        CHECK(r.p.attachments == 0);
    }
}

TEST_CASE("the comma behind a namespace may be missing at the end")
{
    reader r;
    REQUIRE(r.text("0/adm"));
    CHECK(r.p.nsp == "/adm");
    REQUIRE(r.text("0/"));
    CHECK(r.p.nsp == "/");
    REQUIRE(r.text("1/adm"));
    CHECK(r.p.nsp == "/adm");
}

TEST_CASE("ids are read up to 2^64-1 and not beyond")
{
    reader r;
    REQUIRE(r.text("318446744073709551615[]"));
    CHECK(r.p.id == std::numeric_limits<std::uint64_t>::max());
    REQUIRE(r.text("3007[]"));
    CHECK(r.p.id == 7u);
    CHECK(error_of("318446744073709551616[]") == error::packet_invalid_id);
    CHECK(error_of(R"(299999999999999999999["a"])") == error::packet_invalid_id);
    CHECK(error_of("3" + std::string(5000, '9') + "[]") == error::packet_invalid_id);
}

TEST_CASE("unknown types are refused")
{
    for (std::string_view const message : {"", "9", "7", "8[\"a\"]", "a", "[\"a\"]", " 2[\"a\"]", "-1", "\x80", "/"})
        CHECK(error_of(message) == error::packet_unknown_type);
    CHECK(error_of(std::string_view{"\0", 1}) == error::packet_unknown_type);
}

TEST_CASE("payloads of the wrong shape are refused")
{
    for (std::string_view const message :
         {"2", "2[]", "2[\"x\"", "2[\"x\"]]", "2[\"x\"],", "2{}", "2{\"0\":\"x\"}", "2null", "2\"x\"", "21", "2[null]",
          "2[true]", "2[{}]", "2[[\"x\"]]", "2['x']", "2[\"x\",]", "2-1[\"x\"]", "2/a", "2/a,", "2/a[\"x\"]", // events
          "3", "37", "3{}", "3\"x\"", "3null", "31[", "31]",                                             // acks
          "0[1]", "0\"x\"", "01.5", "0true", "0null", "0{", "0{}x",                                      // CONNECT
          "1{}", "1[]", "1null", "1\"x\"", "1 ",                                                         // DISCONNECT
          "4[]", "4true", "4null", "4{", "4nope"}) {                                                     // CONNECT_ERROR
        CAPTURE(message);
        CHECK(error_of(message) == error::packet_invalid_payload);
    }
}

TEST_CASE("event names of the library are refused, with and without binary data")
{
    for (std::string_view const name : {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
        CAPTURE(name);
        CHECK(error_of("2[\"" + std::string{name} + "\"]") == error::packet_invalid_payload);
        CHECK(error_of("51-[\"" + std::string{name} + R"(",{"_placeholder":true,"num":0}])") == error::packet_invalid_payload);
    }
    CHECK_FALSE(error_of(R"(2["reconnect"])"));
    CHECK_FALSE(error_of(R"(2["error"])"));
    CHECK(error_of(R"(2["c\u006fnnect"])") == error::packet_invalid_payload);
    CHECK_FALSE(error_of(R"(3["connect"])"));
}

TEST_CASE("the number of attachments must be one to the limit, digits and a dash")
{
    for (std::string_view const message : {R"(50-["a"])", R"(5["a"])", "5", "51", R"(5-["a"])", R"(51["a"])", R"(5-1-["a"])", R"(5+1-["a"])",
                               R"(51.5-["a"])", R"(51e0-["a"])", R"(5 1-["a"])", R"(5/a,1-["a"])", R"(60-1["a"])", "5NaN-[]",
                               R"(599999999999999999999999-["a"])"}) {
        CAPTURE(message);
        CHECK(error_of(message) == error::packet_illegal_attachments);
    }
    CHECK(error_of(R"(511-["a"])") == error::packet_too_many_attachments);
    CHECK(error_of(R"(61000000-1["a"])") == error::packet_too_many_attachments);
    reader r;
    CHECK_FALSE(r.text(R"(510-["a"])"));
    CHECK(r.waits());
    CHECK(error_of(R"(53-["a"])", {.attachments = 2}) == error::packet_too_many_attachments);
    CHECK(error_of(one_placeholder, {.attachments = 0}) == error::packet_too_many_attachments);
    reader wide{{.attachments = 20}};
    CHECK_FALSE(wide.text(R"(511-["a"])"));
    CHECK(wide.waits());
}

TEST_CASE("a binary packet is whole with its last attachment")
{
    reader r;
    CHECK_FALSE(r.text(R"(52-/a,9["b",{"x":{"_placeholder":true,"num":1}},{"num":0,"_placeholder":true,"y":1}])"));
    CHECK(r.waits());
    CHECK_FALSE(r.binary("first"));
    CHECK(r.waits());
    REQUIRE(r.binary("second"));
    CHECK_FALSE(r.ec);
    CHECK(r.p.type == packet_type::binary_event);
    CHECK(r.p.is_event());
    CHECK(r.p.nsp == "/a");
    CHECK(r.p.id == 9u);
    CHECK(r.p.attachments == 2);
    CHECK(r.p.payload.size() == 3);
    CHECK(r.p.payload[std::size_t{0}].as_string() == "b");
    CHECK(as_text(r.p.payload[1]["x"].as_binary()) == "second");
    CHECK(binary_at(r.p, 2) == "first");
}

TEST_CASE("binary acks are read like binary events")
{
    reader r;
    CHECK_FALSE(r.text(R"(61-18446744073709551615[[{"_placeholder":true,"num":0}]])"));
    CHECK(r.waits());
    REQUIRE(r.binary(std::string_view{"\0\x01\xff", 3}));
    CHECK(r.p.type == packet_type::binary_ack);
    CHECK(r.p.is_ack());
    CHECK(r.p.id == std::numeric_limits<std::uint64_t>::max());
    CHECK(as_text(r.p.payload[std::size_t{0}][std::size_t{0}].as_binary()) == std::string_view{"\0\x01\xff", 3});
    CHECK(error_of("61-1{}") == error::packet_invalid_payload);
    CHECK(error_of("61-1") == error::packet_invalid_payload);
}

TEST_CASE("the same placeholder may be used twice, an attachment not at all, and one may be empty")
{
    reader r;
    CHECK_FALSE(r.text(R"(52-["b",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])"));
    CHECK_FALSE(r.binary("twice"));
    REQUIRE(r.binary("unused"));
    CHECK(binary_at(r.p, 1) == "twice");
    CHECK(binary_at(r.p, 2) == "twice");
    CHECK_FALSE(r.text(one_placeholder));
    REQUIRE(r.binary(""));
    CHECK(binary_at(r.p, 1).empty());
    CHECK_FALSE(r.text(R"(51-["b"])"));
    REQUIRE(r.binary("nobody wants this"));
    CHECK(r.p.payload.size() == 1);
}

TEST_CASE("placeholders that name no attachment are refused")
{
    for (std::string_view const num : {R"("0")", "null", "-1", "0.5", "true", "[]", "-0.5"}) {
        CAPTURE(num);
        CHECK(error_of(R"(51-["b",{"_placeholder":true,"num":)" + std::string{num} + "}]") == error::packet_illegal_attachments);
    }
    CHECK(error_of(R"(51-["b",{"_placeholder":true}])") == error::packet_illegal_attachments);
    for (std::string_view const num : {"1", "3", "4294967295", "4294967296", "18446744073709551616", "1e300", "1e400"}) {
        CAPTURE(num);
        reader r;
        CHECK_FALSE(r.text(R"(51-["b",{"_placeholder":true,"num":)" + std::string{num} + "}]"));
        bool const late = r.waits();
        if (late)
            CHECK_FALSE(r.binary("x"));
        CHECK(r.ec == error::packet_illegal_attachments);
    }
}

TEST_CASE("a packet with attachments has a limit for its text and them, and for them as often as they are used")
{
    constexpr std::string_view text = R"(52-["b",{"_placeholder":true,"num":0}])"; // 38 bytes
    auto const with = [&](std::uint64_t size, std::string_view first, std::string_view second) {
        reader r{{.size = size}};
        CHECK_FALSE(r.text(text));
        bool whole = !r.ec && r.binary(first);
        CHECK_FALSE(whole);
        whole = !r.ec && r.binary(second);
        CHECK(whole == !r.ec);
        return r.ec;
    };
    CHECK_FALSE(with(text.size() + 4, "xx", "yy"));
    CHECK(with(text.size() + 3, "xx", "yy") == error::message_too_large);
    CHECK(with(text.size() + 1, "xx", "yy") == error::message_too_large);
    CHECK(with(text.size() - 1, "", "") == error::message_too_large);
    CHECK_FALSE(error_of(R"(2["a text without attachments has the limit of messages only"])", {.size = 5}));

    std::string often = R"(51-["b")";
    for (int i = 0; i != 10; ++i)
        often += R"(,{"_placeholder":true,"num":0})";
    often += "]";
    reader r{{.size = 1000}};
    CHECK_FALSE(r.text(often));
    CHECK(r.binary(std::string(100, 'x')));
    CHECK_FALSE(r.text(often));
    CHECK_FALSE(r.binary(std::string(101, 'x')));
    CHECK(r.ec == error::message_too_large);
}

TEST_CASE("what is only similar to a placeholder stays an object")
{
    reader r;
    CHECK_FALSE(r.text(R"(51-["b",{"_placeholder":false,"num":0},{"_placeholder":1,"num":0},{"num":0}])"));
    CHECK(r.waits());
    REQUIRE(r.binary("x"));
    CHECK(r.p.payload[1].is_object());
    CHECK(r.p.payload[2].is_object());
    CHECK(r.p.payload[3].is_object());
}

TEST_CASE("text is refused while attachments are missing, and binary data while none is")
{
    reader r;
    CHECK_FALSE(r.binary("x"));
    CHECK(r.ec == error::packet_unexpected_binary);
    CHECK_FALSE(r.text(one_placeholder));
    CHECK(r.waits());
    CHECK_FALSE(r.text(R"(2["a"])"));
    CHECK(r.ec == error::packet_unexpected_text);

    reader s;
    CHECK_FALSE(s.text(one_placeholder));
    REQUIRE(s.binary("x"));
    CHECK_FALSE(s.binary("y"));
    CHECK(s.ec == error::packet_unexpected_binary);
    CHECK_FALSE(s.text("1{}"));
    CHECK_FALSE(s.binary("x"));
    CHECK(s.ec == error::packet_unexpected_binary);
}

TEST_CASE("no error of before is left in the code while attachments come")
{
    reader r;
    CHECK_FALSE(r.text(R"(52-["b",{"_placeholder":true,"num":0}])"));
    r.ec = error::timeout;
    CHECK_FALSE(r.binary("1"));
    CHECK(r.waits());
    r.ec = error::timeout;
    CHECK(r.binary("2"));
    CHECK_FALSE(r.ec);
    r.ec = error::timeout;
    CHECK(r.text("1"));
    CHECK_FALSE(r.ec);
}

TEST_CASE("a reset forgets the packet that is half read")
{
    reader r;
    CHECK_FALSE(r.text(R"(52-["b",{"_placeholder":true,"num":0}])"));
    CHECK_FALSE(r.binary("1"));
    r.decoder.reset();
    CHECK_FALSE(r.binary("2"));
    CHECK(r.ec == error::packet_unexpected_binary);
    REQUIRE(r.text(R"(2["a"])"));
    CHECK_FALSE(r.text(one_placeholder));
    REQUIRE(r.binary("new"));
    CHECK(binary_at(r.p, 1) == "new");
}

TEST_CASE("deep nesting is an error of its own")
{
    auto const nested = [](std::size_t depth) { return "2[\"x\"," + std::string(depth, '[') + std::string(depth, ']') + "]"; };
    CHECK_FALSE(error_of(nested(127)));
    CHECK(error_of(nested(128)) == error::json_too_deep);
    CHECK(error_of("2" + std::string(2000000, '[')) == error::json_too_deep);
    CHECK(error_of(nested(3), {.attachments = 10, .json = {.depth = 3}}) == error::json_too_deep);
    CHECK_FALSE(error_of(nested(2), {.attachments = 10, .json = {.depth = 3}}));
}

TEST_CASE("what arrives while attachments are missing outlives the message it came in")
{
    packet_decoder decoder;
    packet p;
    std::error_code ec;
    std::string text = R"(52-/admin,["a long name of an event",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";
    CHECK_FALSE(decoder.text(text, p, ec));
    text.assign(text.size(), '#');
    std::string first = "first attachment";
    CHECK_FALSE(decoder.binary(first, p, ec));
    first.assign(first.size(), '#');
    std::string second = "second";
    REQUIRE(decoder.binary(second, p, ec));
    CHECK(p.nsp == "/admin");
    CHECK(p.payload[std::size_t{0}].as_string() == "a long name of an event");
    CHECK(binary_at(p, 1) == "first attachment");
    CHECK(binary_at(p, 2) == "second");
}

TEST_CASE("the memory of one packet serves the next, until it is given back")
{
    reader r;
    auto const receive = [&r](std::size_t size) {
        CHECK_FALSE(r.text(R"(52-/a,["b",{"_placeholder":true,"num":0}])"));
        CHECK_FALSE(r.binary(std::string(size, 'x')));
        REQUIRE(r.binary("last"));
        CHECK(binary_at(r.p, 1) == std::string(size, 'x'));
    };
    receive(5000);
    auto const* const text = r.p.nsp.data();
    auto const* const attachment = r.p.payload[1].as_binary().data();
    auto const* const node = r.p.payload.node();
    receive(4999);
    receive(1);
    CHECK(r.p.nsp.data() == text);
    CHECK(r.p.payload[1].as_binary().data() == attachment);
    CHECK(r.p.payload.node() == node);
    r.decoder.shrink(100000);
    receive(5000);
    CHECK(r.p.payload[1].as_binary().data() == attachment);
    r.decoder.shrink(0);
    receive(100);
    REQUIRE(r.text(R"(2["after"])"));
}

TEST_CASE("memory is not given back under a packet that is half read")
{
    reader r;
    CHECK_FALSE(r.text(R"(52-/a,["b",{"_placeholder":true,"num":0}])"));
    CHECK_FALSE(r.binary("kept"));
    r.decoder.shrink(0);
    REQUIRE(r.binary("last"));
    CHECK(r.p.nsp == "/a");
    CHECK(binary_at(r.p, 1) == "kept");
}

TEST_CASE("every part of a text gives a packet or an error, and only the whole gives the whole")
{
    for (std::string const message :
         {R"(2/admin,12["a",{"b":[1,2.5,"\u00e9"]},null])", R"(52-/a,3["b",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])",
          R"(0/admin,{"sid":"S1","pid":"P"})", R"(4{"message":"m","data":{"a":1}})", "312[true,false]", "1/admin,"}) {
        for (std::size_t size = 0; size != message.size(); ++size) {
            CAPTURE(message.substr(0, size));
            reader r;
            bool const whole = r.text(message.substr(0, size));
            CHECK(whole == !r.ec);
            if (whole)
                CHECK((r.p.type == packet_type::connect || r.p.type == packet_type::disconnect || r.p.type == packet_type::connect_error));
        }
        reader r;
        r.text(message);
        CHECK_FALSE(r.ec);
    }
}

TEST_CASE("what is encoded is decoded to the same")
{
    value const tree = object{{"text", "\xf0\x9f\x98\x80 \"quoted\"\n"},
                              {"numbers", array{0, -1, 18446744073709551615u, 0.1, 1e300}},
                              {"data", data("one")},
                              {"inner", array{object{{"more", data("two")}}, nullptr, true, data("")}}};
    bytes const three = data("three");
    for (std::string_view const nsp : {"/", "/admin", "/a/b-c?d"}) {
        for (std::optional<std::uint64_t> const id : {std::optional<std::uint64_t>{}, {0}, {123456}, {18446744073709551615u}}) {
            byte_buffer text;
            std::vector<bytes_view> attachments;
            encode_event(nullptr, text, attachments, nsp, id, "name", tree, 7, three);
            REQUIRE(attachments.size() == 4);
            std::vector<std::string> copies;
            for (auto const each : attachments)
                copies.emplace_back(as_text(each));
            reader r;
            CHECK_FALSE(r.text(text.view()));
            CHECK(r.waits());
            for (std::size_t i = 0; i != copies.size(); ++i)
                CHECK(r.binary(copies[i]) == (i == 3));
            REQUIRE_FALSE(r.ec);
            CHECK(r.p.nsp == nsp);
            CHECK(r.p.id == id);
            CHECK(r.p.payload.to_value() == value{array{"name", tree, 7, three}});
        }
    }
}

TEST_CASE("acks and control packets are decoded to what was encoded")
{
    reader r;
    byte_buffer text;
    std::vector<bytes_view> attachments;
    encode_ack(nullptr, text, attachments, "/a", 18446744073709551615u, "OK", std::vector<int>{1, 2});
    REQUIRE(r.text(text.view()));
    CHECK(r.p.type == packet_type::ack);
    CHECK(r.p.nsp == "/a");
    CHECK(r.p.id == 18446744073709551615u);
    CHECK(json_of(r.p) == R"(["OK",[1,2]])");

    bytes const some = data("some");
    text.clear();
    encode_ack(nullptr, text, attachments, "/", 0, object{{"in", array{some}}});
    CHECK_FALSE(r.text(text.view()));
    CHECK(r.waits());
    REQUIRE(r.binary("some"));
    CHECK(r.p.type == packet_type::binary_ack);
    CHECK(r.p.payload.to_value() == value{array{object{{"in", array{some}}}}});

    value const payload = object{{"message", "m"}};
    for (auto const type : {packet_type::connect, packet_type::connect_error, packet_type::disconnect}) {
        bool const filled = type != packet_type::disconnect;
        text.clear();
        static_cast<void>(encode_control(nullptr, text, type, "/x", filled ? &payload : nullptr));
        REQUIRE(r.text(text.view()));
        CHECK(r.p.type == type);
        CHECK(r.p.nsp == "/x");
        CHECK(r.p.has_payload == filled);
        CHECK(json_of(r.p) == (filled ? R"({"message":"m"})" : "none"));
    }
}

} // namespace packet_decoder_tests
