#include <socketio/wire/frame_decoder.hpp>

#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <string_view>

namespace frame_decoder_tests {

using namespace socketio::detail;
using socketio::error;

namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string frame_bytes(frame_header header, std::string payload)
{
    header.length = payload.size();
    char bytes[max_frame_header];
    std::string result{bytes, write_header(bytes, header)};
    if (header.masked)
        apply_mask(payload.data(), payload.size(), header.mask);
    return result + payload;
}

// What the decoder says of bytes that arrive one at a time, each time at another address,
// and after how many of them.
std::error_code refusal(bool peer_masks, std::string_view bytes, std::size_t& after, std::uint64_t limit = 1000)
{
    frame_decoder decoder{peer_masks, limit};
    std::error_code ec;
    std::string kept;
    for (after = 1; after <= bytes.size(); ++after) {
        std::string moved = kept + bytes[after - 1];
        std::span<char> input{moved};
        CHECK_FALSE(decoder.next(input, ec));
        if (ec)
            return ec;
        kept = moved;
    }
    return ec;
}

void refused(bool peer_masks, std::string_view bytes, error why = error::frame_invalid)
{
    CAPTURE(bytes.size());
    std::size_t after = 0;
    CHECK(refusal(peer_masks, bytes, after) == why);
    CHECK(after == bytes.size());
}

} // namespace

TEST_CASE("the examples of RFC 6455, section 5.7 are decoded")
{
    std::string bytes = "\x81\x05Hello\x01\x03Hel\x80\x02lo\x89\x05Hello";
    std::span<char> input{bytes};
    frame_decoder decoder{false, 1000};
    std::error_code ec;
    for (std::string_view expected : {"Hello", "Hel", "lo", "Hello"}) {
        auto const frame = decoder.next(input, ec);
        REQUIRE(frame);
        CHECK(std::string_view{frame->payload.data(), frame->payload.size()} == expected);
        CHECK(frame->header.fin == (expected != "Hel"));
    }
    CHECK_FALSE(decoder.next(input, ec));
    CHECK_FALSE(ec);
    CHECK(input.empty());
    CHECK(decoder.wanted() == 0);

    std::string masked = "\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58";
    input = masked;
    frame_decoder server{true, 1000};
    auto const frame = server.next(input, ec);
    REQUIRE(frame);
    CHECK(std::string_view{frame->payload.data(), 5} == "Hello");
    CHECK(frame->payload.data() == masked.data() + 6);
}

TEST_CASE("a frame is decoded wherever its bytes are cut, and its size is known with its header")
{
    for (bool masked : {false, true}) {
        for (std::size_t size : {0u, 1u, 7u, 125u, 126u, 300u}) {
            std::string payload(size, 'x');
            std::string const bytes = frame_bytes({.code = opcode::binary, .masked = masked, .mask = 0x12345678}, payload);
            std::size_t const head = bytes.size() - size;
            for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
                frame_decoder decoder{masked, 1000};
                std::error_code ec;
                std::string first = bytes.substr(0, cut);
                std::span<char> input{first};
                CHECK_FALSE(decoder.next(input, ec));
                CHECK(input.size() == cut);
                CHECK(decoder.wanted() == (cut < head ? 0 : bytes.size()));
                std::string second = first + bytes.substr(cut) + "rest";
                input = second;
                auto const frame = decoder.next(input, ec);
                REQUIRE(frame);
                CHECK(std::string_view{frame->payload.data(), frame->payload.size()} == payload);
                CHECK(input.size() == 4);
                CHECK_FALSE(ec);
            }
        }
    }
}

TEST_CASE("the payload that has arrived of an incomplete frame is there, unmasked")
{
    std::string const bytes = frame_bytes({.masked = true, .mask = 0xDEADBEEF}, "some longer text than eight");
    frame_decoder decoder{true, 1000};
    std::error_code ec;
    std::string kept;
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        std::string moved = kept + bytes[i];
        std::span<char> input{moved};
        CHECK_FALSE(decoder.next(input, ec));
        if (i < 5) {
            CHECK(decoder.front() == nullptr);
        } else {
            REQUIRE(decoder.front() != nullptr);
            CHECK(decoder.front()->length == 27);
            auto const part = decoder.arrived(input);
            CHECK(std::string_view{part.data(), part.size()} == "some longer text than eight"sv.substr(0, i - 5));
        }
        kept = moved;
    }
}

TEST_CASE("reserved bits, unknown opcodes and fragmented control frames are refused with the first byte")
{
    for (unsigned first = 0; first < 256; ++first) {
        unsigned const code = first & 15;
        bool const valid = (first & 0x70) == 0 && (code <= 2 || (code >= 8 && code <= 10 && first >= 0x80));
        std::string const byte(1, static_cast<char>(static_cast<unsigned char>(first)));
        std::size_t after = 0;
        CHECK(static_cast<bool>(refusal(false, byte, after)) == !valid);
    }
}

TEST_CASE("wrong masking and long control frames are refused with the second byte")
{
    refused(true, "\x81\x05");
    refused(false, "\x81\x85");
    refused(false, "\x88\x7E");
    refused(false, "\x89\x7F");
    refused(true, "\x8A\xFE");
}

TEST_CASE("a length that is not in its shortest form or has its top bit set is refused with its last byte")
{
    refused(false, "\x82\x7E\x00\x7D"sv);
    refused(false, "\x82\x7F\0\0\0\0\0\0\xFF\xFF"sv);
    refused(false, "\x82\x7F\x80\0\0\0\0\0\0\0"sv);
    refused(true, "\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv);
}

TEST_CASE("a frame over the limit is refused before its payload, however much it claims")
{
    refused(false, "\x82\x7E\x03\xE9"sv, error::message_too_large);
    refused(false, "\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, error::message_too_large);
    refused(false, "\x82\x7F\0\0\0\x01\0\0\0\0"sv, error::message_too_large);
    std::size_t after = 0;
    CHECK(refusal(false, "\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, after, ~std::uint64_t{0}) == error::message_too_large);
    CHECK_FALSE(refusal(false, "\x82\x7E\x03\xE8"sv, after));
}

TEST_CASE("a control frame is not bound by the limit for messages")
{
    std::string bytes = "\x89\x05Hello\x82\x05Hello";
    std::span<char> input{bytes};
    frame_decoder decoder{false, 4};
    std::error_code ec;
    CHECK(decoder.next(input, ec));
    CHECK_FALSE(decoder.next(input, ec));
    CHECK(ec == error::message_too_large);
}

TEST_CASE("where compression was agreed on, RSV1 may be set on the first frame of a data message, with a limit of its own")
{
    frame_decoder decoder{false, 4};
    decoder.allow_compressed(5);
    std::string bytes = "\xC1\x05Hello\x42\x05Hello\x82\x04Hell";
    std::span<char> input{bytes};
    std::error_code ec;
    for (std::uint8_t const reserved : {rsv1, rsv1, std::uint8_t{0}}) {
        auto const frame = decoder.next(input, ec);
        REQUIRE(frame);
        CHECK(frame->header.reserved == reserved);
    }
    for (std::string_view const bad : {"\xC0", "\xC8", "\xC9", "\xCA", "\xE1", "\xD1", "\xA1", "\x91", "\xC1\x06", "\x81\x05"}) {
        frame_decoder fresh{false, 4};
        fresh.allow_compressed(5);
        std::string copy{bad};
        std::span<char> all{copy};
        std::error_code why;
        CHECK_FALSE(fresh.next(all, why));
        CHECK(why == (bad.size() == 1 ? error::frame_invalid : error::message_too_large));
    }
}

} // namespace frame_decoder_tests
