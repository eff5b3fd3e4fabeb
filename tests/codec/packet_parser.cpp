// A parser of one's own that does what it should not.
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/codec/packet_parser.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace packet_parser_tests {

using namespace socketio::detail;

namespace {

// Encodes every packet as this text, and decodes none.
class fixed_text final : public socketio::packet_parser {
public:
    explicit fixed_text(std::string text, bool is_text = true) : text_{std::move(text)}, is_text_{is_text} {}

    std::string_view name() const noexcept override { return "fixed"; }
    bool is_text() const noexcept override { return is_text_; }
    void encode(output& to, head const&, write_data const*) const override { to.append(text_); }
    std::error_code decode(std::span<char>, socketio::value_builder&, socketio::packet&) const override
    {
        return socketio::error::packet_invalid_payload;
    }

private:
    std::string text_;
    bool is_text_;
};

std::string event_by(socketio::packet_parser const& parser)
{
    byte_buffer to;
    std::vector<socketio::bytes_view> attachments;
    encode_event_with(&parser, to, attachments, "/", std::nullopt, "event", [](socketio::writer&) {});
    return std::string{to.view()};
}

} // namespace

TEST_CASE("a text that would forge packets over long-polling is refused, whatever writes it")
{
    fixed_text const forging{"one\x1e" "4two"};
    CHECK_THROWS_AS(event_by(forging), std::invalid_argument);
    byte_buffer to;
    CHECK(encode_control(&forging, to, socketio::packet_type::connect, "/", nullptr) ==
          socketio::error::packet_parser_failed); // nobody calls that who could take an exception
    std::vector<socketio::bytes_view> attachments;
    CHECK_THROWS_AS(encode_ack_with(&forging, to, attachments, "/", 1, [](socketio::writer&) {}), std::invalid_argument);
}

TEST_CASE("other texts, and any bytes of a binary parser, are taken as they are")
{
    CHECK(event_by(fixed_text{"plain"}) == "plain");
    CHECK(event_by(fixed_text{"one\x1etwo", false}) == "one\x1etwo");
}

TEST_CASE("a packet that its own parser cannot read has no name, which is no error")
{
    CHECK(fixed_text{"text"}.event_of("text") == "");
}

namespace {

// Decodes a packet with this namespace, or throws.
class told_what_to_do final : public socketio::packet_parser {
public:
    std::string_view name() const noexcept override { return "told"; }
    void encode(output&, head const&, write_data const*) const override {}
    std::error_code decode(std::span<char> message, socketio::value_builder& to, socketio::packet& out) const override
    {
        std::string_view const words{message.data(), message.size()};
        if (words == "code")
            throw std::system_error{make_error_code(std::errc::bad_message)};
        if (words == "no code")
            throw std::system_error{std::error_code{}};
        if (words == "number")
            throw 1;
        if (words == "memory")
            throw std::bad_alloc{};
        to.begin_array();
        to.string("event");
        to.end_array();
        out.type = socketio::packet_type::event;
        out.nsp = words;
        out.has_payload = true;
        out.payload = to.root();
        return {};
    }
};

std::error_code read_told(std::string message)
{
    told_what_to_do const parser;
    std::shared_ptr<socketio::value_builder> memory;
    socketio::packet out;
    return parser.read(message, false, memory, {}, out);
}

} // namespace

TEST_CASE("what a parser throws at a packet is an error of the packet")
{
    CHECK(read_told("code") == std::errc::bad_message);
    CHECK(read_told("no code") == socketio::error::packet_parser_failed);
    CHECK(read_told("number") == socketio::error::packet_parser_failed);
    CHECK(read_told("memory") == std::errc::not_enough_memory);
}

TEST_CASE("a parser may not put invalid UTF-8 into a namespace's name")
{
    CHECK_FALSE(read_told("/caf\xc3\xa9"));
    CHECK(read_told("/caf\xe9") == socketio::error::packet_invalid_namespace);
}

} // namespace packet_parser_tests
