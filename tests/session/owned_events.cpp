#include <socketio/session/owned_events.hpp>

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/msgpack.hpp>

#include "support/hex.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace owned_events_tests {

using namespace socketio;
using namespace socketio::detail;

namespace {

// Reads a packet, keeps it, and destroys the messages it came in.
void keep(owned_events& in, std::string text, std::vector<std::string> attachments = {})
{
    packet_decoder decoder;
    packet p;
    std::error_code ec;
    bool whole = decoder.text(text, p, ec);
    for (auto& each : attachments)
        whole = decoder.binary(each, p, ec);
    REQUIRE(whole);
    in.push(p);
    text.assign(text.size(), '#');
    for (auto& each : attachments)
        each.assign(each.size(), '#');
}

void keep_packed(owned_events& in, std::string_view digits)
{
    packet_decoder decoder{{}, msgpack_parser};
    packet p;
    std::error_code ec;
    std::string message = support::from_hex(digits);
    REQUIRE(decoder.binary(message, p, ec));
    in.push(p);
    message.assign(message.size(), '#');
}

value read(owned_event event)
{
    return event.payload().to_value();
}

bytes data(std::string_view text)
{
    bytes_view const view = as_bytes(text);
    return {view.begin(), view.end()};
}

} // namespace

TEST_CASE("events come out in the order they came, with their ids")
{
    owned_events kept;
    CHECK(kept.empty());
    keep(kept, R"(2["a",1])");
    keep(kept, R"(2/nsp,18446744073709551615["b",{"x":[null,true,"\u00e9"]}])");
    CHECK_FALSE(kept.empty());
    owned_event first = kept.pop();
    CHECK_FALSE(first.id());
    CHECK(read(std::move(first)) == value{array{"a", 1}});
    owned_event second = kept.pop();
    CHECK(second.id() == 18446744073709551615u);
    CHECK(read(std::move(second)) == value{array{"b", object{{"x", array{nullptr, true, "\xc3\xa9"}}}}});
    CHECK(kept.empty());
}

TEST_CASE("binary data is kept along, an attachment used twice as two")
{
    owned_events kept;
    keep(kept, R"(53-["b",{"_placeholder":true,"num":1},[{"_placeholder":true,"num":1}],{"_placeholder":true,"num":0}])",
         {"zero", std::string("\0one", 4), "two"});
    CHECK(read(kept.pop()) ==
          value{array{"b", data({"\0one", 4}), array{data({"\0one", 4})}, data("zero")}});
    keep(kept, R"(51-["b",{"_placeholder":true,"num":0}])", {""});
    CHECK(read(kept.pop()) == value{array{"b", bytes{}}});
}

TEST_CASE("what only looks like a placeholder stays what it is")
{
    owned_events kept;
    keep(kept, R"(2["b",{"_placeholder":true,"num":0}])");
    CHECK(read(kept.pop()) == value{array{"b", object{{"_placeholder", true}, {"num", 0}}}});
}

TEST_CASE("numbers and text come through as they were")
{
    owned_events kept;
    keep(kept, R"(2["n",18446744073709551615,-9223372036854775808,0.1,1e-300,"\ud83d\ude00 \" \\ \n"])");
    CHECK(read(kept.pop()) == value{array{"n", 18446744073709551615u, std::numeric_limits<std::int64_t>::min(), 0.1, 1e-300,
                                          "\xf0\x9f\x98\x80 \" \\ \n"}});
}

TEST_CASE("the size counts what is still kept, and what it costs to keep even the smallest event")
{
    owned_events kept;
    CHECK(kept.byte_size() == 0);
    keep(kept, R"(2["a"])");
    std::size_t const smallest = kept.byte_size();
    CHECK(smallest >= sizeof(owned_event) + 5);
    CHECK(smallest < 1000);
    keep(kept, R"(51-["b",{"_placeholder":true,"num":0}])", {std::string(1000, 'x')});
    CHECK(kept.byte_size() > smallest + 1000);
    CHECK(kept.byte_size() < 2 * smallest + 1200);
    kept.pop();
    CHECK(kept.byte_size() > 1000);
    kept.pop();
    CHECK(kept.byte_size() == 0);
    keep(kept, R"(2["a"])");
    kept.clear();
    CHECK(kept.empty());
    CHECK(kept.byte_size() == 0);
}

TEST_CASE("when the connection is gone nobody waits for an answer")
{
    owned_events kept;
    keep(kept, R"(27["a"])");
    keep(kept, R"(28["b"])");
    kept.forget_ids();
    keep(kept, R"(29["c"])");
    CHECK_FALSE(kept.pop().id());
    CHECK_FALSE(kept.pop().id());
    CHECK(kept.pop().id() == 9u);
}

