#include <socketio/wire/message_reader.hpp>

#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace message_reader_tests {

using namespace socketio::detail;
using socketio::error;

namespace {

std::string frame_bytes(opcode code, bool fin, std::string_view payload)
{
    char bytes[max_frame_header];
    std::string result{bytes, write_header(bytes, {.fin = fin, .code = code, .length = payload.size()})};
    return result.append(payload);
}

struct reading {
    std::vector<std::string> messages; // the opcode's digit, then the payload
    std::error_code error;
    std::size_t given = 0;             // bytes until the error, or all
};

// Feeds the bytes in pieces of the given size, keeping what is left over as the contract says.
reading read_all(std::string_view bytes, std::size_t step, std::uint64_t size = 1000, std::size_t fragments = 10)
{
    message_reader reader{false, size, fragments};
    reading result;
    std::string kept;
    while (result.given < bytes.size() && !result.error) {
        kept += bytes.substr(result.given, step);
        result.given = bytes.size() - result.given < step ? bytes.size() : result.given + step;
        std::string moved = kept;
        std::span<char> input{moved};
        while (auto const message = reader.next(input, result.error))
            result.messages.push_back(std::to_string(static_cast<int>(message->code))
                                          .append(message->payload.data(), message->payload.size()));
        kept.assign(input.data(), input.size());
    }
    return result;
}

void refused(std::string_view bytes, error why, std::uint64_t size = 1000, std::size_t fragments = 10)
{
    CAPTURE(bytes);
    for (std::size_t step = 1; step <= bytes.size(); ++step)
        CHECK(read_all(bytes, step, size, fragments).error == why);
    CHECK(read_all(bytes, 1, size, fragments).given == bytes.size()); // not before the last byte, and not after it
}

} // namespace

TEST_CASE("fragments become one message, with control frames passed on in between")
{
    std::string const bytes = frame_bytes(opcode::text, false, "He") + frame_bytes(opcode::ping, true, "p")
        + frame_bytes(opcode::continuation, false, "") + frame_bytes(opcode::continuation, false, "ll")
        + frame_bytes(opcode::pong, true, "") + frame_bytes(opcode::continuation, true, "o")
        + frame_bytes(opcode::binary, true, "whole") + frame_bytes(opcode::binary, false, "\xFF")
        + frame_bytes(opcode::continuation, true, "\xFE") + frame_bytes(opcode::text, true, "");
    std::vector<std::string> const expected = {"9p", "10", "1Hello", "2whole", "2\xFF\xFE", "1"};
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        auto const result = read_all(bytes, step);
        CHECK(result.messages == expected);
        CHECK_FALSE(result.error);
    }
}

TEST_CASE("the payload of a whole message is a view into the input")
{
    std::string bytes = frame_bytes(opcode::text, true, "Hello");
    std::span<char> input{bytes};
    message_reader reader{false, 1000, 10};
    std::error_code ec;
    auto const message = reader.next(input, ec);
    REQUIRE(message);
    CHECK(message->payload.data() == bytes.data() + 2);
}

TEST_CASE("continuations without a start and starts inside a message are refused with their header")
{
    std::string const open = frame_bytes(opcode::text, false, "a");
    refused(std::string{"\x00\x05", 2}, error::fragment_invalid);
    refused("\x80\x05", error::fragment_invalid);
    refused(open + "\x81\x05", error::fragment_invalid);
    refused(open + "\x02\x05", error::fragment_invalid);
    refused(open + frame_bytes(opcode::continuation, true, "") + "\x80\x01", error::fragment_invalid);
}

TEST_CASE("bad UTF-8 is refused at its first byte, inside a frame that is not complete")
{
    refused("\x81\x7D\xCE\xBA\xED\xA0", error::utf8_invalid);
    refused("\x01\x7D" "12345678\xFF", error::utf8_invalid);
    refused(frame_bytes(opcode::text, false, "\xE2") + std::string{"\x00\x7D\x82\xAC\x80", 5}, error::utf8_invalid);
    refused(frame_bytes(opcode::text, false, "\xED") + frame_bytes(opcode::ping, true, "\xFF") + "\x80\x7D\xA0",
            error::utf8_invalid);
}

