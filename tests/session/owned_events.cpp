#include <socketio/session/owned_events.hpp>

#include <socketio/codec/packet_decoder.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

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

value read(owned_event event)
{
    json_document reader;
    return event.read(reader).to_value();
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