TEST_CASE("numbers beyond every double stay what they were")
{
    owned_events kept;
    keep(kept, R"(2["a",1e999,-1e999,{"b":[1e400,1.5]}])");
    value const got = read(kept.pop());
    CHECK(got[1].get<double>() == INFINITY);
    CHECK(got[2].get<double>() == -INFINITY);
    CHECK(got[3]["b"][0].get<double>() == INFINITY);
    CHECK(got[3]["b"][1].get<double>() == 1.5);
}

TEST_CASE("what MessagePack can say and JSON cannot is kept")
{
    owned_events kept;
    keep_packed(kept, "83 a474797065 02 a464617461 98 a165 cb7ff8000000000000 cb7ff0000000000000 cbfff0000000000000"
                      " cfffffffffffffffff cb3ff0000000000000 d700 0000018bcfe5687b d40000 a36e7370 a12f");
    owned_event const event = kept.pop();
    args const all{event.payload()};
    REQUIRE(all.size() == 8);
    CHECK(std::isnan(all[1].as_double()));
    CHECK(all[2].as_double() == std::numeric_limits<double>::infinity());
    CHECK(all[3].as_double() == -std::numeric_limits<double>::infinity());
    CHECK(all[4].get<std::uint64_t>() == std::numeric_limits<std::uint64_t>::max());
    CHECK(all[5].type() == value_type::number);
    CHECK(all[6].as_string() == "2023-11-14T22:13:20.123Z");
    CHECK(value_builder::is_undefined(all[7]));
}

TEST_CASE("an object that looks like a placeholder stays one beside binary data of MessagePack")
{
    owned_events kept;
    keep_packed(kept, "83 a474797065 02 a464617461 93 a162 82 ac5f706c616365686f6c646572 c3 a36e756d 00 c4020708 a36e7370 a12f");
    CHECK(read(kept.pop()) == value{array{"b", object{{"_placeholder", true}, {"num", 0}},
                                          bytes{std::byte{7}, std::byte{8}}}});
}

TEST_CASE("data as deep as a message may be is kept")
{
    owned_events kept;
    std::string deep(default_json_depth - 1, '[');
    keep(kept, "2[\"d\"," + deep + std::string(deep.size(), ']') + "]");
    std::string packed = "83 a474797065 02 a464617461 92 a164";
    for (std::size_t depth = 2; depth != default_json_depth; ++depth)
        packed += "91";
    keep_packed(kept, packed + "c0 a36e7370 a12f");
    for (std::size_t const levels : {default_json_depth - 1, default_json_depth - 2}) {
        owned_event const event = kept.pop();
        value_view inner = args{event.payload()}[1];
        std::size_t found = 0;
        for (; inner.is_array(); inner = inner[std::size_t{0}])
            ++found;
        CHECK(found == levels);
    }
}

TEST_CASE("a kept event stays what it is wherever it is moved")
{
    owned_events kept;
    keep(kept, R"(51-["a","text",{"key":{"_placeholder":true,"num":0}}])", {"data"});
    owned_event first = kept.pop();
    value_view const before = first.payload();
    owned_event const moved = std::move(first);
    CHECK(moved.payload().node() == before.node());
    CHECK(before.to_value() == value{array{"a", "text", object{{"key", data("data")}}}});
}

TEST_CASE("arguments are kept without the event's name, none of them as none")
{
    json_document document;
    std::string text = R"(["name",["in",1],"\u00e9",{"k":"v"}])";
    REQUIRE_FALSE(document.parse(text));
    owned_event const some{args{document.root()}.rest(1)};
    owned_event const none{args{document.root()}.rest(4)};
    owned_event const never{args{}};
    text.assign(text.size(), '#');
    CHECK(some.payload().to_value() == value{array{array{"in", 1}, "\xc3\xa9", object{{"k", "v"}}}});
    CHECK(none.payload().to_value() == value{array{}});
    CHECK(never.payload().to_value() == value{array{}});
    CHECK(args{some.payload()}.rest(1).size() == 2);
}

TEST_CASE("an empty text that is kept has an address, even if there is nothing else")
{
    json_document document;
    std::string text = R"(["name","",{"":0}])";
    REQUIRE_FALSE(document.parse(text));
    owned_event const empty{args{document.root()}.rest(1)};
    CHECK(empty.payload()[std::size_t{0}].as_string().data() != nullptr);
    CHECK(empty.payload()[std::size_t{1}].node()[1].text != nullptr);
    CHECK(empty.payload().to_value() == value{array{"", object{{"", 0}}}});
}

TEST_CASE("many small values are counted with the memory that they take")
{
    owned_events kept;
    std::string text = R"(2["a")";
    for (int i = 0; i != 1000; ++i)
        text += ",1";
    keep(kept, text + "]");
    CHECK(kept.byte_size() >= 1000 * sizeof(json_node));
    CHECK(kept.byte_size() < 1100 * sizeof(json_node));
}

} // namespace owned_events_tests
