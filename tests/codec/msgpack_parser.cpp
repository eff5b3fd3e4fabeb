#include <socketio/msgpack.hpp>

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/codec/packet_encoder.hpp>

#include "support/hex.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace msgpack_parser_tests {

using namespace socketio;
using namespace socketio::detail;
using support::from_hex;
using support::to_hex;

namespace {

std::shared_ptr<packet_parser const> const msgpack = msgpack_parser;

// A parser of a program's own with the fewest members: MessagePack with every bit changed.
class inverse_parser final : public packet_parser {
public:
    std::string_view name() const noexcept override { return "inverse"; }
    void encode(output& to, head const& of, write_data const* data) const override
    {
        std::size_t const start = to.size();
        msgpack->encode(to, of, data);
        invert({to.data() + start, to.size() - start});
    }
    std::error_code decode(std::span<char> message, value_builder& to, packet& out) const override
    {
        invert(message);
        return msgpack->decode(message, to, out);
    }

private:
    static void invert(std::span<char> data)
    {
        for (char& c : data)
            c = static_cast<char>(~c);
    }
};

// A decoder and the message that it was given.
struct reader {
    explicit reader(packet_limits limits = {}, std::shared_ptr<packet_parser const> by = msgpack)
        : decoder{limits, std::move(by)}
    {
    }
    bool take(std::string_view bytes)
    {
        message = bytes;
        return decoder.binary(message, p, ec);
    }

    packet_decoder decoder;
    std::string message{};
    packet p{};
    std::error_code ec{};
};

std::string described(packet const& p)
{
    std::string text = std::to_string(static_cast<int>(p.type)) + ' ' + std::string{p.nsp};
    if (p.id)
        text += ' ' + std::to_string(*p.id);
    return text + ' ' + (p.has_payload ? p.payload.to_json() : "none");
}

std::string decoded(std::string_view hex, packet_limits limits = {})
{
    reader r{limits};
    bool const whole = r.take(from_hex(hex));
    CHECK(whole == !r.ec);
    return whole ? described(r.p) : r.ec.message();
}

template <class... Args>
std::string event(packet_parser const& by, std::string_view nsp, std::optional<std::uint64_t> id,
                  std::string_view name, Args const&... arguments)
{
    byte_buffer to;
    std::vector<bytes_view> attachments;
    encode_event(&by, to, attachments, nsp, id, name, arguments...);
    CHECK(attachments.empty());
    return std::string{to.view()};
}

std::string control(packet_type type, std::string_view nsp, value const* payload = nullptr)
{
    byte_buffer to;
    static_cast<void>(encode_control(msgpack.get(), to, type, nsp, payload));
    return to_hex(to.view());
}

std::string without_spaces(std::string_view hex) { return to_hex(from_hex(hex)); }

} // namespace

// [lab] of npm's socket.io-msgpack-parser 3.0.2.
TEST_CASE("packets of npm's MessagePack parser are read")
{
    CHECK(decoded("83 a474797065 00 a464617461 81 a3736964 a161 a36e7370 a12f") == R"(0 / {"sid":"a"})");
    CHECK(decoded("83 a474797065 00 a464617461 d40000 a36e7370 a12f") == "0 / none");
    CHECK(decoded("82 a474797065 01 a36e7370 a12f") == "1 / none");
    CHECK(decoded("83 a474797065 04 a464617461 81 a76d657373616765 a26e6f a36e7370 a12f") ==
          R"(4 / {"message":"no"})");
    CHECK(decoded("84 a474797065 02 a464617461 92 a165 01 a36e7370 a12f a76f7074696f6e73 81 a8636f6d7072657373 c3") ==
          R"(2 / ["e",1])");
    CHECK(decoded("85 a474797065 02 a464617461 91 a165 a76f7074696f6e73 81 a8636f6d7072657373 c3 a26964 00 a36e7370 "
                  "a12f") == R"(2 / 0 ["e"])");
    CHECK(decoded("84 a26964 07 a474797065 03 a464617461 91 a26f6b a36e7370 a12f") == R"(3 / 7 ["ok"])");
    CHECK(decoded("84 a474797065 02 a464617461 91 a165 a36e7370 a62f61646d696e a26964 d40000") == R"(2 /admin ["e"])");
    CHECK(decoded("83 a474797065 cb4000000000000000 a464617461 91 a165 a36e7370 a12f") == R"(2 / ["e"])");
    CHECK(decoded("83 a474797065 02 a464617461 91 05 a36e7370 a12f") == R"(2 / [5])");
    CHECK(decoded("83 a474797065 04 a464617461 a26e6f a36e7370 a12f") == R"(4 / "no")");
    CHECK(decoded("83 a474797065 03 a464617461 90 a36e7370 a12f") == "3 / []");
    CHECK(decoded("84 a474797065 02 a464617461 91 a165 a36e7370 a12f a26964 cfffffffffffffffff") ==
          R"(2 / 18446744073709551615 ["e"])");
}

