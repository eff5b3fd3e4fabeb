// Is empty without zlib.
#if defined(SOCKETIO_WITH_ZLIB)
#include <socketio/session/zlib_codec.hpp>

#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <zlib.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace zlib_codec_tests {

using namespace socketio::detail;
using namespace std::string_view_literals;
using socketio::deflate_options;
using socketio::error;

namespace {

struct inflated {
    std::string text;
    std::error_code error;
};

// One message, in pieces of this size, with this much room at a time.
inflated inflate(message_inflater& with, std::string_view message, std::size_t step = 1000, std::size_t room = 1000)
{
    inflated result;
    byte_buffer out;
    for (std::size_t at = 0; at < message.size() && !result.error; at += step) {
        std::string_view piece = message.substr(at, step);
        while (with.inflate(piece, out, room, result.error) && !result.error) {
        }
        if (!result.error)
            CHECK(piece.empty());
    }
    if (!result.error)
        result.error = with.finish();
    result.text = out.view();
    return result;
}

message_codec codec(role own, deflate_parameters const& agreed = {}, deflate_options const& options = {})
{
    return make_zlib_codec(own, agreed, options);
}

std::string repeated(std::string_view text, std::size_t times)
{
    std::string all;
    for (std::size_t i = 0; i != times; ++i)
        all += text;
    return all;
}

// Text that repeats itself at all distances.
std::string random_text(std::mt19937& dice, std::size_t size)
{
    std::string text;
    while (text.size() < size) {
        if (text.size() > 4 && dice() % 2 == 0)
            text += text.substr(dice() % text.size(), 3 + dice() % 200);
        else
            text.push_back(static_cast<char>(dice()));
    }
    return text.substr(0, size);
}

constexpr auto hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"sv;

} // namespace

TEST_CASE("the examples of RFC 7692, section 7.2.3, are written byte for byte")
{
    auto const shared = codec(role::client);
    CHECK(shared.deflater->deflate("Hello") == hello);
    CHECK(shared.deflater->deflate("Hello") == "\xf2\x00\x11\x00\x00"sv);
    CHECK(shared.deflater->deflate("") == "\x00"sv);
    auto const single = codec(role::client, {.client_no_context_takeover = true});
    CHECK(single.deflater->deflate("Hello") == hello);
    CHECK(single.deflater->deflate("Hello") == hello);
    auto const stored = codec(role::client, {}, {.level = 0});
    CHECK(stored.deflater->deflate("Hello") == "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"sv);
}