TEST_CASE("a character may be split between fragments but not left open at the end of the message")
{
    std::string const bytes = frame_bytes(opcode::text, false, "\xE2") + frame_bytes(opcode::continuation, false, "\x82")
        + frame_bytes(opcode::continuation, true, "\xAC") + frame_bytes(opcode::text, true, "\xE2\x82\xAC");
    for (std::size_t step = 1; step <= bytes.size(); ++step)
        CHECK(read_all(bytes, step).messages == std::vector<std::string>{"1\xE2\x82\xAC", "1\xE2\x82\xAC"});
    refused(frame_bytes(opcode::text, true, "a\xE2\x82"), error::utf8_invalid);
    refused(frame_bytes(opcode::text, false, "\xE2") + frame_bytes(opcode::continuation, true, ""), error::utf8_invalid);
}

TEST_CASE("the limit holds for the sum of the fragments, and each message has it anew")
{
    std::string const five = frame_bytes(opcode::binary, false, "123") + frame_bytes(opcode::continuation, true, "45");
    for (std::size_t step = 1; step <= five.size(); ++step) {
        CHECK(read_all(five + five, step, 5).messages == std::vector<std::string>{"212345", "212345"});
        CHECK(read_all(frame_bytes(opcode::binary, true, "12345") + five, step, 5).messages.size() == 2);
    }
    refused(frame_bytes(opcode::binary, false, "123") + "\x80\x03", error::message_too_large, 5);
    refused(frame_bytes(opcode::binary, false, "12345") + frame_bytes(opcode::continuation, false, "") + "\x80\x01",
            error::message_too_large, 5);
}

TEST_CASE("a message of too many fragments is refused, empty ones counted")
{
    std::string bytes = frame_bytes(opcode::binary, false, "");
    for (int i = 0; i < 8; ++i)
        bytes += frame_bytes(opcode::continuation, false, "");
    CHECK_FALSE(read_all(bytes + frame_bytes(opcode::continuation, true, ""), 1).error);
    refused(bytes + frame_bytes(opcode::continuation, false, "") + std::string("\x80\x00", 2), error::message_too_large);
}

namespace {

// Says each byte as often as its value, and notes the most room it was ever given.
class expander final : public message_inflater {
public:
    explicit expander(std::size_t& most, int& finished) : most_{most}, finished_{finished} {}

    bool inflate(std::string_view& input, byte_buffer& to, std::size_t room, std::error_code&) override
    {
        most_ = std::max(most_, to.size() + room);
        for (; room != 0 && (left_ != 0 || !input.empty()); --room) {
            if (left_ == 0) {
                letter_ = input.front();
                left_ = static_cast<unsigned char>(letter_);
                input.remove_prefix(1);
            }
            to.push_back(letter_);
            --left_;
        }
        return left_ != 0 || !input.empty();
    }
    std::error_code finish() override
    {
        ++finished_;
        return {};
    }

private:
    std::size_t& most_;
    int& finished_;
    std::size_t left_ = 0;
    char letter_ = 0;
};

std::string compressed_frame(opcode code, bool fin, std::string_view payload)
{
    std::string bytes = frame_bytes(code, fin, payload);
    bytes[0] = static_cast<char>(bytes[0] | 0x40);
    return bytes;
}

} // namespace

TEST_CASE("a compressed message is inflated as it comes, into not more than one byte over the limit")
{
    for (std::size_t step : {1u, 7u, 10000u}) {
        for (auto const& [payload, fits] : {std::pair{std::string(10, 100), true}, std::pair{std::string(1000, 100), false}}) {
            std::size_t most = 0;
            int finished = 0;
            message_reader reader{false, 1000, 10};
            reader.inflate_with(std::make_unique<expander>(most, finished));
            std::string const bytes = compressed_frame(opcode::text, false, payload.substr(0, 4)) + frame_bytes(opcode::ping, true, "p")
                + frame_bytes(opcode::continuation, true, payload.substr(4)) + frame_bytes(opcode::text, true, "plain");
            std::string kept;
            std::string heard;
            std::error_code ec;
            for (std::size_t at = 0; at < bytes.size() && !ec; at += step) {
                kept += std::string_view{bytes}.substr(at, step);
                std::string moved = kept;
                std::span<char> input{moved};
                while (auto const message = reader.next(input, ec))
                    heard += std::to_string(message->payload.size()) + ' ';
                kept.assign(input.data(), input.size());
            }
            CHECK(heard == (fits ? "1 1000 5 " : "1 "));
            CHECK(ec == (fits ? std::error_code{} : make_error_code(error::message_too_large)));
            CHECK(most <= 1001);
            CHECK(finished == (fits ? 1 : 0));
        }
    }
}

} // namespace message_reader_tests