TEST_CASE("packets are written as MessagePack in npm's order")
{
    value const sid{object{{"sid", "a"}}};
    value const no{object{{"message", "no"}}};
    CHECK(control(packet_type::connect, "/", &sid) ==
          without_spaces("83 a474797065 00 a464617461 81 a3736964 a161 a36e7370 a12f"));
    CHECK(control(packet_type::connect, "/") == without_spaces("82 a474797065 00 a36e7370 a12f"));
    CHECK(control(packet_type::disconnect, "/") == without_spaces("82 a474797065 01 a36e7370 a12f"));
    CHECK(control(packet_type::connect_error, "/", &no) ==
          without_spaces("83 a474797065 04 a464617461 81 a76d657373616765 a26e6f a36e7370 a12f"));
    CHECK(to_hex(event(*msgpack, "/", {}, "e", 1)) ==
          without_spaces("83 a474797065 02 a464617461 92 a165 01 a36e7370 a12f"));
    CHECK(to_hex(event(*msgpack, "/n", 0, "e")) ==
          without_spaces("84 a474797065 02 a464617461 91 a165 a36e7370 a22f6e a26964 00"));
    byte_buffer to;
    std::vector<bytes_view> attachments;
    encode_ack(msgpack.get(), to, attachments, "/", 7, "ok");
    CHECK(to_hex(to.view()) == without_spaces("84 a474797065 03 a464617461 91 a26f6b a36e7370 a12f a26964 07"));
}

TEST_CASE("binary data is a part of a MessagePack packet, and is seen where it lies")
{
    bytes const data(3, std::byte{7});
    std::string const sent = event(*msgpack, "/", {}, "b", data, object{{"in", data}});
    reader r;
    REQUIRE(r.take(sent));
    CHECK(r.p.attachments == 0);
    CHECK(r.p.payload.size() == 3);
    CHECK(as_text(r.p.payload[1].as_binary()) == "\7\7\7");
    CHECK(as_text(r.p.payload[2]["in"].as_binary()) == "\7\7\7");
    char const* const at = as_text(r.p.payload[1].as_binary()).data();
    CHECK((at > r.message.data() && at < r.message.data() + r.message.size()));
}

TEST_CASE("a MessagePack packet that npm refuses is refused, with words of its own")
{
    CHECK(decoded("82 a474797065 02 a464617461 91 a165") == "invalid namespace");
    CHECK(decoded("83 a474797065 02 a464617461 91 a165 a36e7370 c0") == "invalid namespace");
    CHECK(decoded("83 a474797065 05 a464617461 91 a165 a36e7370 a12f") == "unknown packet type");
    CHECK(decoded("83 a474797065 06 a464617461 91 a165 a36e7370 a12f") == "unknown packet type");
    CHECK(decoded("83 a474797065 a132 a464617461 91 a165 a36e7370 a12f") == "unknown packet type");
    CHECK(decoded("83 a474797065 ff a464617461 91 a165 a36e7370 a12f") == "unknown packet type");
    CHECK(decoded("82 a464617461 91 a165 a36e7370 a12f") == "unknown packet type");
    CHECK(decoded("83 a474797065 00 a464617461 c0 a36e7370 a12f") == "invalid payload");
    CHECK(decoded("83 a474797065 00 a464617461 90 a36e7370 a12f") == "invalid payload");
    CHECK(decoded("83 a474797065 01 a464617461 c0 a36e7370 a12f") == "invalid payload");
    CHECK(decoded("83 a474797065 04 a464617461 c0 a36e7370 a12f") == "invalid payload");
    CHECK(decoded("82 a474797065 04 a36e7370 a12f") == "invalid payload");
    CHECK(decoded("83 a474797065 02 a464617461 80 a36e7370 a12f") == "invalid payload");
    CHECK(decoded("82 a474797065 02 a36e7370 a12f") == "invalid payload");
    for (char const* const id : {"c0", "cb3ff8000000000000", "a131", "ff", "90"})
        CHECK(decoded(std::string{"84 a474797065 02 a464617461 91 a165 a36e7370 a12f a26964 "} + id) ==
              "invalid acknowledgement id");
    for (char const* const bad : {"", "c0", "c1", "01", "90", "82 a474797065 01 a36e7370 a12f 00"})
        CHECK(decoded(bad).starts_with("invalid "));
}

