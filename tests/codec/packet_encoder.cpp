#include <socketio/codec/packet_encoder.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace packet_encoder_tests {

using namespace socketio;
using namespace socketio::detail;

namespace {

bytes data(std::string_view text)
{
    bytes_view const view = as_bytes(text);
    return {view.begin(), view.end()};
}

struct encoded {
    std::string text;
    std::vector<std::string> attachments;
};

template <class... Args>
encoded event(std::string_view nsp, std::optional<std::uint64_t> id, std::string_view name, Args const&... arguments)
{
    byte_buffer to;
    std::vector<bytes_view> attachments;
    encode_event(nullptr, to, attachments, nsp, id, name, arguments...);
    encoded result{std::string{to.view()}, {}};
    for (auto const each : attachments)
        result.attachments.emplace_back(as_text(each));
    return result;
}

template <class... Args>
encoded ack(std::string_view nsp, std::uint64_t id, Args const&... arguments)
{
    byte_buffer to;
    std::vector<bytes_view> attachments;
    encode_ack(nullptr, to, attachments, nsp, id, arguments...);
    encoded result{std::string{to.view()}, {}};
    for (auto const each : attachments)
        result.attachments.emplace_back(as_text(each));
    return result;
}

std::string control(packet_type type, std::string_view nsp, value const* payload = nullptr)
{
    byte_buffer to;
    static_cast<void>(encode_control(nullptr, to, type, nsp, payload));
    return std::string{to.view()};
}

} // namespace

TEST_CASE("an event is its name and its arguments in an array")
{
    CHECK(event("/", {}, "hello").text == R"(2["hello"])");
    CHECK(event("/", {}, "hello", 1, "two", 3.5, true, nullptr).text == R"(2["hello",1,"two",3.5,true,null])");
    CHECK(event("/", {}, "list", std::vector<int>{1, 2}, std::map<std::string, int>{{"a", 1}}).text ==
          R"(2["list",[1,2],{"a":1}])");
    CHECK(event("/", {}, "hello").attachments.empty());
}

TEST_CASE("names and namespaces that need escapes get them in JSON only")
{
    CHECK(event("/", {}, "say \"hi\"\n").text == R"(2["say \"hi\"\n"])");
    CHECK(event("/", {}, "").text == R"(2[""])");
    CHECK(event("/\xc3\xa9", {}, "\xc3\xa9").text == "2/\xc3\xa9,[\"\xc3\xa9\"]");
}

TEST_CASE("only a namespace other than the root is written, and a comma always follows")
{
    CHECK(event("/admin", {}, "x").text == R"(2/admin,["x"])");
    CHECK(event("/admin", 12, "x").text == R"(2/admin,12["x"])");
    CHECK(event("/", 12, "x").text == R"(212["x"])");
    CHECK(control(packet_type::connect, "/admin") == "0/admin,");
    CHECK(control(packet_type::disconnect, "/admin") == "1/admin,");
}

TEST_CASE("ids reach from 0 to 2^64-1")
{
    CHECK(event("/", 0, "x").text == R"(20["x"])");
    CHECK(event("/", std::numeric_limits<std::uint64_t>::max(), "x").text == R"(218446744073709551615["x"])");
    CHECK(ack("/", 0).text == "30[]");
    CHECK(ack("/", std::numeric_limits<std::uint64_t>::max(), 1).text == "318446744073709551615[1]");
}

TEST_CASE("an ack is its arguments in an array")
{
    CHECK(ack("/", 7, "OK", 1).text == R"(37["OK",1])");
    CHECK(ack("/admin", 7, array{1, array{}}).text == "3/admin,7[[1,[]]]");
}