TEST_CASE("and they are read, in pieces of any size")
{
    for (std::size_t step = 1; step != 14; ++step) {
        for (std::size_t room : {1u, 2u, 5u, 100u}) {
            auto const own = codec(role::client);
            auto const reads = [&](std::string_view bytes, std::string_view text) {
                inflated const got = inflate(*own.inflater, bytes, step, room);
                CHECK(got.text == text);
                CHECK_FALSE(got.error);
            };
            reads(hello, "Hello");
            reads("\xf2\x00\x11\x00\x00"sv, "Hello");
            reads("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"sv, "Hello");
            reads("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv, "Hello");               // BFINAL
            reads("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"sv, "Hello"); // two blocks
            reads("\x00"sv, "");
            reads("\xf3\x48\xcd\xc9\xc9\x07\x00"sv, "Hello"); // BFINAL without what ought to follow
            reads("\xf3\x48\xcd\xc9\xc9\x07\x00\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv, "HelloHello");
            reads("\xf2\x00\x11\x00\x00"sv, "Hello"); // refers back across the last blocks
        }
    }
}

TEST_CASE("what is cut off, or is no DEFLATE, is an error")
{
    auto const bad = [](std::string_view bytes) {
        for (std::size_t step : {1u, 100u}) {
            auto const own = codec(role::client);
            CHECK_MESSAGE(inflate(*own.inflater, bytes, step).error == error::deflate_invalid, step);
        }
    };
    bad("\xff\xff\xff");                       // no such block type
    bad("\x00\x05\x00\x00\x00Hello\x00"sv);    // a length that does not match
    bad("\xf2\x00\x11\x00\x00"sv);             // refers to what never was
    for (std::size_t size = 1; size != hello.size(); ++size)
        bad(hello.substr(0, size));
    bad("\x00\x05\x00\xfa\xff\x48\x65"sv);     // in the middle of a stored block
    bad("\xf2\x48\xcd\xc9\xc9\x07\x00\x01"sv); // the start of one more block
}

TEST_CASE("after each message the context is kept, or is not, as it was agreed")
{
    for (role from : {role::client, role::server}) {
        for (bool keeps : {true, false}) {
            deflate_parameters agreed;
            (from == role::client ? agreed.client_no_context_takeover : agreed.server_no_context_takeover) = !keeps;
            auto const sender = codec(from, agreed);
            auto const receiver = codec(from == role::client ? role::server : role::client, agreed);
            std::string const text = repeated("something to say ", 20);
            std::vector<std::size_t> sizes;
            for (int i = 0; i != 3; ++i) {
                auto const bytes = sender.deflater->deflate(text);
                REQUIRE(bytes);
                sizes.push_back(bytes->size());
                CHECK(inflate(*receiver.inflater, *bytes).text == text);
            }
            CHECK((sizes[1] < sizes[0]) == keeps);
            CHECK(sizes[2] == sizes[1]);
            // The other direction has not heard of it.
            auto const back = receiver.deflater->deflate(text);
            REQUIRE(back);
            CHECK(back->size() == sizes[0]);
            CHECK(inflate(*sender.inflater, *back).text == text);
        }
    }
}

TEST_CASE("nothing refers back further than the agreed window, for windows of 8 to 15 bits in both directions")
{
    std::mt19937 dice{7};
    for (int bits = 8; bits <= 15; ++bits) {
        for (int memory : {1, 8, 9}) {
            CAPTURE(bits);
            deflate_parameters const agreed{.server_max_window_bits = bits, .client_max_window_bits = bits};
            deflate_options const options{.memory_level = memory};
            auto const client = codec(role::client, agreed, options);
            auto const server = codec(role::server, agreed, options);
            for (int i = 0; i != 40; ++i) {
                std::string const text = random_text(dice, dice() % 3000);
                auto const there = client.deflater->deflate(text);
                REQUIRE(there);
                inflated const got = inflate(*server.inflater, *there, 1 + dice() % 500, 1 + dice() % 500);
                CHECK_FALSE(got.error);
                CHECK(got.text == text);
                auto const back = server.deflater->deflate(text);
                REQUIRE(back);
                CHECK(inflate(*client.inflater, *back, 1 + dice() % 500, 1 + dice() % 500).text == text);
            }
        }
    }
}

TEST_CASE("what repeats itself beyond the window is written once more")
{
    std::mt19937 dice{8};
    std::string once(700, '\0');
    for (char& c : once)
        c = static_cast<char>(dice());
    auto const size = [&](int bits) {
        auto const own = codec(role::client, {.client_max_window_bits = bits});
        static_cast<void>(own.deflater->deflate(once));
        return own.deflater->deflate(once)->size();
    };
    CHECK(size(9) > size(15) * 5);
    CHECK(size(8) > size(15) * 5);
    CHECK(size(12) == size(15));
}

TEST_CASE("large messages come through whole, and so does the small one behind them")
{
    auto const client = codec(role::client);
    auto const server = codec(role::server);
    std::mt19937 dice{9};
    for (std::string const& text : {random_text(dice, 3000000), std::string(5000000, 'x'), std::string{"small"}, random_text(dice, 70000)}) {
        auto const bytes = client.deflater->deflate(text);
        REQUIRE(bytes);
        inflated const got = inflate(*server.inflater, *bytes, 65536, 16384);
        CHECK_FALSE(got.error);
        CHECK((got.text == text));
    }
}

TEST_CASE("what comes out of one call is never more than there is room for")
{
    auto const client = codec(role::client);
    auto const server = codec(role::server);
    auto const bomb = client.deflater->deflate(std::string(10000000, '\0'));
    REQUIRE(bomb);
    REQUIRE(bomb->size() < 10000);
    byte_buffer out;
    std::error_code ec;
    std::string_view rest = *bomb;
    for (std::size_t expected = 100; expected <= 1000; expected += 100) {
        CHECK(server.inflater->inflate(rest, out, 100, ec));
        CHECK(out.size() == expected);
    }
}
namespace {

std::string gunzip(std::string const& body, std::size_t most)
{
    std::string out(most, '\0');
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

std::error_code unzipped(std::string_view body, std::size_t limit, std::string& out, std::string_view coding = "gzip")
{
    out = body;
    return gunzip_with_zlib(coding, limit, out);
}

} // namespace

TEST_CASE("a body as gzip is what it was, and text gets smaller")
{
    std::mt19937 numbers{7};
    std::string noise(100000, '\0');
    for (char& each : noise)
        each = static_cast<char>(numbers());
    for (std::string const& body : {std::string{}, std::string{"x"}, std::string(100000, 'x'), noise}) {
        std::string packed = "old";
        REQUIRE(gzip_with_zlib(body, packed));
        CHECK(gunzip(packed, body.size() + 1) == body);
    }
    std::string packed;
    REQUIRE(gzip_with_zlib(std::string(100000, 'x'), packed));
    CHECK(packed.size() < 1000);
}

TEST_CASE("a body of gzip is inflated up to a limit, in one member or several")
{
    std::string packed, out = "before";
    std::string const body(100000, 'x');
    REQUIRE(gzip_with_zlib(body, packed));
    CHECK_FALSE(unzipped(packed, body.size(), out));
    CHECK(out == body);
    CHECK(unzipped(packed, body.size() - 1, out) == error::message_too_large);
    CHECK(out.size() < body.size());
    CHECK_FALSE(unzipped(packed + packed, 2 * body.size(), out, "X-GZIP"));
    CHECK(out == body + body);
    REQUIRE(gzip_with_zlib("", packed));
    CHECK_FALSE(unzipped(packed, 0, out));
    CHECK(out == "");
    CHECK(unzipped(packed, 1000, out, "br") == error::http_malformed);
}

TEST_CASE("whatever part of a gzip body is missing, and whichever byte is another, that is an error or harmless")
{
    std::string packed, out;
    std::string const body = "hello hello hello";
    REQUIRE(gzip_with_zlib(body, packed));
    for (std::size_t n = 0; n != packed.size(); ++n) {
        CAPTURE(n);
        CHECK(unzipped(std::string_view{packed}.substr(0, n), 1000, out) == error::deflate_invalid);
        std::string changed = packed;
        changed[n] = static_cast<char>(changed[n] ^ 0x40);
        auto const ec = unzipped(changed, 1000, out);
        CHECK((ec == error::deflate_invalid || (!ec && out == body))); // the time of the file, for example
    }
}

} // namespace zlib_codec_tests
#endif