TEST_CASE("a MessagePack packet has the rules of JSON: its event's name, and one of each member")
{
    CHECK(decoded("83 a474797065 02 a464617461 90 a36e7370 a12f") == "invalid payload");
    CHECK(decoded("83 a474797065 02 a464617461 91 c0 a36e7370 a12f") == "invalid payload");
    CHECK(decoded("83 a474797065 02 a464617461 91 a7636f6e6e656374 a36e7370 a12f") == "invalid payload");
    CHECK(decoded("83 a474797065 02 a464617461 91 aa646973636f6e6e656374 a36e7370 a12f") == "invalid payload");
    CHECK(decoded("83 a474797065 01 a474797065 01 a36e7370 a12f") == "invalid payload");
    CHECK(decoded("83 a474797065 01 a36e7370 a12f a36e7370 a12f") == "invalid payload");
    CHECK(decoded("83 a474797065 01 a36e7370 a12f a161 a36e7370") == R"(1 / none)");
}

TEST_CASE("a MessagePack packet's payload has the limits of JSON's")
{
    auto const nested = [](std::size_t n) {
        std::string hex = "83 a474797065 02 a36e7370 a12f a464617461 92 a165";
        for (std::size_t i = 2; i < n; ++i)
            hex += "91";
        return hex + "90";
    };
    packet_limits const shallow{.json = {.depth = 5}};
    CHECK(decoded(nested(5), shallow).starts_with("2 / "));
    CHECK(decoded(nested(6), shallow) == "JSON nested too deeply");
    packet_limits const few{.json = {.values = 10}};
    CHECK(decoded("83 a474797065 02 a464617461 92 a165 01 a36e7370 a12f", few) == R"(2 / ["e",1])");
    CHECK(decoded("83 a474797065 02 a36e7370 a12f a464617461 dc0031 a165" + std::string(96, '0'), few) ==
          "JSON with too many values");
}

TEST_CASE("a text that reaches the parser of MessagePack, and bytes that reach JSON's, are of another parser")
{
    packet_decoder decoder{{}, msgpack};
    packet p;
    std::error_code ec;
    std::string text = "0{\"sid\":\"a\"}";
    CHECK_FALSE(decoder.text(text, p, ec));
    CHECK(ec == error::packet_other_parser);
    packet_decoder json;
    CHECK_FALSE(json.binary(text, p, ec));
    CHECK(ec == error::packet_unexpected_binary);
}

TEST_CASE("an encoded event of MessagePack takes an acknowledgement id, and another argument")
{
    for (auto const& by : {msgpack, std::shared_ptr<packet_parser const>{std::make_shared<inverse_parser>()}}) {
        CAPTURE(by->name());
        auto const read = [&](byte_buffer const& packet) {
            reader r{{}, by};
            REQUIRE(r.take(packet.view()));
            return described(r.p);
        };
        for (std::string_view const nsp : {"/", "/a-namespace-with-a-name-of-more-than-31-bytes"})
            for (std::size_t const count : {0u, 1u, 13u, 14u, 15u, 16u, 300u, 65533u, 65534u, 65535u}) {
                if (count > 300 && by != msgpack)
                    continue;
                auto const list = socketio::spread(std::vector<int>(count, 1));
                std::string const packet = event(*by, nsp, {}, "e", list);
                std::string ones;
                for (std::size_t i = 0; i != count; ++i)
                    ones += ",1";
                byte_buffer asking;
                append_with_ack_id(by.get(), asking, packet, nsp, 300);
                CHECK(read(asking) == "2 " + std::string{nsp} + " 300 [\"e\"" + ones + ']');
                byte_buffer longer;
                append_with_argument(by.get(), longer, packet, nsp, "offset");
                CHECK(read(longer) == "2 " + std::string{nsp} + " [\"e\"" + ones + ",\"offset\"]");
                if (by == msgpack)
                    CHECK(longer.view() == event(*by, nsp, {}, "e", list, "offset"));
            }
        byte_buffer both;
        append_with_argument(by.get(), both, event(*by, "/", 5, "e", 1), "/", "x");
        CHECK(read(both) == R"(2 / 5 ["e",1,"x"])");
    }
}

TEST_CASE("the name of an event is found in its packet, for messages of errors")
{
    inverse_parser const inverse;
    CHECK(name_of_encoded(msgpack.get(), event(*msgpack, "/x", 1, "some event", bytes(3))) == "some event");
    CHECK(name_of_encoded(&inverse, event(inverse, "/x", 1, "some event", 5)) == "some event");
    CHECK(name_of_encoded(nullptr, R"(2/x,1["some event",5])") == "some event");
}

TEST_CASE("a decoder of MessagePack goes on after an error, and releases its memory")
{
    reader r;
    CHECK_FALSE(r.take("nonsense"));
    CHECK(r.take(event(*msgpack, "/", {}, "e", std::vector<int>(10000, 1))));
    r.decoder.shrink(16);
    r.decoder.reset();
    CHECK(r.take(event(*msgpack, "/", {}, "e", "x")));
    CHECK(described(r.p) == R"(2 / ["e","x"])");
}

} // namespace msgpack_parser_tests