TEST_CASE("the elements of a list that is spread are arguments, and binary ones are attachments")
{
    std::vector<int> const numbers{1, 2};
    CHECK(event("/", {}, "a", spread(numbers)).text == R"(2["a",1,2])");
    CHECK(event("/", {}, "a", 0, spread(std::vector<std::string>{"x"}), true).text == R"(2["a",0,"x",true])");
    CHECK(event("/", {}, "a", spread(std::vector<int>{})).text == R"(2["a"])");
    CHECK(event("/", 1, "a", spread(std::vector<bool>{true, false})).text == R"(21["a",true,false])");
    CHECK(ack("/", 7, spread(array{1, nullptr})).text == R"(37[1,null])");
    int const plain[2] = {3, 4};
    CHECK(ack("/", 7, spread(plain)).text == "37[3,4]");
    CHECK(ack("/", 7, spread({5, 6})).text == "37[5,6]");
    auto const binary = event("/", {}, "a", spread(std::vector{data("one"), data("two")}));
    CHECK(binary.text == R"(52-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
    CHECK(binary.attachments == std::vector<std::string>{"one", "two"});
    static_assert(sendable<spread_list<std::vector<int>>> && !sendable<spread_list<std::vector<void*>>>);
    static_assert(!writable<spread_list<std::vector<int>>>);
}

TEST_CASE("control packets carry an object, text or nothing")
{
    value const auth = object{{"token", "abc"}};
    value const refused = object{{"message", "no"}, {"data", object{{"n", 1}}}};
    value const text = "no";
    CHECK(control(packet_type::connect, "/") == "0");
    CHECK(control(packet_type::connect, "/", &auth) == R"(0{"token":"abc"})");
    CHECK(control(packet_type::connect, "/x", &auth) == R"(0/x,{"token":"abc"})");
    CHECK(control(packet_type::disconnect, "/") == "1");
    CHECK(control(packet_type::connect_error, "/x", &refused) == R"(4/x,{"message":"no","data":{"n":1}})");
    CHECK(control(packet_type::connect_error, "/", &text) == R"(4"no")");
}

TEST_CASE("binary data makes a binary event, with placeholders in the order of the data")
{
    auto const one = event("/", {}, "b", data("first"));
    CHECK(one.text == R"(51-["b",{"_placeholder":true,"num":0}])");
    CHECK(one.attachments == std::vector<std::string>{"first"});

    auto const nested = event("/a", 5, "b", object{{"x", data("1")}, {"y", array{data("2"), object{{"z", data("3")}}}}}, data("4"));
    CHECK(nested.text == R"(54-/a,5["b",{"x":{"_placeholder":true,"num":0},"y":[{"_placeholder":true,"num":1},)"
                         R"({"z":{"_placeholder":true,"num":2}}]},{"_placeholder":true,"num":3}])");
    CHECK(nested.attachments == std::vector<std::string>{"1", "2", "3", "4"});
}

TEST_CASE("binary data makes a binary ack")
{
    auto const answer = ack("/", 3, std::vector<bytes>{data("x"), data("")});
    CHECK(answer.text == R"(62-3[[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]])");
    CHECK(answer.attachments == std::vector<std::string>{"x", ""});
    CHECK(ack("/nsp", 3, data("x")).text == R"(61-/nsp,3[{"_placeholder":true,"num":0}])");
}

TEST_CASE("binary data is looked at, not copied")
{
    byte_buffer to;
    std::vector<bytes_view> attachments;
    bytes const large(100000, std::byte{7});
    encode_event(nullptr, to, attachments, "/", {}, "b", large);
    REQUIRE(attachments.size() == 1);
    CHECK(attachments[0].data() == large.data());
    CHECK(attachments[0].size() == large.size());
    CHECK(to.size() < 100);
}

TEST_CASE("two digits of attachments move the rest as far as one does")
{
    std::vector<bytes> const many(11, data("x"));
    auto const eleven = event("/n", 9, "b", many);
    CHECK(eleven.text.starts_with(R"(511-/n,9["b",[{"_placeholder":true,"num":0},)"));
    CHECK(eleven.text.ends_with(R"({"_placeholder":true,"num":10}]])"));
    CHECK(eleven.attachments.size() == 11);
}

TEST_CASE("a packet is appended to what is there, at every filling of the buffer")
{
    for (std::size_t before = 0; before < 300; before += 7) {
        byte_buffer to;
        to.append(std::string(before, '.'));
        std::vector<bytes_view> attachments;
        bytes const some = data("some");
        encode_event(nullptr, to, attachments, "/", 1, "b", some);
        CAPTURE(before);
        CHECK(to.view() == std::string(before, '.') + R"(51-1["b",{"_placeholder":true,"num":0}])");
    }
}

TEST_CASE("begin_packet tells where the packet starts")
{
    byte_buffer to;
    to.append("abc");
    CHECK(begin_packet(to, packet_type::ack, "/x", 4) == 3);
    CHECK(to.view() == "abc3/x,4");
    end_packet(to, 3, 0);
    CHECK(to.view() == "abc3/x,4");
    end_packet(to, 3, 2);
    CHECK(to.view() == "abc62-/x,4");
}

} // namespace packet_encoder_tests
